/** Whether anything starts certbot, often enough, as systemd and cron go by it. Pure. */
import { calendarDays, cronDays, longestGap } from "../../facts/calendar.ts";
import type { CronFile, NextFact, Properties } from "../../facts/renewal-next.ts";
import { intervalOf } from "./interval.ts";

/** What is to start certbot, and why it doesn't; `unknown`: why that can't be told. */
interface Start {
  readonly name: string;
  readonly fault?: string;
  readonly unknown?: string;
}

const one = (unit: Properties | undefined, key: string) => unit?.get(key)?.[0] ?? "";

const isHere = (unit: Properties | undefined) => unit !== undefined && one(unit, "LoadState") !== "not-found";

/** Why it doesn't run now or after the next boot. */
function idleness(unit: Properties): string | undefined {
  const [active, enabled] = [one(unit, "ActiveState"), one(unit, "UnitFileState")];
  const isWanted = one(unit, "WantedBy") !== "" || one(unit, "RequiredBy") !== "";
  const isKept = isWanted && enabled !== "disabled" && enabled !== "enabled-runtime";
  const isLoaded = one(unit, "LoadState") === "loaded";
  if (active === "active" && isLoaded && isKept) return undefined;
  const state = isLoaded ? enabled : one(unit, "LoadState");
  return `is ${active}, ${state}${isLoaded && active === "active" ? ": no boot starts it" : ""}`;
}

/** Days between two runs; undefined where that can't be told. */
function gapOf(timer: Properties): number | undefined {
  const all = [...(timer.get("TimersCalendar") ?? []), ...(timer.get("TimersMonotonic") ?? [])].map(
    (text) => /^\{ (\w+)=(.*?) ; next_elapse=/.exec(text)?.slice(1) ?? ["", ""],
  );
  const spans = all.flatMap(([key = "", value = ""]) =>
    /^OnUnit(Active|Inactive)/.test(key) ? [intervalOf(value)] : [],
  );
  const calendars = all.flatMap(([key, value = ""]) => (key === "OnCalendar" ? [calendarDays(value)] : []));
  const gaps = [
    ...spans.flatMap((span) => (span === undefined ? [] : [span / 86_400])),
    ...(calendars.length > 0 ? [longestGap(calendars.filter((each) => each !== undefined))] : []),
  ];
  const gap = Math.min(...gaps);
  return Number.isFinite(gap) || ![...spans, ...calendars].includes(undefined) ? gap : undefined;
}

const seldom = (gap: number) =>
  Number.isFinite(gap) ? `starts it every ${Math.ceil(gap)} days` : "never starts it";

function timerStart(name: string, units: NextFact["units"], most: number): Start {
  const timer = units.get(name)!;
  const idle = idleness(timer);
  if (idle !== undefined) return { name, fault: `${name} ${idle}` };
  if (one(timer, "SubState") === "elapsed") return { name, fault: `${name} has no next time` };
  const id = one(timer, "Unit");
  const service = units.get(id);
  if (one(service, "LoadState") === "masked") return { name, fault: `${id} is masked` };
  if (one(service, "Renews") === "")
    return { name, unknown: `${name} starts ${id}, which calls no certbot renew` };
  const isSkipped =
    one(service, "ConditionResult") === "no" && one(service, "ConditionTimestampMonotonic") !== "0";
  if (isSkipped) return { name, fault: `a condition of ${id} kept its last start from running` };
  const gap = gapOf(timer);
  if (gap === undefined) return { name, unknown: `how often ${name} starts it` };
  return gap > most ? { name, fault: `${name} ${seldom(gap)}` } : { name };
}

const crontabs = ["/etc/crontab", "/etc/cron.d/"];
const isSystem = ({ path }: CronFile) => crontabs.some((each) => path.startsWith(each));

/** By what cron(8) and run-parts(8) pass over a file. */
function unreadBy(file: CronFile): string | undefined {
  const { path, mode, uid, links, linkUid, isEnded, entries } = file;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!/^[\w-]+$/.test(name)) return "cron passes over a name with other characters than a-z, 0-9, - and _";
  if (path.startsWith("/etc/cron.daily/")) return mode & 0o111 ? undefined : "it is not executable";
  if (uid !== 0 || linkUid !== 0) return "it is not root's";
  if (isSystem(file) ? (mode & 0o022) !== 0 : mode !== 0o600)
    return `its mode is 0${mode.toString(8)}, with which cron passes over it`;
  if (links > 1) return "it has several names";
  if (!isEnded) return "its last line has no end, so cron reads none of it";
  const isBad = entries.some(({ user, isKnown, when }) => user === "" || !isKnown || !cronDays(when));
  return isBad ? "a line is not as cron reads it, so cron reads none of it" : undefined;
}

/** Days between two runs of what a file of cron does. */
function cronGap({ entries }: CronFile, does: "renew" | "daily"): number {
  const days = entries.flatMap((each) => {
    const due = each.does === does && each.user === "root" ? cronDays(each.when) : undefined;
    return due === undefined || due === "at boot" ? [] : [due];
  });
  return longestGap(days);
}

/** Why nothing runs the scripts of /etc/cron.daily. */
function dailyFault({ units, crons, anacron }: NextFact): string | undefined {
  if (anacron) {
    const idle = idleness(units.get("anacron.timer") ?? new Map());
    return idle && `anacron.timer ${idle}`;
  }
  const table = crons.find(({ path }) => path === "/etc/crontab");
  const isRun = table !== undefined && unreadBy(table) === undefined && cronGap(table, "daily") <= 1;
  return isRun ? undefined : "/etc/crontab does not run it every day";
}

function cronStart(file: CronFile, fact: NextFact, most: number): Start {
  const { path: name } = file;
  const daemons = ["cron.service", "cronie.service", "cron.target"].flatMap((id) => {
    const unit = fact.units.get(id);
    return unit !== undefined && isHere(unit) ? [{ id, idle: idleness(unit) }] : [];
  });
  const [daemon] = daemons;
  const isDaily = name.startsWith("/etc/cron.daily/");
  const gap = isDaily ? 1 : cronGap(file, "renew");
  const fault =
    unreadBy(file) ??
    (isDaily ? dailyFault(fact) : undefined) ??
    (isDaily && fact.anacron ? undefined : daemonFault(daemon, daemons)) ??
    (gap > most ? seldom(gap) : undefined);
  return fault === undefined ? { name } : { name, fault: `${name}: ${fault}` };
}

function daemonFault(
  first: { readonly id: string; readonly idle: string | undefined } | undefined,
  all: readonly { readonly idle: string | undefined }[],
): string | undefined {
  if (first === undefined) return "no cron is installed";
  return all.some(({ idle }) => idle === undefined) ? undefined : `${first.id} ${first.idle}`;
}

/** `most`: days that may lie between two runs. */
export function startsOf(fact: NextFact, most: number): readonly Start[] {
  const timers = ["certbot.timer", "snap.certbot.renew.timer"].filter((id) => isHere(fact.units.get(id)));
  const crons = fact.crons.filter(
    ({ path, entries }) =>
      path.startsWith("/etc/cron.daily/") || entries.some(({ does }) => does === "renew"),
  );
  return [
    ...timers.map((id) => timerStart(id, fact.units, most)),
    ...crons.map((file) => cronStart(file, fact, most)),
  ];
}
