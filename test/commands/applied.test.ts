import { describe, expect, test } from "vitest";
import type { CheckReport } from "../../src/assess/report.ts";
import { type Applied, appliedStatus } from "../../src/commands/applied.ts";
import { appliedText } from "../../src/reports/applied.ts";

const audit = {
  ...{ id: "firewall.other-rules", control: "firewall", title: "Nothing else", severity: "medium" },
  ...{
    role: "audit",
    verdict: "fail",
    references: [],
    object: "",
    expected: "none",
    found: "-A INPUT -j ACCEPT",
  },
} as CheckReport;
const confirmed = { outcome: "confirmed", run: "r1", notes: [], checks: [], open: [] } as const;

describe("the status of an apply", () => {
  test.each<[string, Applied, string]>([
    ["confirmed with a failing audit", { ...confirmed, checks: [audit] }, "firewall.other-rules"],
    ["confirmed with a plan that is open again", { ...confirmed, open: ["ssh/file:/a"] }, "ssh/file:/a"],
    ["confirmed with nobody who could look", { ...confirmed, unseen: "refused" }, "not seen afterwards"],
    ["in sync with a failing audit", { outcome: "in sync", checks: [audit] }, "firewall.other-rules"],
    [
      "undone, but for something",
      { outcome: "undone", run: "r1", by: "r2", checks: [], open: ["ssh/file:/b"] },
      "ssh/file:/b",
    ],
  ])("%s: 2, and it is named", (_name, applied, named) => {
    expect(appliedStatus(applied)).toBe(2);
    expect(appliedText("web1", applied)).toContain(named);
  });

  test("0 where the last look finds everything as the profile wants it", () => {
    const good = { ...audit, verdict: "pass" } as CheckReport;
    expect(appliedStatus({ ...confirmed, checks: [good] })).toBe(0);
    expect(appliedStatus({ outcome: "in sync", checks: [good] })).toBe(0);
    expect(appliedText("web1", { ...confirmed, checks: [good] })).not.toContain("mended");
  });
});

describe("what is said of an outcome that is not known", () => {
  const lost = { outcome: "unknown", run: "r1", why: "the link was lost", confirming: false } as const;

  test("before any confirm the host rolls back", () => {
    expect(appliedText("web1", lost)).toContain("The host rolls back by itself; look with: harden runs web1");
  });

  test("after a confirm that nobody answered it may have kept the run", () => {
    const text = appliedText("web1", { ...lost, confirming: true });
    expect(text).toContain("A confirm was sent: the host has kept the run, or rolls back by itself");
    expect(appliedStatus({ ...lost, confirming: true })).toBe(5);
  });
});
