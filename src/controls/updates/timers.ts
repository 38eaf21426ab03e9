/** The timers that start the updates: enabled, active, every day, and with a service that does apt's work. */
import { valueOr } from "../../facts/probe.ts";
import { isDaily, scheduleText } from "../../facts/timers.ts";
import type { CheckResult } from "../../plan/control.ts";
import { atNextBoot } from "../next-boot/next-start.ts";
import { byOthers, verdicts } from "../verdict.ts";
import type { UpdatesInput } from "./state.ts";

const jobs = ({ facts }: UpdatesInput) =>
  [
    {
      name: "apt-daily",
      timer: facts.downloadTimer,
      schedule: facts.downloadSchedule,
      service: facts.download,
      word: "update",
    },
    {
      name: "apt-daily-upgrade",
      timer: facts.upgradeTimer,
      schedule: facts.upgradeSchedule,
      service: facts.upgrade,
      word: "install",
    },
  ] as const;

const unitsOf = (input: UpdatesInput) =>
  jobs(input).flatMap(({ name, timer, service }) => [
    { name: `${name}.timer`, unit: valueOr(timer, undefined) },
    { name: `${name}.service`, unit: valueOr(service, undefined) },
  ]);

/** Units of these that somebody masked. */
export const maskedUnits = (input: UpdatesInput): readonly string[] =>
  unitsOf(input).flatMap(({ name, unit }) => (unit?.enabled.startsWith("masked") ? [name] : []));

/** What somebody made of the timers and services, a phrase each: no change of a plan could alter it. */
export function foreignTimers(input: UpdatesInput): readonly string[] {
  return jobs(input).flatMap(({ name, service, word, ...timer }) => {
    const schedule = valueOr(timer.schedule, undefined);
    const command = valueOr(service, undefined)?.execStart ?? "";
    const isOdd = schedule !== undefined && !isDaily(schedule);
    const isOther = command !== "" && command !== `/usr/lib/apt/apt.systemd.daily ${word}`;
    return [
      ...(isOdd ? [`${name}.timer doesn't run every day (${scheduleText(schedule)})`] : []),
      ...(isOther ? [`${name}.service runs "${command}"`] : []),
    ];
  });
}

export function timers(input: UpdatesInput): CheckResult {
  const { pass, fail } = verdicts("both timers enabled, active, every day");
  const units = unitsOf(input);
  const foreign = foreignTimers(input);
  const states = units.map(({ name, unit }) =>
    unit === undefined ? `${name} is not there` : `${name} ${unit.enabled}, ${unit.state}`,
  );
  const found = [...foreign, ...states].join("; ");
  if (maskedUnits(input).length > 0 || foreign.length > 0) return byOthers(fail(found));
  if (units.some(({ name, unit }) => unit === undefined || (name.endsWith(".timer") && !unit.active)))
    return fail(found);
  const { facts } = input;
  const target = "timers.target";
  return atNextBoot(
    pass(found),
    [
      { fact: facts.downloadTimerAtBoot, target },
      { fact: facts.upgradeTimerAtBoot, target },
      { fact: facts.downloadAtBoot },
      { fact: facts.upgradeAtBoot },
    ],
    { fact: facts.others, concern: "updates" },
  );
}
