import { expect, it } from "vitest";
import { probeKey, type RawFact, readFact, valueOr } from "../../src/facts/probe.ts";
import { inForce, runs } from "../../src/facts/runs.ts";

interface Row {
  readonly id: string;
  readonly number: number;
  readonly undoes?: string;
  readonly state?: string;
  readonly dirty?: string;
}

/** What the collector prints for these runs. */
const collected = (rows: readonly Row[]) =>
  rows
    .map(({ id, number, undoes = "-", state = "confirmed", dirty = "no" }) => {
      const header = `number ${number}\nid ${id}\nundoes ${undoes}\nwho a@b\nprofile p\ncommit 0ac7\ndirty ${dirty}\ntime 2026-01-01T00:00:00Z\n`;
      return `\n@0a run ${id} ${state}\n${header}\n@0a result ${id}\n\n@0a journal ${id}\n\n@0a notes ${id}\n`;
    })
    .join("");

function read(...rows: readonly Row[]) {
  const raw: RawFact = { state: "present", data: Buffer.from(collected(rows)) };
  return valueOr(readFact(new Map([[probeKey(runs), raw]]), runs), []);
}

const standing = (...rows: readonly Row[]) =>
  read(...rows)
    .filter(inForce)
    .map(({ id }) => id);

it("runs are in the order of the host's count, whatever its clock or their ids say", () => {
  const ids = read({ id: "b", number: 10 }, { id: "c", number: 2 }, { id: "a", number: 9 }).map(
    ({ id }) => id,
  );
  expect(ids).toEqual(["c", "a", "b"]);
});

it("a run that another one gave back is undone, and says by which", () => {
  const [first, undo] = read({ id: "r", number: 1 }, { id: "u", number: 2, undoes: "r" });
  expect(first).toMatchObject({ state: "confirmed", undoneBy: "u" });
  expect(undo).toMatchObject({ undoes: ["r"] });
  expect(undo).not.toHaveProperty("undoneBy");
  expect(first).not.toHaveProperty("undoes");
});

it("an undo of several runs gave back each of them", () => {
  const runs = ["r", "s"].map((id, place) => ({ id, number: place + 1 }));
  expect(read(...runs, { id: "u", number: 3, undoes: "s r" })).toMatchObject([
    { id: "r", undoneBy: "u" },
    { id: "s", undoneBy: "u" },
    { id: "u", undoes: ["s", "r"] },
  ]);
});

it("an undo that was undone, or that did not come to its confirm, counts for nothing", () => {
  const run = { id: "r", number: 1 };
  const undo = { id: "u", number: 2, undoes: "r" };
  expect(standing(run, undo)).toEqual(["u"]);
  expect(standing(run, { ...undo, state: "pending" })).toEqual(["r"]);
  expect(standing(run, { ...undo, state: "rolled-back" })).toEqual(["r"]);
  const again = { id: "v", number: 3, undoes: "u" };
  expect(standing(run, undo, again)).toEqual(["r", "v"]);
  expect(standing(run, undo, again, { id: "w", number: 4, undoes: "r" })).toEqual(["v", "w"]);
});

it("a run of changes that no commit has says so", () => {
  const [clean, dirty] = read({ id: "c", number: 1 }, { id: "d", number: 2, dirty: "yes" });
  expect(clean).toMatchObject({ commit: "0ac7", dirty: false });
  expect(dirty).toMatchObject({ commit: "0ac7", dirty: true });
});
