import { expect, test } from "vitest";
import type { RunFact } from "../../src/facts/runs.ts";
import { lostWith } from "../../src/features/runs/prune.ts";

const run = (id: string, number: number, more: Partial<RunFact> = {}) =>
  ({ id, number, state: "confirmed", journal: [], notes: [], ...more }) as RunFact;

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
  expect(lostWith(gone, all)).toEqual({ ...lost, copies: [] });
});

test("copies of files that are lost with a run: those that it kept, and those that it could not give back", () => {
  const note = (code: string, object: string, text = "") => ({ code, object, text });
  const kept = note("third-version", "/etc/a", "that version is kept: /var/lib/harden/runs/g/third/1");
  const back = note("not-restored", "/etc/b", "it is immutable");
  const notes = [
    kept,
    back,
    note("third-version", "/etc/c", "somebody removed it"),
    note("upgrade", "libc6"),
  ];
  const rolledBack = ["g", "h"].map((id, at) => run(id, 7 + at, { state: "rolled-back", notes }));
  expect(lostWith(["g"], [...all, ...rolledBack]).copies).toEqual([
    { run: "g", object: "/etc/a", text: kept.text },
    { run: "g", object: "/etc/b", text: back.text },
  ]);
});
