/** `harden verify`: the effective state against the profile; only reads. */

import type { HostFacts } from "../facts/host.ts";
import type { Unsettled } from "../facts/unsettled.ts";
import { type CheckReport, failing, runChecks } from "../plan/checks.ts";
import type { Finding, ProfileFacts } from "../plan/plan.ts";
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
  /** Runs that aren't settled: what the checks found may not last. */
  readonly unsettled: readonly Unsettled[];
  /** What is to be said of the host as a whole, and of how the profile was found. */
  readonly findings: readonly Finding[];
}

export type VerifyReport = readonly Settled<Verified>[];

/**
 * Status 0 where all passes or is not applicable, 2 where a check fails or could not be measured, 3 where somebody's run
 * holds the host, whatever the checks say.
 */
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
      deep: true,
    });
    const host = hostOf(gathered.facts);
    const { plan, unsettled, about } = gathered;
    const checks = runChecks({ ...gathered, host });
    return { host, profile: plan.profile, checks, unsettled, findings: about };
  });
  return { report, status: statusOf(report, verifiedStatus) };
}

function verifiedStatus({ checks, unsettled, findings }: Verified): number {
  if (unsettled.length > 0) return 3;
  const unseen = findings.some(({ id }) => id === "host.unsettled-unknown");
  return unseen || failing(checks).length > 0 ? 2 : 0;
}
