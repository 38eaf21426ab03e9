/** A value of sshd's that is wanted, and those that are as good. Pure. */
import { matchPattern } from "./patterns.ts";
import { normal } from "./simulate.ts";

export interface Want {
  readonly value: string;
  /** Whether a value is this one or stricter. */
  readonly accepts: (value: string) => boolean;
}

const yesNo = (on: boolean) => (on ? "yes" : "no");

/** `also`: a switch that only lets people in is as good when it is off. */
export const flag = (on: boolean, also: readonly string[] = []): Want => ({
  value: yesNo(on),
  accepts: (value) => normal(value) === yesNo(on) || also.includes(normal(value)),
});

/** What only opens something: off is always as good. */
export const opening = (on: boolean): Want => flag(on, ["no"]);

/** Less is stricter, but 0 switches the thing off. */
export const atMost = (max: number): Want => ({
  value: String(max),
  accepts: (value) => seconds(value) === max || (seconds(value) > 0 && seconds(value) < max),
});

export const ranked = (ranks: readonly string[], wanted: string): Want => ({
  value: wanted,
  accepts: (value) => ranks.includes(normal(value)) && ranks.indexOf(normal(value)) <= ranks.indexOf(wanted),
});

export const listed = (list: readonly string[] | undefined, separator: "," | " "): Want | undefined =>
  list && {
    value: list.join(separator),
    accepts: (value) => value !== "" && value.split(separator).every((each) => list.includes(each)),
  };

/** sshd_config(5), ChannelTimeout: the first pattern that matches a channel's type counts. */
export function shellTimeout(idle: number): Want {
  const type = "session:shell";
  const of = (value: string) => {
    const items = value.split(" ").map((item) => item.split("=", 2) as [string, string?]);
    return seconds(items.find(([pattern]) => matchPattern(type, pattern))?.[1] ?? "");
  };
  return { value: `${type}=${idle}`, accepts: (value) => atMost(idle).accepts(String(of(value))) };
}

const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** sshd_config's time formats, such as `5m` or `1h30m`, in seconds; NaN where it is none. */
export function seconds(text: string): number {
  if (!/^(\d+[smhdw]?)+$/i.test(text)) return Number.NaN;
  return [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit ?? ""]!,
    0,
  );
}
