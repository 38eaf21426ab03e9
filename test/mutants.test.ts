/** The table of mutants fits the tree: `npm run mutants` itself takes an hour, and a row that fits nothing shows nothing. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { choose, onHosts } from "../mutants/choose.mjs";
import { digestOf, readSeen, writeSeen } from "../mutants/seen.mjs";
import { type Mutant, mutants } from "../mutants/table.mjs";

const root = join(import.meta.dirname, "..");

it("has rows with a name each, whose text stands once in its file, and whose suite is there", () => {
  const wrong = mutants.filter(({ file, from, to, suite }) => {
    const parts = readFileSync(join(root, file), "utf8").split(from);
    return parts.length !== 2 || from === to || !existsSync(join(root, suite));
  });
  expect(wrong.map(({ name }) => name)).toEqual([]);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

describe("the rows that a run takes", () => {
  const all = mutants.map(({ name }) => name);
  const touched = new Set(mutants.filter((_, index) => index % 4 === 0));
  const names = (words: readonly string[], changed: ReadonlySet<Mutant> = touched) =>
    choose(mutants, words, { isSeen: (row) => !changed.has(row), seed: "1" }).rows.map(({ name }) => name);

  it("are all of them, those with a word in name or suite, or those that have changed", () => {
    expect(names([])).toEqual(all);
    expect(names(["--changed"])).toEqual([...touched].map(({ name }) => name));
    const both = mutants.filter((row) => row.suite.includes("test/run.test.ts"));
    expect(names(["test/run.test.ts"])).toEqual(both.map(({ name }) => name));
    expect(names(["--changed", "test/run.test.ts"], new Set(both.slice(1)))).toEqual(
      both.slice(1).map(({ name }) => name),
    );
  });

  it("are few in CI, without hosts: what a change touches before what a seed chooses", () => {
    const local = new Set(mutants.filter(({ suite }) => !onHosts(suite)));
    const few = [...touched].filter((row) => local.has(row)).slice(0, 3);
    const rows = choose(mutants, ["--sample"], { isSeen: (row) => !few.includes(row), seed: "1" }).rows;
    expect(new Set(rows.slice(0, 3))).toEqual(new Set(few));
    expect(rows).toHaveLength(3 + 3);
    expect(rows.every((row) => local.has(row))).toBe(true);
    expect(new Set(names(["--sample"], local)).size).toBe(6 + 3);
    const seeds = (...seed: string[]) => names(["--sample", ...seed], new Set());
    expect(seeds("--seed", "7")).toEqual(seeds("--seed", "7"));
    expect(seeds("--seed", "7")).not.toEqual(seeds("--seed", "8"));
  });
});

describe("what a row is remembered by", () => {
  const row: Mutant = { name: "one", file: "src/a.ts", from: "1", to: "2", suite: "test/a.test.ts" };
  const files: Readonly<Record<string, string>> = {
    "src/a.ts": "export const a = 1;",
    "src/b.ts": "export const b = 1;",
    "test/a.test.ts": 'import { help } from "./help/help.ts"; import { a } from "../src/a.ts";',
    "test/help/help.ts": 'const script = new URL("./state.sh", import.meta.url); import "../other.ts";',
    "test/help/state.sh": "true",
    "test/other.ts": 'import "./a.test.ts";',
    "test/unused.ts": "",
  };
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mutants-"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    mkdirSync(join(folder, "mutants"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is its edit, its file, its suite and whatever of test that names, and nothing else", () => {
    const before = digestOf(folder, row);
    const touching = Object.keys(files).filter((path) => {
      const copy = mkdtempSync(join(tmpdir(), "mutants-"));
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(copy, path), `${files[path]}\n`);
      const after = digestOf(copy, row);
      rmSync(copy, { recursive: true });
      return after !== before;
    });
    expect(touching).toEqual([
      "src/a.ts",
      "test/a.test.ts",
      "test/help/help.ts",
      "test/help/state.sh",
      "test/other.ts",
    ]);
    expect(digestOf(folder, { ...row, to: "3" })).not.toBe(before);
    expect(digestOf(folder, { ...row, title: "one" })).not.toBe(before);
    expect(digestOf(folder, { ...row, name: "two" })).toBe(before);
  });

  it("is kept a line a row, without rows that are no longer there", () => {
    expect(readSeen(folder)).toEqual({});
    writeSeen(folder, { one: "1", gone: "2", another: "3" }, [row, { ...row, name: "another" }]);
    expect(readFileSync(join(folder, "mutants/seen.json"), "utf8")).toBe(
      '{\n  "another": "3",\n  "one": "1"\n}\n',
    );
    expect(readSeen(folder)).toEqual({ another: "3", one: "1" });
  });
});
