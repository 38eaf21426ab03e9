/** What is known of the keys that open accounts, for the checks of several controls. Pure. */
import type { AccountsFact, KeyFile } from "../facts/accounts.ts";
import { type Fact, valueOr } from "../facts/probe.ts";
import type { Part } from "../plan/control.ts";
import { part } from "./verdict.ts";

interface Facts {
  readonly keys: Fact<readonly KeyFile[]>;
  readonly accounts: Fact<AccountsFact>;
}

/** What keeps all of them from being judged; a text where there is nothing to judge. */
export function keysUnread({ keys, accounts }: Facts): string | { readonly why: string } | undefined {
  if (keys.state === "absent") return "there is no sshd here";
  const unread = [keys, accounts].find(({ state }) => state !== "present");
  if (unread === undefined) return undefined;
  return { why: "why" in unread ? unread.why : "the accounts could not be read" };
}

/** Whose keys are whose nobody knows of accounts that were left out. */
export function leftOut({ accounts }: Pick<Facts, "accounts">): readonly Part[] {
  const left = valueOr(accounts, undefined)?.left ?? 0;
  return left === 0 ? [] : [part("error", "", `${left} more accounts were not looked at`)];
}
