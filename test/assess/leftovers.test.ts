/** A control that is switched off is not green while an apply has something of it to give back. */
import { expect, it } from "vitest";
import { leftoverReports } from "../../src/assess/leftovers.ts";
import type { Finding } from "../../src/checks/finding.ts";
import { type Facts, probeKey } from "../../src/facts/probe.ts";
import type { Access } from "../../src/plan/access.ts";
import type { Control } from "../../src/plan/control.ts";
import { owned } from "../../src/plan/owned.ts";
import type { Change } from "../../src/plan/plan.ts";

const managed = [
  { control: { id: "ssh", probes: () => ({}) } as unknown as Control, params: {}, mode: "off" as const },
  { control: { id: "sysctl" } as unknown as Control, params: {}, mode: "apply" as const },
];
const facts: Facts = new Map([[probeKey(owned), { state: "absent", data: Buffer.alloc(0) }]]);
const reported = (plan: { changes?: readonly Change[]; findings?: readonly Finding[] }) =>
  leftoverReports({
    managed,
    facts,
    access: {} as Access,
    plan: { changes: [], findings: [], ...plan },
  }).map(({ object, verdict }) => [object, verdict]);
const of = (control: string) => ({ control }) as Change;
const block = { control: "ssh", id: "undo.changed", level: "block", message: "It was changed." } as const;

it.each([
  ["an apply would give nothing back", {}, ["", "pass"]],
  ["an apply would change what is on", { changes: [of("sysctl")] }, ["", "pass"]],
  ["an apply gives it back", { changes: [of("ssh"), of("ssh")] }, ["ssh", "fail"]],
  ["an apply of it is blocked", { findings: [block] }, ["ssh", "fail"]],
  ["an apply warns of it", { findings: [{ ...block, level: "warn" as const }] }, ["", "pass"]],
])("host.leftovers follows the plan when %s", (_when, plan, expected) => {
  expect(reported(plan)).toEqual([expected]);
});
