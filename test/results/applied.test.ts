import { describe, expect, test } from "vitest";
import type { CheckReport } from "../../src/assess/report.ts";
import { undoneText } from "../../src/features/rollback/text.ts";
import { notes as noteCodes } from "../../src/host/codes.ts";
import { appliedText } from "../../src/reports/applied.ts";
import { type Applied, appliedVerdict, type UndoneRun, undoneAs } from "../../src/results/applied.ts";

const audit = {
  id: "firewall.other-rules",
  control: "firewall",
  title: "Nothing else",
  severity: "medium",

  role: "audit",
  layer: "host",
  verdict: "fail",
  references: [],
  object: "",
  expected: "none",
  found: "-A INPUT -j ACCEPT",
} as CheckReport;
const confirmed = { outcome: "confirmed", run: "r1", notes: [], checks: [], open: [] } as const;

describe("the verdict of an apply", () => {
  test.each<[string, Applied, string]>([
    ["confirmed with a failing audit", { ...confirmed, checks: [audit] }, "firewall.other-rules"],
    ["confirmed with a plan that is open again", { ...confirmed, open: ["ssh/file:/a"] }, "ssh/file:/a"],
    ["confirmed with nobody who could look", { ...confirmed, unseen: "refused" }, "not seen afterwards"],
    ["in sync with a failing audit", { outcome: "in sync", checks: [audit] }, "firewall.other-rules"],
  ])("%s: it fails, and says why", (_name, applied, named) => {
    expect(appliedVerdict(applied)).toBe("fail");
    expect(appliedText("web1", applied)).toContain(named);
  });

  test("undone, but for something: it fails, and says why", () => {
    const looked = { checks: [], open: ["ssh/file:/b"] };
    const undone: UndoneRun = { outcome: "undone", undoes: ["r1"], by: "r2", left: [], notes: [], ...looked };
    expect(appliedVerdict(undone)).toBe("fail");
    expect(undoneText("web1", undone)).toContain("ssh/file:/b");
  });

  test("undone, but for what is still there: not whole, with its name and where to look", () => {
    const left = [{ code: "account-kept", object: "eve", text: "it stays" }];
    const undone: UndoneRun = {
      outcome: "undone",
      undoes: ["r1"],
      by: "r2",
      left,
      notes: left,
      checks: [],
      open: [],
    };
    expect(appliedVerdict(undone)).toBe("rolled back");
    expect(undoneText("web1", undone)).toMatch(/but for:\n {2}note: eve: it stays\n.*harden runs web1 r2/);
  });

  test("an undo with notes is judged alike for a pending run and for an earlier one", () => {
    const verdicts = Object.keys(noteCodes).map((code) => {
      const notes = [{ code, object: "x", text: "told" }];
      const back: Applied = { outcome: "rolled back", run: "r1", why: "asked", clean: false, notes };
      const pending = undoneAs(back, { undoes: ["r1"], by: "r1" });
      const earlier = undoneAs({ ...confirmed, notes }, { undoes: ["r0"], by: "r1" });
      return [code, appliedVerdict(pending), appliedVerdict(earlier)];
    });
    const whole = ["changed-by-others", "flows-end", "flows-not-kept", "not-set"];
    whole.push("slow-reload", "stopped-containers", "tables-unknown", "third-state", "upgrade");
    expect(verdicts).toEqual(
      Object.keys(noteCodes).map((code) => {
        const verdict = whole.includes(code) ? "pass" : "rolled back";
        return [code, verdict, verdict];
      }),
    );
  });

  test("a pending run whose host has notes that were not heard is not undone", () => {
    const back: Applied = { outcome: "rolled back", run: "r1", why: "asked", clean: false, notes: [] };
    expect(appliedVerdict(undoneAs(back, { undoes: ["r1"], by: "r1" }))).toBe("rolled back");
    expect(appliedVerdict(undoneAs({ ...back, clean: true }, { undoes: ["r1"], by: "r1" }))).toBe("pass");
  });

  test("pass where the last look finds everything as the profile wants it", () => {
    const good = { ...audit, verdict: "pass" } as CheckReport;
    expect(appliedVerdict({ ...confirmed, checks: [good] })).toBe("pass");
    expect(appliedVerdict({ outcome: "in sync", checks: [good] })).toBe("pass");
    expect(appliedText("web1", { ...confirmed, checks: [good] })).not.toContain("mended");
  });
});

