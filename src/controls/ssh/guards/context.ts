/** What the guards look at. */
import type { Finding } from "../../../checks/finding.ts";
import type { Account, AccountsFact } from "../../../facts/accounts.ts";
import { type EffectiveFact, wordsIn } from "../../../facts/sshd.ts";
import { keyboardName } from "../keywords/keyword.ts";
import { doubtOf } from "../running.ts";
import type { SshInput } from "../view.ts";
import { plannedValue, plannedValues, type SshView } from "../view.ts";

export interface Context {
  readonly input: SshInput;
  readonly view: SshView;
  readonly effective: EffectiveFact;
  readonly accounts: AccountsFact;
  /** The planned login's; undefined where there is no such account. */
  readonly account: Account | undefined;
  /** Whose configuration it is: a plan's, or what an undo gives back. */
  readonly as: "plan" | "undo";
}

export type Guard = (context: Context) => readonly Finding[];

/** What to do on the host (none: ""), and where there is a profile, in it; each without a full stop. */
export function advice({ as }: Pick<Context, "as">, onHost: string, inProfile: string): string {
  const other = as === "plan" ? inProfile : "come in as another login, or do it on the host's console";
  if (onHost !== "") return `${onHost}; or ${other}.`;
  return `${other.charAt(0).toUpperCase()}${other.slice(1)}.`;
}

/** What the planned login will meet, see `plannedValue`. */
export const value = ({ view, effective }: Context, keyword: string) =>
  plannedValue(view, effective.planned, keyword);

const values = ({ view, effective }: Context, keyword: string) =>
  plannedValues(view, effective.planned, keyword);

/** Lists of words, such as AllowUsers: one word a line of `sshd -T`, several a line of a file. */
export const words = (context: Context, keyword: string) => wordsIn(values(context, keyword));

/** A key login of this run has shown what sshd makes of its files; of what it may not have read, none has. */
export const shown = ({ input }: Context) => input.access.proven && doubtOf(input) === undefined;

/** A way in without a key will be left, for an account that has a password. */
export const passwordsStay = (context: Context) =>
  value(context, "passwordauthentication") === "yes" || keyboard(context) === "yes";

export const keyboard = (context: Context) => value(context, keyboardName(context.view.known).toLowerCase());
