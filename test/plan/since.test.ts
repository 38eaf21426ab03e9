import { expect, it } from "vitest";
import type { RunFact, RunState } from "../../src/facts/runs.ts";
import { undoneWith } from "../../src/plan/since.ts";

/** A host's runs from a sketch: `b` changed something, `u(b)` undid b; each is numbered by its place. */
const history = (sketch: string, states: Readonly<Record<string, RunState>> = {}) =>
  sketch.split(" ").map((word, place) => {
    const [, id = "", undoes] = /^(\w+)(?:\((.*)\))?$/.exec(word) ?? [];
    const run = { id, number: place + 1, state: states[id] ?? "confirmed", journal: [] };
    return { ...run, ...(undoes === undefined ? {} : { undoes: undoes.split(",") }) } as unknown as RunFact;
  });

const undone = (all: readonly RunFact[], id = "b") =>
  undoneWith(all.find((run) => run.id === id)!, all, (verb, ...words) => [verb, "web1", ...words].join(" "));
const ids = (...of: Parameters<typeof undone>) => undone(...of).runs.map((run) => run.id);

it("the run itself and all since, newest first, and nothing older", () => {
  expect(ids(history("a b c d"))).toEqual(["d", "c", "b"]);
  expect(undone(history("a b c d")).findings).toEqual([]);
  expect(ids(history("a b c d", { c: "rolled-back" }))).toEqual(["d", "b"]);
});

it("a run and its undo since then are no change", () => {
  expect(ids(history("a b c u(c) d"))).toEqual(["d", "b"]);
  expect(ids(history("a b c d u(d,c) e"))).toEqual(["e", "b"]);
  // The undo was undone, so the run stands.
  expect(ids(history("a b c u(c) w(u)"))).toEqual(["c", "b"]);
  expect(ids(history("a b u(b) w(u)"))).toEqual(["b"]);
});

it("an undo of what is older is undone, and what it had undone with it is in force again before that", () => {
  expect(ids(history("a b u(a)"))).toEqual(["u", "b"]);
  expect(ids(history("a b v(b) c u(c,a) w(v)"))).toEqual(["u", "c", "b"]);
  expect(ids(history("a u(a) c"), "u")).toEqual(["c", "u"]);
});

it("what the host no longer remembers is told; where that may have been in force before, it blocks", () => {
  const all = history("a b c d e");
  const pruned = (...gone: readonly string[]) => undone(all.filter(({ id }) => !gone.includes(id))).findings;
  expect(pruned("a")).toEqual([]);
  expect(pruned("c")).toMatchObject([
    {
      level: "warn",
      message: expect.stringMatching(/^A run since b is no longer remembered.*what only it /),
    },
  ]);
  expect(pruned("c", "d")).toMatchObject([
    { message: expect.stringContaining("2 runs since b are no longer") },
  ]);
  const undo = history("b c u(c)").filter(({ id }) => id !== "c");
  expect(undone(undo).findings).toMatchObject([
    { level: "block", message: expect.stringContaining("Run u undid run c, which this host no longer") },
    { level: "warn" },
  ]);
  // Its own undone run is older by its nature.
  expect(undone(history("a u(a) c").slice(1), "u").findings).toEqual([]);
});
