/** What the next boot would bring otherwise than the kernel has it now. */
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { verdicts } from "../verdict.ts";
import type { FirewallInput, FirewallView } from "./model.ts";
import { otherFirewalls, paths } from "./probes.ts";

/** Why ufw would not start at boot, and who else loads rules then; undefined where it would. */
export function bootProblem(input: FirewallInput, view: FirewallView): string | undefined {
  const problem = notStarted(input, view);
  const loaders = others(input, "enabled");
  return problem === undefined || loaders.length === 0
    ? problem
    : `${problem}, and what ${loaders.join(", ")} loads at the next boot is not known`;
}

export const notEnabled = `ENABLED is not yes in ${paths.conf}`;

function notStarted({ facts }: FirewallInput, { settings }: FirewallView): string | undefined {
  if (settings === undefined) return "ufw is not installed";
  if (!settings.enabled) return notEnabled;
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

export interface BootOutcome {
  readonly expected: string;
  readonly found: string;
  /** The kernel has it as wanted. */
  readonly now: boolean;
  /** Why it would not be so after a boot. */
  readonly boot?: string | undefined;
}

export function result({ expected, found, now, boot }: BootOutcome): CheckResult {
  const { pass, fail, later } = verdicts(expected);
  if (!now) return fail(found);
  return boot === undefined ? pass(found) : later(`${found}; but ${boot}`);
}
