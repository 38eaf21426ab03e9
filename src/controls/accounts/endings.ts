/** The days from which on an account lets nobody in, or can't become root, as shadow(5), keys and sudo have them. Pure. */
import { dayOf } from "../../day.ts";
import type { Account } from "../../facts/accounts.ts";
import { expiry, parseKeyLine } from "../ssh/keyfile.ts";

const secondsOfDay = 24 * 60 * 60;

const dateOf = (seconds: number) => dayOf(seconds * 1000);

export interface Ending {
  readonly of: "account" | "password" | "key" | "sudo";
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
  const date = (day: number) => dateOf(day * secondsOfDay);
  const account = (day: number, over = isOver(day)): Ending => ({
    of: "account",
    over,
    byOwner: false,
    remedy: `chage -E -1 ${name}`,
    text: `the account ${name} ${over ? "has ended" : "ends"} on ${date(day)}`,
  });
  const change = (day: number, over = isOver(day)): Ending => ({
    of: "password",
    over,
    byOwner,
    remedy: `chage -d -1 -M -1 ${name}`,
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

/** When the last of the keys that open it ends, where each does; LINES of authorized_keys, NOW in seconds since 1970. */
export function keysEnding(name: string, lines: readonly string[], now: number): readonly Ending[] {
  const ends = lines
    .map(parseKeyLine)
    .filter((key) => key !== undefined && !key.options.has("cert-authority") && !key.options.has("command"))
    .map((key) => key?.options.get("expiry-time"))
    .map((until) => (until === undefined ? Number.POSITIVE_INFINITY : expiry(until)))
    .filter((end) => end > now);
  const last = Math.max(...ends);
  if (!Number.isFinite(last)) return [];
  return [
    {
      of: "key",
      over: false,
      byOwner: false,
      text: `the last key that opens ${name} ends on ${dateOf(last)} (expiry-time)`,
      remedy: `give ${name} a key without expiry-time`,
    },
  ];
}

/** When sudo makes it root no more; ENDS is the fact `sudoEnds`. */
export function sudoEnding(name: string, ends: ReadonlyMap<string, number> | undefined): readonly Ending[] {
  const end = ends?.get(name);
  if (end === undefined) return [];
  return [
    {
      of: "sudo",
      over: false,
      byOwner: false,
      text: `sudo makes ${name} root until ${dateOf(end)} (NOTAFTER)`,
      remedy: `give ${name} a rule of sudo without NOTAFTER`,
    },
  ];
}
