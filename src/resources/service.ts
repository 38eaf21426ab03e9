/** systemd units: enabled, active, and reloaded or restarted once when what they read has changed. */
import { type UnitFact, unit } from "../facts/files.ts";
import { readFact } from "../facts/probe.ts";
import type { Action } from "../plan/plan.ts";
import { blocked, change, type DiffInput, type Outcome, same } from "./diff.ts";
import type { Resource } from "./resource.ts";
import type { Step, UnitOperation } from "./step.ts";

type Service = Extract<Resource, { kind: "service" }>;

/** UnitFileState values under which `systemctl enable` has nothing to do, or nothing that it could. */
const settled: ReadonlySet<string> = new Set([
  "enabled",
  "static",
  "alias",
  "indirect",
  "generated",
  "linked",
]);

export function diffService(input: DiffInput<Service>): Outcome {
  const { resource, facts, installing } = input;
  const fact = readFact(facts, unit(resource.unit));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`the state of ${resource.unit} could not be read: ${fact.why}`);
  if (fact.state === "absent" && !installing)
    return blocked(`there is no unit ${resource.unit}, and no package of this plan brings it`);
  const now = fact.state === "present" ? fact.value : undefined;
  if (now?.enabled.startsWith("masked"))
    return blocked(
      `${resource.unit} is masked`,
      `Somebody masked it on purpose; if it should run: systemctl unmask ${resource.unit}`,
    );
  const operations = needed(input, now);
  if (operations.length === 0) return same;
  const why = operations.some((each) => each === "reload" || each === "restart") ? resource.stale : undefined;
  return change({
    action: operations.at(-1) as Action,
    before: now === undefined ? "not there" : unitText(now),
    after: `${resource.enabled ? "enabled" : "disabled"}, ${resource.active ? "active" : "inactive"}${how(operations)}`,
    ...(why === undefined ? {} : { reason: why }),
    effect: operations.includes("restart") ? "restart" : operations.includes("reload") ? "reload" : "now",
    ...(now === undefined ? { afterInstall: "address" as const } : {}),
    undo: "full",
    stage: resource.last === true ? "access" : "services",
    steps: operations.map((operation): Step => ({ verb: "unit", unit: resource.unit, operation })),
  });
}

const unitText = (now: UnitFact) => `${now.enabled || "not enabled"}, ${now.state}`;

const how = (operations: readonly UnitOperation[]) => {
  if (operations.includes("restart")) return ", restarted";
  return operations.includes("reload") ? ", reloaded" : "";
};

function needed(
  { resource, changed }: DiffInput<Service>,
  now: UnitFact | undefined,
): readonly UnitOperation[] {
  const operations: UnitOperation[] = [];
  const enabled = now !== undefined && settled.has(now.enabled);
  if (resource.enabled && !enabled) operations.push("enable");
  if (!resource.enabled && now?.enabled === "enabled") operations.push("disable");
  if (!resource.active) return now?.active ? [...operations, "stop"] : operations;
  if (!now?.active) return [...operations, "start"];
  const refresh = resource.stale !== undefined || resource.on.some((name) => changed.has(name));
  return refresh ? [...operations, resource.how] : operations;
}
