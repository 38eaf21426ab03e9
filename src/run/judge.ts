/** The checks of what was gathered, and what the profile's waivers make of them today. */
import { assess } from "../assess/assess.ts";
import { runChecks } from "../assess/checks.ts";
import { clockOf, clocksOf } from "../assess/clocks.ts";
import type { Assessment } from "../assess/report.ts";
import { hostOf } from "../plan/planner.ts";
import type { Gathered } from "./look.ts";
import type { Ports, ProfileChoice } from "./ports.ts";

export function judge(gathered: Gathered, { profile }: ProfileChoice, ports: Pick<Ports, "now">): Assessment {
  const reports = runChecks({ ...gathered, host: hostOf(gathered.facts) });
  const clocks = clocksOf(ports.now(), clockOf(gathered.facts));
  return assess(reports, { waivers: profile.waivers, ...clocks, planned: gathered.plan });
}
