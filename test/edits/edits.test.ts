import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply, type Key, parse, type Value } from "../../src/edits/index.ts";
import { type Case, hostileText, ini, json, keyvalue, yaml } from "./formats.ts";
import { with_ } from "./model.ts";

const options = { seed: 6, numRuns: 250 };
const cases: [string, Case][] = [
  ["json", json],
  ["yaml", yaml],
  ["ini", ini],
  ["key=value", keyvalue("=")],
  ['key="value"', keyvalue("=", '"')],
  ["key value", keyvalue(" ")],
];

const edited = (content: Buffer, format: Case["format"], set: [Key, Value][], unset: Key[] = []) => {
  const done = apply(format, content, { set, unset });
  return done.ok ? done.content : undefined;
};
const got = (content: Buffer, format: Case["format"], key: Key) => {
  const parsed = parse(format, content);
  const found = parsed.ok ? parsed.get(key) : parsed;
  if (!found.ok) throw new Error(found.why);
  return found.value;
};

/** The bytes that both have at their beginning and, apart from those, at their end. */
function shared(one: Buffer, other: Buffer): number {
  const least = Math.min(one.length, other.length);
  let head = 0;
  while (head < least && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < least - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  return head + tail;
}

describe.each(cases)("%s", (_, { format, texts, keys, values, read }) => {
  const bytes = (text: string) =>
    format === "json" || format === "yaml" ? Buffer.from(text) : Buffer.from(text, "latin1");
  const given = fc.tuple(texts.map(bytes), keys, values);
  const readAll = (content: Buffer) => read(content.toString());
  /** Runs the body for texts that can be edited so, most of those that are made. */
  const each = (body: (before: Buffer, now: Buffer, key: Key, value: Value) => void) => {
    let runs = 0;
    fc.assert(
      fc.property(given, ([before, key, value]) => {
        const now = edited(before, format, [[key, value]]);
        if (now === undefined) return;
        runs++;
        body(before, now, key, value);
      }),
      options,
    );
    expect(runs).toBeGreaterThan(options.numRuns / 4);
  };

  it("gives what was set, and nothing else reads otherwise", () => {
    each((before, now, key, value) => {
      expect(got(now, format, key)).toEqual(value);
      expect(readAll(now)).toEqual(with_(readAll(before), key, value));
    });
  });

  it("writes the same bytes where it holds already", () => {
    each((_before, now, key, value) => {
      expect(edited(now, format, [[key, value]])?.equals(now)).toBe(true);
    });
  });

  it("gives the former values when a key that was absent is set and unset", () => {
    each((before, now, key) => {
      if (got(before, format, key) !== undefined) return;
      const parents = key.slice(1).map((_part, depth) => key.slice(0, depth + 1));
      const prune = parents.filter((parent) =>
        format !== "json" && format !== "yaml" ? true : got(before, format, parent) === undefined,
      );
      const back = apply(format, now, { set: [], unset: [key], prune });
      if (!back.ok) throw new Error(back.why);
      if (format === "ini" && got(before, format, key.slice(0, 1)) !== undefined) return;
      expect(readAll(back.content)).toEqual(readAll(before));
    });
  });

  it("changes nothing but the value", () => {
    const marker = "mmmmmmmm";
    each((_before, now, key, value) => {
      if (typeof value === "object" && value !== null) return;
      const marked = edited(now, format, [[key, marker]])!.toString("latin1");
      const [head, tail, ...more] = marked.split(marker) as [string, string];
      expect(more).toEqual([]);
      const done = edited(Buffer.from(marked, "latin1"), format, [[key, value]])!.toString("latin1");
      expect(done.startsWith(head.replace(/"$/, ""))).toBe(true);
      expect(done.slice(head.replace(/"$/, "").length).endsWith(tail.replace(/^"/, ""))).toBe(true);
    });
  });

  it("adds and takes away in one place, and leaves every other byte", () => {
    each((before, now, key) => {
      const known = got(before, format, key) !== undefined;
      if (known || /\{\s+\}/.test(before.toString())) return;
      const inFlow = format === "yaml" && /\{\}/.test(before.toString());
      if (!inFlow && before.length > 0 && before.toString().trim() !== "")
        expect(shared(before, now)).toBe(before.length);
    });
    each((before, _now, key) => {
      const less = edited(before, format, [], [key])!;
      if (/\{\s*\}/.test(less.toString())) return;
      expect(shared(before, less)).toBe(less.length);
    });
  });

  it("never lets a hostile key or value out of its place", () => {
    fc.assert(
      fc.property(texts.map(bytes), keys, hostileText, hostileText, (before, key, name, value) => {
        const odd = [...key.slice(0, -1), name];
        const now = edited(before, format, [[odd, value]]);
        if (now === undefined) return;
        expect(got(now, format, odd)).toBe(value);
        expect(Object.keys(readAll(now) as object)).toEqual(
          expect.arrayContaining(Object.keys(readAll(before) as object)),
        );
        if (typeof format === "object" || format === "ini") expect(value).not.toMatch(/[\r\n]/);
      }),
      options,
    );
  });
});
