/** When systemd's timers really start their services, whatever their files and drop-ins say. */
import type { Probe } from "./probe.ts";

export interface Schedule {
  /** Calendar expressions of systemd.time(7), as systemd spells them: `*-*-* 06:00:00`. */
  readonly calendar: readonly string[];
  /** Of timers that count from an event, such as `OnUnitActiveUSec=1d`. */
  readonly monotonic: readonly string[];
}

/** The same call as `unit` of files.ts. */
export const schedule = (timer: string): Probe<Schedule> => ({
  collector: "unit",
  args: [timer],
  parse: parseSchedule,
});

function parseSchedule(data: Buffer): Schedule {
  const lines = data.toString("utf8").split("\n");
  const inBraces = (key: string) =>
    lines.flatMap((line) =>
      line.startsWith(`${key}={ `)
        ? (/^\{ (?:OnCalendar=)?(.*?) ; next_elapse=/.exec(line.slice(key.length + 1))?.[1] ?? [])
        : [],
    );
  return { calendar: inBraces("TimersCalendar"), monotonic: inBraces("TimersMonotonic") };
}

/** At least once on every day: no weekday, no fixed year, month or day. */
export const isDaily = ({ calendar }: Schedule) => calendar.some((each) => each.startsWith("*-*-* "));

export const scheduleText = ({ calendar, monotonic }: Schedule) =>
  [...calendar, ...monotonic].join(", ") || "at no time";
