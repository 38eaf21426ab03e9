import { expect, it } from "vitest";
import type { Change, Plan } from "../../src/plan/plan.ts";
import { plansText } from "../../src/reports/plan.ts";

const change = (after: string): Change => ({
  address: "sysctl/sysctl:net.a",
  control: "sysctl",
  kind: "sysctl",
  action: "update",
  before: "0",
  after,
  reason: "Why it is wanted.",
  effect: "now",
  undo: "full",
  stage: "kernel",
  steps: [{ verb: "sysctl", key: "net.a", value: after, before: "0" }],
});

const planned = (target: string, after: string, machineId: string) => ({
  target,
  ok: true as const,
  value: {
    host: { hostname: target, machineId, distro: "debian", version: "13" },
    profile: { name: "p", digest: "d" },
    changes: [change(after)],
    findings: [],
  } as unknown as Plan,
});

it("hosts with the same changes are shown together, whatever else tells them apart; others by themselves", () => {
  const text = plansText([planned("web1", "1", "a"), planned("web2", "2", "b"), planned("web3", "1", "c")]);
  expect(text).toBe(`2 hosts with the same plan: web1, web3, profile p

sysctl
  ~ update sysctl:net.a  (takes effect: now)
      Why it is wanted.
      0 → 1

1 change.

web2 (web2, debian 13), profile p

sysctl
  ~ update sysctl:net.a  (takes effect: now)
      Why it is wanted.
      0 → 2

1 change.`);
});
