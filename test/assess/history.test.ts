/** A host's audits over time: by their own times, and never a mend that nobody has seen. */
import { describe, expect, it } from "vitest";
import type { Baseline } from "../../src/assess/baseline.ts";
import { historyOf } from "../../src/assess/history.ts";
import type { Verdict } from "../../src/checks/check.ts";
import { report } from "./report.ts";

const checks = (...all: readonly (readonly [id: string, verdict: Verdict, object?: string])[]) =>
  all.map(([id, verdict, object = ""]) => report({ id, verdict, object }));

const saved = (day: string, own: ReturnType<typeof checks>, machineId = "m1"): Baseline => ({
  file: `${day}.json`,
  targets: new Map([
    ["web1", { checks: own, machineId, at: `${day}T02:00:00Z`, score: 50 }],
    ["compose.yaml", { checks: own }],
    ["web2", undefined],
  ]),
});

const now = {
  checks: checks(["a.x", "pass"], ["b.y", "fail"]),
  machineId: "m1",
  at: "2027-01-31T02:00:00Z",
  score: 95,
};
const then = checks(["a.x", "fail"], ["b.y", "pass"]);

describe("a history", () => {
  it("is in the order of the times, whatever order the files come in", () => {
    const points = historyOf(now, [saved("2027-01-30", then), saved("2026-12-31", then)], "web1");
    expect(points.map(({ file, at, score }) => [file, at.slice(0, 10), score])).toEqual([
      ["2026-12-31.json", "2026-12-31", 50],
      ["2027-01-30.json", "2027-01-30", 50],
      [undefined, "2027-01-31", 95],
    ]);
  });

  it("says what each has mended, and what is new in it", () => {
    const [first, last] = historyOf(now, [saved("2027-01-30", then)], "web1");
    expect([first?.mended, first?.fresh]).toEqual([[], []]);
    expect([last?.mended, last?.fresh]).toEqual([[{ id: "a.x", object: "" }], [{ id: "b.y", object: "" }]]);
  });

  it("takes for mended what is gone, and not what could not be measured any more", () => {
    const before = [saved("2027-01-30", checks(["a.x", "fail", "one"], ["c.z", "fail", "two"]))];
    const after = { ...now, checks: checks(["c.z", "error"]) };
    expect(historyOf(after, before, "web1")[1]?.mended).toEqual([{ id: "a.x", object: "one" }]);
  });

  it("has nothing of another machine by this name, of a file, nor of a host that gave no result", () => {
    const all = [saved("2027-01-30", then, "m2")];
    for (const target of ["web1", "compose.yaml", "web2"])
      expect(
        historyOf(now, all, target).map(({ file }) => file),
        target,
      ).toEqual([undefined]);
  });
});
