/** `harden verify`: the effective state against the profile; only reads. */
import { failing } from "../../assess/assess.ts";
import type { Unused } from "../../assess/report.ts";
import { neededBySome, unusedFindings } from "../../assess/unused.ts";
import { once } from "../../once.ts";
import { hinders } from "../../plan/unsettled.ts";
import type { Profile } from "../../profile/profile.ts";
import type { Settled } from "../../results/settled.ts";
import { type HostVerdict, outcomeOf } from "../../results/verdict.ts";
import type { Verified, VerifyReport } from "../../results/verified.ts";
import { gather } from "../../run/gather.ts";
import { judge } from "../../run/judge.ts";
import type { Choices, CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { eachConnected } from "../../run/session.ts";
import { routeOf } from "../../targets.ts";

type Measured = Verified & { readonly unused: readonly Unused[] };

/**
 * Status 0 where all passes, is waived or not applicable, 2 where a check fails or could not be measured, 3 where
 * somebody's run holds the host, whatever the checks say.
 */
export async function verifyCommand(
  options: Targets & Choices,
  ports: Ports,
): Promise<CommandOutcome<VerifyReport>> {
  const measured = await eachConnected(options, ports, async (transport, target): Promise<Measured> => {
    const route = routeOf(target, options);
    const choice = options.choiceOf(target);
    const gathered = await gather(transport, { choice, target, route, ports, depth: "whole" });
    const { plan, unsettled, about } = gathered;
    const { host, profile } = plan;
    return { host, profile, unsettled, findings: about, ...judge(gathered, choice, ports) };
  });
  return outcomeOf(withUnused(measured, options), verifyVerdict);
}

/** A waiver is for all hosts of its profile. */
function withUnused(
  measured: readonly Settled<Measured>[],
  { choiceOf }: Choices,
): readonly Settled<Verified>[] {
  const unusedOn = (profile: Profile) =>
    measured
      .filter(({ target }) => choiceOf(target).profile === profile)
      .map((result) => (result.ok ? result.value.unused : undefined));
  const neededIn = once((profile: Profile) => neededBySome(profile.waivers, unusedOn(profile)));
  return measured.map((result) => {
    if (!result.ok) return result;
    const { unused, ...verified } = result.value;
    const { profile, only, skip } = choiceOf(result.target);
    const ran = new Set(verified.checks.map(({ id }) => id));
    const whole = only.length === 0 && skip.length === 0;
    const judged = unused.filter(({ waiver }) => whole || ran.has(waiver.check));
    const findings = [...verified.findings, ...unusedFindings(judged, neededIn(profile))];
    return { ...result, value: { ...verified, findings } };
  });
}

export function verifyVerdict({ checks, unsettled, findings }: Verified): HostVerdict {
  if (unsettled.length > 0) return "blocked";
  return findings.some(hinders) || failing(checks).length > 0 ? "fail" : "pass";
}
