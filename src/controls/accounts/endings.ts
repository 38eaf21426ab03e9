/** The days from which on an account lets nobody in, as shadow(5) has them. Pure. */
import { dayOf } from "../../day.ts";
import type { Account } from "../../facts/accounts.ts";

const secondsOfDay = 24 * 60 * 60;

export interface Ending {
  readonly of: "account" | "password";
  /** That day has come. */
  readonly over: boolean;
  /** Its owner can avert it, by a new password. */
  readonly byOwner: boolean;
  /** What ends, and when. */
  readonly text: string;
  /** What averts it. */
  readonly remedy: string;
}

/** NOW in seconds since 1970. */
export function endingsOf({ name, shadow }: Account, now: number): readonly Ending[] {
  const { password, ends, changeDue } = shadow ?? {};
  const byOwner = password === "set" || password === "empty";
  const none = byOwner ? "" : ", and it has none that it could change";
  const isOver = (day: number) => day * secondsOfDay <= now;
  const date = (day: number) => dayOf(day * secondsOfDay * 1000);
  const account = (day: number, over = isOver(day)): Ending => ({
    ...{ of: "account", over, byOwner: false, remedy: `chage -E -1 ${name}` },
    text: `the account ${name} ${over ? "has ended" : "ends"} on ${date(day)}`,
  });
  const change = (day: number, over = isOver(day)): Ending => ({
    ...{ of: "password", over, byOwner, remedy: `chage -d -1 -M -1 ${name}` },
    text: `the password of ${name} must be changed ${over ? "first" : `from ${date(day)} on`}${none}`,
  });
  return [
    ...(ends === undefined ? [] : [account(ends)]),
    ...(changeDue === undefined ? [] : [change(changeDue)]),
  ];
}

/** Nobody gets in by it, whatever they change. */
export const hasEnded = (account: Account, now: number) =>
  endingsOf(account, now).some(({ over, byOwner }) => over && !byOwner);
