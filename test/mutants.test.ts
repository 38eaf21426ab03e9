/** The table of mutants fits the tree: `npm run mutants` itself takes an hour, and a row that fits nothing shows nothing. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { mutants } from "../mutants/table.mjs";

const root = join(import.meta.dirname, "..");

it("has rows with a name each, whose text stands once in its file, and whose suite is there", () => {
  const wrong = mutants.filter(({ file, from, to, suite }) => {
    const parts = readFileSync(join(root, file), "utf8").split(from);
    return parts.length !== 2 || from === to || !existsSync(join(root, suite));
  });
  expect(wrong.map(({ name }) => name)).toEqual([]);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});
