/** How often the one detector is right: on a hundred secrets, and a hundred lines without one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { nameIn } from "../../src/compose/secrets.ts";
import { harmless, secrets } from "./cases.ts";

const seeds = [1, 2, 3, 4, 5];

test.each([
  { of: "secrets", rows: secrets, isFound: true },
  { of: "lines without one", rows: harmless, isFound: false },
])("at least 97 % of $of are right", ({ rows, isFound }) => {
  expect(rows.length).toBeGreaterThanOrEqual(100);
  for (const seed of seeds) {
    const wrong = rows.flatMap(([what, line], at) => {
      const [drawn = ""] = fc.sample(line, { seed: seed * 1000 + at, numRuns: 1 });
      return (nameIn(drawn) !== undefined) === isFound ? [] : [`${what}: ${drawn}`];
    });
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(rows.length * 0.03);
  }
});
