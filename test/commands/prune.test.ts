import { expect, test } from "vitest";
import { lostWith } from "../../src/commands/prune.ts";
import type { RunFact } from "../../src/facts/runs.ts";

const run = (id: string, number: number, more: Partial<RunFact> = {}) =>
  ({ id, number, state: "confirmed", journal: [], ...more }) as RunFact;

const all = [
  run("a", 1),
  run("b", 2, { undoneBy: "c" }),
  run("c", 3, { undoes: ["b"] }),
  run("d", 4, { state: "rolled-back" }),
  run("e", 5),
  run("f", 6),
];

test.each([
  ["a run in force", ["a"], { runs: ["a"], to: [] }],
  ["a run since one that stays", ["e"], { runs: ["e"], to: ["a", "c"] }],
  ["a run that was undone, and one that was rolled back", ["b", "d"], { runs: [], to: [] }],
  ["an undo", ["c"], { runs: ["c"], to: [] }],
])("rollbacks that are lost with %s", (_what, gone, lost) => {
  expect(lostWith(gone, all)).toEqual(lost);
});
