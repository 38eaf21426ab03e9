import { describe, expect, test } from "vitest";
import type { Role, Verdict } from "../../src/controls/control.ts";
import { type CheckReport, disproving, failing } from "../../src/plan/checks.ts";

const report = (role: Role, verdict: Verdict, pending?: "finalize" | "reboot"): CheckReport => ({
  ...{ id: "x.y", control: "x", title: "", severity: "low", references: [], expected: "", found: "" },
  ...{ role, verdict, ...(pending === undefined ? {} : { pending }) },
});

describe("what is made of a verdict", () => {
  test.each(["fail", "error"] as const)(
    "rolls back for a proof that gives %s, and for no audit",
    (verdict) => {
      expect(disproving([report("proof", verdict)])).toHaveLength(1);
      expect(disproving([report("audit", verdict)])).toEqual([]);
      expect(failing([report("audit", verdict)])).toHaveLength(1);
    },
  );

  test("what is still to come, or lasts until the next boot, is told and undoes nothing", () => {
    const all = [
      report("proof", "fail", "reboot"),
      report("proof", "fail", "finalize"),
      report("proof", "until the next boot"),
    ];
    expect(disproving(all)).toEqual([]);
    expect(failing(all)).toHaveLength(3);
  });

  test("what passes, or doesn't apply, is neither", () => {
    const all = [report("proof", "pass"), report("audit", "not applicable")];
    expect([...disproving(all), ...failing(all)]).toEqual([]);
  });
});
