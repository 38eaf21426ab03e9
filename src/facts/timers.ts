/** When systemd's timers really start their services, whatever their files and drop-ins say. */
import type { Probe } from "./probe.ts";

export interface Schedule {
  /** Calendar expressions of systemd.time(7), as systemd spells them: `*-*-* 06:00:00`. */
  readonly calendar: readonly string[];
  /** Of timers that count from an event, such as `OnUnitActiveUSec=1d`. */
  readonly monotonic: readonly string[];
}

/** By the unit's name; a timer that isn't there has no entry. */
export const schedules = (names: readonly string[]): Probe<ReadonlyMap<string, Schedule>> => ({
  collector: "timers",
  args: names,
  parse: parseTimers,
});

function parseTimers(data: Buffer): ReadonlyMap<string, Schedule> {
  const found = new Map<string, Schedule>();
  for (const block of data.toString("utf8").split("\n\n")) {
    const lines = block.split("\n");
    const texts = (key: string) =>
      lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
    const [name] = texts("Id");
    if (name === undefined || texts("LoadState")[0] === "not-found") continue;
    const inBraces = (key: string) =>
      texts(key).flatMap((text) => /^\{ (?:OnCalendar=)?(.*?) ; next_elapse=/.exec(text)?.[1] ?? []);
    found.set(name, { calendar: inBraces("TimersCalendar"), monotonic: inBraces("TimersMonotonic") });
  }
  return found;
}

/** At least once on every day: no weekday, no fixed year, month or day. */
export const isDaily = ({ calendar }: Schedule) => calendar.some((each) => each.startsWith("*-*-* "));

export const scheduleText = ({ calendar, monotonic }: Schedule) =>
  [...calendar, ...monotonic].join(", ") || "at no time";
