/** The rules of sudo that an apply writes. Pure. */
import render from "../../../templates/sudoers.hbs";
import type { Account } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import type { WantedUser } from "./params.ts";
import type { AccountsInput } from "./view.ts";

/** sudo takes no file that others may write to. */
export const sudoersMode = "0440";

export const sudoersOf = ({ sudoers }: Pick<AccountsInput["facts"], "sudoers">): string | undefined =>
  valueOr(sudoers, undefined)?.content?.toString("utf8");

/** What an apply writes for the users of a profile. */
export const sudoersText = (users: readonly WantedUser[]): string =>
  render({
    lines: users
      .filter(({ sudo }) => sudo !== false)
      .map(({ name, sudo }) => ({ name, tag: sudo === "nopasswd" ? "NOPASSWD: " : "" })),
  });

/** Whether an apply would write nothing more: what sudo does otherwise is by another rule. */
export function sudoersInSync(
  users: readonly WantedUser[],
  { sudoers }: Pick<AccountsInput["facts"], "sudoers">,
) {
  const file = valueOr(sudoers, undefined);
  const safe = file?.type === "file" && file.owner === "root" && file.mode === sudoersMode;
  return safe && file.content?.toString("utf8") === sudoersText(users);
}

/** Whether one of them is of this login. */
export const givesSudo = (text: string | undefined, login: string): boolean =>
  text?.split("\n").some((line) => line.startsWith(`${login} `)) === true;

/** Whom sudo takes an account for, where that is not its own name. */
export const asCalled = (account: Account | undefined): string =>
  account?.called === undefined ? "" : `, since sudo takes its number ${account.uid} for ${account.called}`;
