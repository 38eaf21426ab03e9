import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ErrorCode, exitStatus, HardenError } from "../../src/errors.ts";
import { judged, outcomeOf, statusOf } from "../../src/results/verdict.ts";

const failed = (code: ErrorCode) =>
  ({ target: "b", ok: false, error: new HardenError(code, "No.") }) as const;

describe("a host's verdict", () => {
  test.each([
    ["pass", 0],
    ["pending", 0],
    ["changes", 2],
    ["fail", 2],
    ["blocked", 3],
    ["declined", 1],
    ["rolled back", 4],
    ["unknown", 5],
  ] as const)("%s is status %i", (verdict, status) => {
    expect(outcomeOf([{ target: "a", ok: true, value: 1 }], () => verdict)).toEqual({
      report: [{ target: "a", ok: true, value: 1, verdict, status }],
      status,
    });
  });

  test.each([
    ["connect", "unreachable"],
    ["host", "error"],
    ["internal", "error"],
    ["usage", "error"],
    ["profile", "error"],
    ["blocked", "blocked"],
    ["stale", "blocked"],
    ["locked", "blocked"],
    ["rolled-back", "rolled back"],
    ["unknown-outcome", "unknown"],
  ] as const)("of the error %s is %s", (code, verdict) => {
    expect(judged([failed(code)], () => "pass")).toMatchObject([{ verdict, status: exitStatus(code) }]);
  });
});

describe("the status of several", () => {
  test.each([
    [[], 0],
    [[0, 0], 0],
    [[0, 2, 2], 2],
    [[1, 0], 1],
    [[1, 2], 6],
    [[3, 2, 0], 6],
    [[1, 2, 3, 4], 4],
    [[4, 1, 5, 2], 5],
    [[64, 64], 64],
  ])("%j is %i", (statuses, status) => {
    expect(statusOf(statuses.map((one) => ({ status: one })))).toBe(status);
  });

  test("is 0 only where all are, and hides none: it is each one's, or says that there are several", () => {
    const statuses = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5, 64, 78), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(statuses, (all) => {
        const status = statusOf(all.map((one) => ({ status: one })));
        expect(status === 0).toBe(all.every((one) => one === 0));
        expect(all.every((one) => one === 0 || one === status) || status >= 4).toBe(true);
        if (status !== 6) expect(all).toContain(status);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
