import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Edit, fold } from "../../src/edits/fold.ts";
import { apply, type Key, release, type Value } from "../../src/edits/index.ts";
import { type Case, ini, json, keyvalue, yaml } from "./formats.ts";
import { with_ } from "./model.ts";

const options = { seed: 6, numRuns: 120 };
const cases: [string, Case][] = [
  ["json", json],
  ["yaml", yaml],
  ["ini", ini],
  ["key=value", keyvalue("=")],
  ['key="value"', keyvalue("=", '"')],
  ["key value", keyvalue(" ")],
];

type Owner = Pick<Edit, "control" | "set" | "unset">;
type State = Buffer | undefined | "blocked";

/** What a planner does with a file: one control more, or one less, of those that are on. */
function switched(
  format: Case["format"],
  original: Buffer | undefined,
  current: State,
  { on, all }: { on: readonly Owner[]; all: readonly Owner[] },
): State {
  if (current === "blocked") return current;
  const edits = on.map((owner) => ({ ...owner, path: "/etc/x", format }));
  const keysOf = (owners: readonly Owner[]) =>
    owners.flatMap(({ set, unset }) => [...set.map(([key]) => key), ...unset]);
  const gone = all.filter((owner) => !on.includes(owner));
  if (gone.length > 0) {
    const released = release(
      format,
      { current: current ?? Buffer.alloc(0), original },
      { gone: keysOf(gone), kept: keysOf(on) },
    );
    return released.ok ? released.content : "blocked";
  }
  const folded = fold(edits);
  if (!folded.ok) return "blocked";
  const changes = {
    set: folded.set.map(({ key, value }) => [key, value] as const),
    unset: folded.unset.map(({ key }) => key),
  };
  const done = apply(format, current, changes);
  return done.ok ? done.content : "blocked";
}

const model = (start: Value, owners: readonly Owner[]) =>
  owners.reduce((values, { set, unset }) => {
    const without = unset.reduce((left, key) => with_(left, key, undefined), values);
    return set.reduce((left, [key, value]) => with_(left, key, value), without);
  }, start);

describe.each(cases)("%s: owners who come and go", (_, { format, texts, keys, values, read }) => {
  const bytes = (text: string) =>
    format === "json" || format === "yaml" ? Buffer.from(text) : Buffer.from(text, "latin1");
  const wish = fc.tuple(keys, fc.option(values, { nil: undefined, freq: 3 }));
  const owner = (control: string) =>
    fc.array(wish, { minLength: 1, maxLength: 3 }).map(
      (wishes): Owner => ({
        control,
        set: wishes.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as [Key, Value]])),
        unset: wishes.flatMap(([key, value]) => (value === undefined ? [key] : [])),
      }),
    );
  const owners = fc.tuple(owner("one"), owner("two"), owner("three"));
  const original = fc.option(texts.map(bytes), { nil: undefined, freq: 6 });

  it("leave what the others own, by values, and the very bytes in the end", () => {
    let runs = 0;
    fc.assert(
      fc.property(original, owners, fc.infiniteStream(fc.nat({ max: 2 })), (start, all, turns) => {
        let current: State = start;
        let on: Owner[] = [];
        const values = read(start?.toString() ?? "");
        const toggle = (owner: Owner) => {
          const before = on;
          on = on.includes(owner) ? on.filter((one) => one !== owner) : [...on, owner];
          current = switched(format, start, current, { on, all: on.length > before.length ? on : before });
        };
        for (let turn = 0; turn < 6; turn++) toggle(all[turns.next().value!]!);
        if ((current as State) === "blocked") return;
        expect(read((current as Buffer | undefined)?.toString() ?? "")).toEqual(model(values, on));
        for (const owner of [...on]) {
          toggle(owner);
          if ((current as State) === "blocked") throw new Error("blocked while letting go");
          expect(read((current as Buffer | undefined)?.toString() ?? "")).toEqual(model(values, on));
        }
        expect(current).toEqual(start);
        runs++;
      }),
      options,
    );
    expect(runs).toBeGreaterThan(options.numRuns / 10);
  });

  it.each(["1122", "1212", "1221", "2211", "2121", "2112"])("of two, in the order %s, as well", (order) => {
    fc.assert(
      fc.property(original, owners, (start, [one, two]) => {
        let current: State = start;
        let on: Owner[] = [];
        const values = read(start?.toString() ?? "");
        for (const turn of order) {
          const owner = turn === "1" ? one : two;
          const before = on;
          on = on.includes(owner) ? on.filter((other) => other !== owner) : [...on, owner];
          current = switched(format, start, current, { on, all: on.length > before.length ? on : before });
          if (current === "blocked") return;
          expect(read(current?.toString() ?? "")).toEqual(model(values, on));
        }
        expect(current).toEqual(start);
      }),
      { seed: 6, numRuns: 40 },
    );
  });

  it("keep what somebody else has changed meanwhile", () => {
    let runs = 0;
    const others = fc.tuple(keys, values);
    fc.assert(
      fc.property(original, owner("one"), others, (start, one, [key, value]) => {
        const mine = [...one.set.map(([own]) => own), ...one.unset];
        const close = mine.some((own) => key.every((part, at) => (own[at] ?? part) === part));
        const on = switched(format, start, start, { on: [one], all: [one] });
        if (close || on === "blocked") return;
        const theirs = apply(format, on, { set: [[key, value]], unset: [] });
        if (!theirs.ok) return;
        const left = switched(format, start, theirs.content, { on: [], all: [one] });
        if (left === "blocked") throw new Error("blocked while letting go");
        expect(read(left?.toString() ?? "")).toEqual(with_(read(start?.toString() ?? ""), key, value));
        runs++;
      }),
      options,
    );
    expect(runs).toBeGreaterThan(options.numRuns / 10);
  });
});
