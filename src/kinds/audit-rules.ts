/** The kernel's audit rules, as `augenrules --load` makes them of the rules' files. */
import { units } from "../platform.ts";
import shell from "./audit-rules.sh";
import { type ChangeOutcome, change, type DiffInput, defineKind, same, valueLine } from "./kind.ts";

export interface AuditRulesResource {
  readonly kind: "audit-rules";
  readonly loaded: boolean;
  readonly why: string;
  readonly on: readonly string[];
}

export interface AuditRulesStep {
  readonly verb: "audit-rules";
}

export interface AuditRulesUndo {
  readonly kind: "audit-rules";
}

const load = { action: "load", effect: "now", undo: "full", stage: "services" } as const;

export const auditRules = defineKind<AuditRulesResource, AuditRulesStep, AuditRulesUndo>({
  name: "audit-rules",
  address: () => "kernel",
  diff,
  line: valueLine,
  words: { "audit-rules": () => [] },
  shell: [shell],
  readAtBootBy: [units.auditd, units.auditRules],
  undo: {
    words: ["audit-rules"],
    fromJournal: () => ({ kind: "audit-rules" }),
    fromManifest: () => ({ kind: "audit-rules" }),
    join: (older) => older,
    probes: () => [],
    changes: () => change({ ...load, steps: [{ verb: "audit-rules" }] }),
    lookBack: () => undefined,
    after: ["mode"],
    atBoot: "by itself",
  },
});

function diff({
  resource,
  changed,
  installing,
}: DiffInput<AuditRulesResource>): ChangeOutcome<AuditRulesStep> {
  const touched = resource.on.some((name) => changed.has(name));
  if (resource.loaded && !touched) return same;
  return change({
    ...load,
    after: resource.why,
    ...(installing ? { afterInstall: "address" as const } : {}),
    steps: [{ verb: "audit-rules" }],
  });
}
