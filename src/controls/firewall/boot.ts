/** What the next boot would bring otherwise than the kernel has it now. */
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../control.ts";
import { verdicts } from "../verdict.ts";
import type { FirewallInput, View } from "./model.ts";
import { otherFirewalls, paths } from "./probes.ts";

/** Why ufw would not start at boot, by its settings; undefined where it would. */
export function bootProblem({ facts }: FirewallInput, { settings }: View): string | undefined {
  if (settings === undefined) return "ufw is not installed";
  if (!settings.enabled) return `ENABLED is not yes in ${paths.conf}`;
  if (settings.carriageReturns)
    return `${paths.conf} or ${paths.defaults} has Windows line ends, at which ufw's start script stops`;
  return facts.service.state === "absent" ? "there is no ufw.service" : undefined;
}

/** Names of the services of other firewalls that run, or start at boot. */
export function others({ facts }: FirewallInput, which: "active" | "enabled"): readonly string[] {
  return Object.keys(otherFirewalls).flatMap((name) => {
    const now = valueOr(facts[name as keyof typeof otherFirewalls], undefined);
    const is = which === "active" ? now?.active : now?.enabled === "enabled";
    return is ? [otherFirewalls[name as keyof typeof otherFirewalls].args[0]!] : [];
  });
}

export interface Outcome {
  readonly expected: string;
  readonly found: string;
  /** The kernel has it as wanted. */
  readonly now: boolean;
  /** Why it would not be so after a boot. */
  readonly boot?: string | undefined;
}

export function result({ expected, found, now, boot }: Outcome): CheckResult {
  const { pass, fail, later } = verdicts(expected);
  if (!now) return fail(found);
  return boot === undefined ? pass(found) : later(`${found}; but ${boot}`);
}
