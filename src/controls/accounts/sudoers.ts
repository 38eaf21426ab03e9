/** The rules of sudo that an apply has written. Pure. */
import type { Account } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import type { AccountsInput } from "./view.ts";

export const sudoersOf = ({ sudoers }: Pick<AccountsInput["facts"], "sudoers">): string | undefined =>
  valueOr(sudoers, undefined)?.content?.toString("utf8");

/** Whether one of them is of this login. */
export const givesSudo = (text: string | undefined, login: string): boolean =>
  text?.split("\n").some((line) => line.startsWith(`${login} `)) === true;

/** Whom sudo takes an account for, where that is not its own name. */
export const asCalled = (account: Account | undefined): string =>
  account?.called === undefined ? "" : `, since sudo takes its number ${account.uid} for ${account.called}`;