test("a confirmed run that has purged packages sends to no rollback", () => {
  expect(appliedText("web1", confirmed)).toContain("To undo it: harden rollback web1 r1");
  const text = appliedText("web1", { ...confirmed, purged: ["ufw", "iptables"] });
  expect(text).toContain("It has purged ufw, iptables");
  expect(text).not.toContain("harden rollback");
});

test.each([
  ["package-kept", "account-kept", /What stays can be removed.* needs it\. All that/],
  ["not-restored", "differs", /Put these back on the host\. All that/],
  ["group-kept", "not-restored", /What stays can be removed.* Put the rest back on the host\. All that/],
])("an undo that leaves %s and %s says what is to be done about them", (one, other, says) => {
  const notes = [one, other].map((code) => ({ code, object: "x", text: "told" }));
  expect(undoneText("web1", undoneAs({ ...confirmed, notes }, { undoes: ["r0"], by: "r1" }))).toMatch(says);
  const back: Applied = { outcome: "rolled back", run: "r1", why: "asked", clean: false, notes };
  expect(appliedText("web1", back)).toMatch(says);
});

test("a stale plan names the first lines in which it is, and how many more", () => {
  const lines = Array.from({ length: 12 }, (_, number) => `net.a${number} 0 → 1`);
  const text = appliedText("web1", { outcome: "stale", addresses: ["sysctl/sysctl:net.a0"], lines });
  expect(text.split("\n")).toHaveLength(13);
  expect(text).toContain("\n    net.a9 0 → 1\n    and 2 more\n  Nothing was changed; make a new plan.");
});

describe("what is said of an outcome that is not known", () => {
  const lost = { outcome: "unknown", run: "r1", why: "the link was lost", confirming: false } as const;

  test("before any confirm the host rolls back", () => {
    expect(appliedText("web1", lost)).toContain("The host rolls back by itself; look with: harden runs web1");
  });

  test("after a confirm that nobody answered it may have kept the run", () => {
    const text = appliedText("web1", { ...lost, confirming: true });
    expect(text).toContain("A confirm was sent: the host has kept the run, or rolls back by itself");
    expect(appliedVerdict({ ...lost, confirming: true })).toBe("unknown");
  });
});

describe("what is said of an undo that came to nothing", () => {
  const undoes = ["r1"];
  const back = { outcome: "rolled back", run: "r2", why: "interrupted", clean: true, notes: [] } as const;

  test.each<[string, UndoneRun, string]>([
    [
      "one that was interrupted",
      { ...back, undoes },
      "NOT undone (by run r2): interrupted. Run r1 is still in force; the host is as it was before this rollback.",
    ],
    ["one that was declined", { outcome: "declined", undoes }, "nothing was undone; nothing was changed."],
    [
      "one that was blocked",
      { outcome: "blocked", undoes },
      "nothing was undone: blocked by the findings above; run r1 is still in force. Mend them, and roll back again.",
    ],
    [
      "one that was refused",
      { outcome: "refused", reasons: [], undoes },
      "Nothing was undone: run r1 is still in force. Mend this, and roll back again.",
    ],
    [
      "several of which nobody knows",
      { outcome: "unknown", run: "r3", why: "lost", confirming: false, undoes: ["r2", "r1"] },
      "once it has rolled back, runs r2, r1 are still in force.",
    ],
  ])("%s", (_what, undone, says) => {
    const text = undoneText("web1", undone);
    expect(text).toContain(says);
    expect(text).not.toContain("applied");
  });

  test("a pending run that was taken back is undone, with its notes", () => {
    const notes = [{ code: "third-version", object: "/etc/x", text: "somebody changed it" }];
    const text = undoneText("web1", { ...back, run: "r1", clean: false, notes, undoes });
    expect(text).toContain("rolled back (run r1)");
    expect(text).not.toContain("in force");
  });
});
