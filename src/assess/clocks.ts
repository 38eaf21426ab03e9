/** By whose clock a day is over, and whether the host's is right. Pure. */
import { dayOf, timeOf } from "../day.ts";
import { hostClock } from "../facts/host.ts";
import { type Facts, readFact, valueOr } from "../facts/probe.ts";
import { formatDuration } from "../profile/duration.ts";
import { hostCheck, ofHost } from "./host-check.ts";
import type { CheckReport } from "./report.ts";

export interface Clocks {
  /** The later day of the two, as 2027-01-31: a clock that is wrong may end a waiver, and extends none. */
  readonly today: string;
  /** Whose that is, and what the other says, where they are more than a day apart. */
  readonly apart?: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Both in ms since 1970; `host` is undefined where it is not known. */
export function clocksOf(controller: number, host: number | undefined): Clocks {
  const today = dayOf(laterOf(controller, host));
  if (host === undefined || Math.abs(host - controller) <= dayMs) return { today };
  const [later, other] = host > controller ? ["host", "controller"] : ["controller", "host"];
  const apart = `by the ${later}'s clock (${today}; the ${other}'s clock says ${dayOf(Math.min(controller, host))})`;
  return { today, apart };
}

/** Both in ms since 1970. */
export const laterOf = (controller: number, host: number | undefined): number =>
  Math.max(controller, host ?? 0);

export const clockOf = (facts: Facts): number | undefined => valueOr(readFact(facts, hostClock), undefined);

export const clockCheck = hostCheck({
  id: "host.clock",
  title: "The host's clock is right",
  severity: "medium",
  role: "audit",
  criteria: ["CC7.1", "CC7.2"],
  reads: ["kernel"],
  moving: true,
  why: "By a wrong clock certificates and accounts end on another day, and what the log says can't be put beside another host's.",
  leavesOpen: "The other clock is that of the machine that runs harden, which may be as wrong.",
  stricter: "NTS (chrony): whoever is on the way can no longer set the clock; few servers speak it.",
  look: "timedatectl; date -u",
});

/** Seconds: an answer takes some of them, and whoever keeps time is never as far off. */
const mostApart = 300;

const remedy =
  "See by date -u on both which one is wrong; on the host timedatectl says whether anything sets its clock, and timedatectl set-ntp true has it set.";

/** `askedAt`: when the host was, by the controller's clock in ms since 1970; recorded facts have none. */
export function clockReport(facts: Facts, askedAt: number | undefined): CheckReport {
  const expected = `within ${formatDuration(mostApart)} of the clock of the machine that runs harden`;
  const report = (of: Pick<CheckReport, "verdict" | "found"> & Partial<CheckReport>): CheckReport => ({
    ...ofHost(clockCheck, { object: "", expected, ...of }),
    role: "audit",
  });
  const host = clockOf(facts);
  if (askedAt === undefined)
    return report({ verdict: "not applicable", found: "the facts are recorded ones" });
  if (host === undefined) return report({ verdict: "error", found: "the host said no time" });
  const seconds = Math.floor(Math.abs(host - askedAt) / 1000);
  if (seconds <= mostApart) return report({ verdict: "pass", found: expected });
  const found = `${formatDuration(seconds)} ${host < askedAt ? "behind" : "ahead"}: ${timeOf(host)} there, ${timeOf(askedAt)} here`;
  return report({ verdict: "fail", found, remedy });
}
