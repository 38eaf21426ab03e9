/** `harden verify`: the effective state against the profile; only reads. */
import { type CheckReport, failing, runChecks } from "../plan/checks.ts";
import type { HostFacts, ProfileFacts } from "../plan/plan.ts";
import { hostOf } from "../plan/planner.ts";
import { routeOf } from "../targets.ts";
import { type Settled, statusOf } from "./each.ts";
import { gather } from "./gather.ts";
import type { Outcome, Ports, ProfileChoice, Targets } from "./ports.ts";
import { eachConnected } from "./session.ts";

export interface Verified {
  readonly host: HostFacts;
  readonly profile: ProfileFacts;
  readonly checks: readonly CheckReport[];
}

export type VerifyReport = readonly Settled<Verified>[];

/** Status 0 where all passes or is not applicable, 2 where a check fails or could not be measured. */
export async function verifyCommand(
  options: Targets & ProfileChoice,
  ports: Ports,
): Promise<Outcome<VerifyReport>> {
  const report = await eachConnected(options, ports, async (transport, target): Promise<Verified> => {
    const gathered = await gather(transport, {
      choice: options,
      target,
      route: routeOf(target, options),
      ports,
    });
    const host = hostOf(gathered.facts);
    return { host, profile: gathered.plan.profile, checks: runChecks({ ...gathered, host }) };
  });
  return { report, status: statusOf(report, ({ checks }) => (failing(checks).length > 0 ? 2 : 0)) };
}
