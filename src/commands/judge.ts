/** The checks of what was gathered, and what the profile's waivers make of them today. */
import { assess } from "../assess/assess.ts";
import { runChecks } from "../assess/checks.ts";
import { clocksOf } from "../assess/clocks.ts";
import type { Assessment } from "../assess/report.ts";
import { hostClock } from "../facts/host.ts";
import { readFact, valueOr } from "../facts/probe.ts";
import { hostOf } from "../plan/planner.ts";
import type { Gathered } from "./look.ts";
import type { Ports, ProfileChoice } from "./ports.ts";

export function judge(gathered: Gathered, { profile }: ProfileChoice, ports: Pick<Ports, "now">): Assessment {
  const reports = runChecks({ ...gathered, host: hostOf(gathered.facts) });
  const clocks = clocksOf(ports.now(), valueOr(readFact(gathered.facts, hostClock), undefined));
  return assess(reports, { waivers: profile.waivers, ...clocks, planned: gathered.plan });
}
