/** Rulesets that live in the kernel: ufw's, and audit's. Whether they differ is the control's to say, from the facts. */
import { change, type DiffInput, type Draft, type Outcome, same } from "./diff.ts";
import type { Resource } from "./resource.ts";

export function diffFirewall({
  resource,
  installing,
}: DiffInput<Extract<Resource, { kind: "firewall" }>>): Outcome {
  if (resource.operation === "none") return same;
  return change({
    action:
      resource.operation === "disable" ? "disable" : resource.operation === "enable" ? "enable" : "load",
    before: resource.before,
    after: resource.after,
    effect: "now",
    ...(installing ? { afterInstall: "address" as const } : {}),
    undo: "full",
    stage: "access",
    steps: [{ verb: "firewall", operation: resource.operation }],
  });
}

export function diffAuditRules(input: DiffInput<Extract<Resource, { kind: "audit-rules" }>>): Outcome {
  const { resource, changed, installing } = input;
  const touched = resource.on.some((name) => changed.has(name));
  if (resource.loaded && !touched) return same;
  const draft: Draft = {
    action: "load",
    after: resource.why,
    effect: "now",
    ...(installing ? { afterInstall: "address" as const } : {}),
    undo: "full",
    stage: "kernel",
    steps: [{ verb: "audit-load" }],
  };
  return change(draft);
}

export function diffAuditLock({ resource }: DiffInput<Extract<Resource, { kind: "audit-lock" }>>): Outcome {
  if (resource.locked) return same;
  return change({
    action: "enable",
    after: "no audit rule can be changed until the next boot",
    effect: "now",
    undo: "none",
    stage: "finalize",
    steps: [{ verb: "audit-lock" }],
  });
}
