import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Edit, fold } from "../../src/edits/fold.ts";
import type { Key, Value } from "../../src/edits/index.ts";

const edit = (control: string, set: readonly [Key, Value][], unset: readonly Key[] = []): Edit => ({
  control,
  path: "/etc/docker/daemon.json",
  format: "json",
  set,
  unset,
});
const why = (...edits: Edit[]) => {
  const folded = fold(edits);
  return folded.ok ? [] : folded.conflicts.map(({ controls, why }) => `${controls.join("/")}: ${why}`);
};

describe("edits of one path", () => {
  it("become one, with the owners of each key", () => {
    const folded = fold([
      edit(
        "dockerd",
        [
          [["log-driver"], "local"],
          [["log-opts", "max-size"], "10m"],
        ],
        [["debug"]],
      ),
      edit(
        "containers",
        [
          [["log-driver"], "local"],
          [["icc"], false],
        ],
        [["debug"]],
      ),
    ]);
    expect(folded).toEqual({
      ok: true,
      set: [
        { key: ["log-driver"], value: "local", owners: ["dockerd", "containers"] },
        { key: ["log-opts", "max-size"], value: "10m", owners: ["dockerd"] },
        { key: ["icc"], value: false, owners: ["containers"] },
      ],
      unset: [{ key: ["debug"], owners: ["dockerd", "containers"] }],
    });
  });

  it("take equal objects as equal, whatever the order of their keys", () => {
    const folded = fold([edit("one", [[["a"], { x: 1, y: 2 }]]), edit("two", [[["a"], { y: 2, x: 1 }]])]);
    expect(folded).toMatchObject({ ok: true, set: [{ owners: ["one", "two"] }] });
  });

  it("conflict over one key with two values, both controls named", () => {
    expect(why(edit("one", [[["a"], 1]]), edit("two", [[["a"], 2]]))).toEqual([
      'one/two: /etc/docker/daemon.json: one sets "a" to 1, and two sets "a" to 2; leave one of them out of the profile.',
    ]);
  });

  it.each<[string, Edit, Edit]>([
    ["a key set and unset", edit("one", [[["a"], null]]), edit("two", [], [["a"]])],
    ["a parent beside its child", edit("one", [[["a"], { b: 1 }]]), edit("two", [[["a", "b"], 1]])],
    ["a child beside its parent", edit("one", [[["a", "b"], 1]]), edit("two", [[["a"], { b: 1 }]])],
    ["a parent unset beside its child", edit("one", [], [["a"]]), edit("two", [[["a", "b"], 1]])],
    ["a parent unset beside its child unset", edit("one", [], [["a"]]), edit("two", [], [["a", "b"]])],
    ["two formats", edit("one", [[["a"], 1]]), { ...edit("two", [[["b"], "1"]]), format: "yaml" }],
    [
      "two styles of key-value lines",
      { ...edit("one", [[["a"], "1"]]), format: { separator: "=" } },
      { ...edit("two", [[["b"], "1"]]), format: { separator: "=", quote: '"' } },
    ],
  ])("block %s", (_, one, two) => {
    const reasons = why(one, two);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/^one\/two: .*\bone\b.*\btwo\b/);
  });

  it("leave neighbours with the same beginning alone", () => {
    expect(
      why(edit("one", [[["a"], 1]]), edit("two", [[["ab"], 2]]), edit("three", [[["b", "a"], 3]])),
    ).toEqual([]);
  });

  it("conflict or not, and own the same, in whatever order the controls come", () => {
    const key = fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 2 });
    const wishes = fc.array(fc.tuple(key, fc.constantFrom(1, 2)), { maxLength: 2 });
    const edits = fc.tuple(wishes, wishes, wishes, fc.array(key, { maxLength: 1 }));
    const canonical = (all: readonly Edit[]) => {
      const folded = fold(all);
      if (!folded.ok) return "conflict";
      const lines = [...folded.set, ...folded.unset].map((one) =>
        JSON.stringify({ ...one, owners: one.owners.toSorted() }),
      );
      return lines.sort();
    };
    fc.assert(
      fc.property(edits, ([one, two, three, unset]) => {
        const all = [edit("one", one), edit("two", two, unset), edit("three", three)];
        const expected = canonical(all);
        for (const [a, b, c] of [
          [0, 2, 1],
          [1, 0, 2],
          [1, 2, 0],
          [2, 0, 1],
          [2, 1, 0],
        ] as const)
          expect(canonical([all[a]!, all[b]!, all[c]!])).toEqual(expected);
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
