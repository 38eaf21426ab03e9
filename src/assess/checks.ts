/** Runs the catalogue of checks against facts. Every check of a managed control gives at least one report. Pure. */
import type { Role, Verdict } from "../checks/check.ts";
import type { HostFacts } from "../facts/host.ts";
import type { Fact, Facts, Probes } from "../facts/probe.ts";
import type { Access } from "../plan/access.ts";
import type { CheckResult, ControlCheck, Part } from "../plan/control.ts";
import { inputOf } from "../plan/input.ts";
import type { Managed } from "../plan/managed.ts";
import { type Losses, lossesOf } from "../plan/storage.ts";
import { clockReport } from "./clocks.ts";
import { fileReports, type GivenControl } from "./files.ts";
import { leftoverReports } from "./leftovers.ts";
import type { PlannedChanges } from "./remedy.ts";
import type { CheckReport } from "./report.ts";

export interface CheckInput {
  readonly managed: readonly Managed[];
  readonly facts: Facts;
  readonly access: Access;
  readonly host: HostFacts;
  /** When the host was asked, by the controller's clock in ms since 1970; undefined for recorded facts. */
  readonly askedAt?: number | undefined;
  /** Of the same facts: what it would give back is still there. */
  readonly plan?: PlannedChanges;
}

export function runChecks(input: CheckInput): readonly CheckReport[] {
  const given = input.managed.map((each) => ({ ...each, read: inputOf(each, input) }));
  return [
    ...controlReports(given, input.facts),
    ...fileReports(given, input),
    ...leftoverReports(input),
    clockReport(input.facts, input.askedAt),
  ];
}

function controlReports(given: readonly GivenControl[], facts: Facts): readonly CheckReport[] {
  return given
    .filter(({ mode }) => mode !== "off")
    .flatMap(({ control, mode, read }) => {
      const losses = lossesOf({ control }, read, facts);
      return control.checks.flatMap((check) =>
        reportsOf(check, afterReset(resultOf(check, read), check, losses)).map((report): CheckReport => {
          const own = { ...report, control: control.id };
          // No change of a plan could alter what the profile wants to be left alone.
          if (mode !== "measure") return own;
          return { ...own, role: own.role === "advice" ? "advice" : "audit", measured: true };
        }),
      );
    });
}

/** What passes now, and what a reset leaves of that. */
function afterReset(now: CheckResult, check: AnyCheck, { ofAll, ofCheck }: Losses): CheckResult {
  if (now.verdict !== "pass") return now;
  const lost = [...ofCheck(check), ...ofAll];
  const [first] = [...lost.filter(({ fate }) => fate === "gone"), ...lost];
  if (first === undefined) return now;
  const words = first.fate === "gone" ? "but" : "of the next boot not known:";
  const remedy = "Have its files on a disk that each boot mounts, by /etc/fstab or a unit.";
  return { ...now, verdict: "until the next boot", found: `${now.found}; ${words} ${first.why}`, remedy };
}

type AnyCheck = ControlCheck<unknown, Probes, unknown>;

function reportsOf(check: AnyCheck, result: CheckResult): readonly Omit<CheckReport, "control">[] {
  const { id, title, severity, layer, references } = check;
  const { parts = [], role: _role, ...whole } = result;
  const common = { title, ...whole, id, severity, layer, references, role: roleOf(check, result) };
  const each: readonly Part[] = whole.verdict === "pass" ? [] : parts;
  return each.length === 0 ? [{ ...common, object: "" }] : each.map((part) => ({ ...common, ...part }));
}

const usual = { "proof or audit": "proof", "audit or advice": "audit" } as const;

const roleOf = ({ role }: AnyCheck, result: CheckResult): Role =>
  role === "proof or audit" || role === "audit or advice" ? (result.role ?? usual[role]) : role;

type TestInput = Parameters<AnyCheck["test"]>[0];

function resultOf(check: AnyCheck, input: TestInput): CheckResult {
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
