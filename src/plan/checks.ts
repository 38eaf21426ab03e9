/** Runs the catalogue of checks against facts. Every check of an enabled control gives one result. Pure. */
import type { Check, CheckResult, Input, Reference, Role, Verdict } from "../controls/control.ts";
import type { HostFacts } from "../facts/host.ts";
import type { Fact, Facts, Probes } from "../facts/probe.ts";
import type { Access } from "./access.ts";
import { inputOf } from "./input.ts";
import { leftoverReports } from "./leftovers.ts";
import type { Managed } from "./managed.ts";

export interface CheckReport extends Omit<CheckResult, "role" | "title"> {
  readonly role: Role;
  readonly id: string;
  readonly control: string;
  readonly title: string;
  readonly severity: "high" | "medium" | "low";
  readonly references: readonly Reference[];
}

export interface CheckInput {
  readonly managed: readonly Managed[];
  readonly facts: Facts;
  readonly access: Access;
  readonly host: HostFacts;
}

export function runChecks(input: CheckInput): readonly CheckReport[] {
  return [...controlReports(input), ...leftoverReports(input)];
}

function controlReports(input: CheckInput): readonly CheckReport[] {
  return input.managed
    .filter(({ enabled }) => enabled)
    .flatMap((each) => {
      const { control } = each;
      const own = inputOf(each, input);
      return control.checks.map((check): CheckReport => {
        const { id, title, severity, role, references } = check;
        const result = resultOf(check, own);
        return { role, title, ...result, id, control: control.id, severity, references };
      });
    });
}

function resultOf(
  check: Check<unknown, Probes, unknown>,
  input: Input<unknown, Probes, unknown>,
): CheckResult {
  for (const name of check.needs) {
    const fact: Fact<unknown> | undefined = input.facts[name];
    if (fact === undefined) return unmeasured("error", `the fact ${name} is not collected`);
    if (fact.state === "unknown") return unmeasured("error", fact.why);
    if (fact.state === "unsupported") return unmeasured("not applicable", fact.why);
    if (fact.state === "absent") return unmeasured("fail", `${name}: not there`);
  }
  try {
    return check.test(input);
  } catch (error) {
    return unmeasured("error", error instanceof Error ? error.message : String(error));
  }
}

const unmeasured = (verdict: Verdict, found: string): CheckResult => ({ verdict, expected: "", found });

/** What doesn't hold, could not be measured, or holds until the next boot only: exit 2. */
export const failing = (checks: readonly CheckReport[]) =>
  checks.filter(
    ({ verdict }) => verdict === "fail" || verdict === "error" || verdict === "until the next boot",
  );

/** What keeps a run from being confirmed. Rolling back would mend no audit, and nothing that is still to come. */
export const disproving = (checks: readonly CheckReport[]) =>
  checks.filter(
    ({ role, verdict, pending }) =>
      role === "proof" && pending === undefined && (verdict === "fail" || verdict === "error"),
  );
