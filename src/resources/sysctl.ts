/** Live kernel values. */
import { sysctl } from "../facts/files.ts";
import { present, readFact } from "../facts/probe.ts";
import { blocked, change, type DiffInput, type Outcome, same } from "./diff.ts";
import type { Resource } from "./resource.ts";

export function diffSysctl({ resource, facts }: DiffInput<Extract<Resource, { kind: "sysctl" }>>): Outcome {
  const fact = resource.found === undefined ? readFact(facts, sysctl(resource.key)) : present(resource.found);
  if (fact.state !== "present")
    return blocked(
      `${resource.key} could not be read: ${fact.state === "absent" ? "this kernel has no such key" : fact.why}`,
    );
  const now = fact.value.replace(/\s+/g, " ").trim();
  if (now === resource.value) return same;
  return change({
    action: "update",
    before: now,
    after: resource.value,
    effect: "now",
    undo: "full",
    stage: "kernel",
    steps: [{ verb: "sysctl", key: resource.key, value: resource.value, before: now }],
  });
}
