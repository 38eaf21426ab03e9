// What was seen red, by a digest of what it was seen with: mutants/seen.json is committed, and only a run writes it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @typedef {import("./table.d.mts").Mutant} Mutant */

const file = "mutants/seen.json";
const relativePaths = /["'`](\.{1,2}\/[^"'`\n]+)["'`]/g;

/** The suite, and every file below test/ that it, or one of them, names by a relative path: imports, shell scripts, fixtures. @param {string} root @param {string} suite */
function testFiles(root, suite) {
  const found = new Set([suite]);
  for (const path of found) {
    if (!/\.(ts|mjs)$/.test(path)) continue;
    for (const [, named = ""] of readFileSync(join(root, path), "utf8").matchAll(relativePaths)) {
      const other = join(dirname(path), named);
      const whole = join(root, other);
      if (other.startsWith("test/") && existsSync(whole) && statSync(whole).isFile()) found.add(other);
    }
  }
  return [...found].sort();
}

/**
 * Of the row, the file that it edits as a whole, and the files of its tests (`testFiles`). What else of src the tests
 * run isn't in it, or every change would touch every row: that a row lives because another file has come to do the
 * same is what the rows at random, and a run of all, are for.
 * @param {string} root of the tree @param {Mutant} row
 */
export function digestOf(root, row) {
  const hash = createHash("sha256");
  const add = (/** @type {string} */ text) => hash.update(`${Buffer.byteLength(text)}\0${text}`);
  for (const part of [row.from, row.to, row.suite, row.title ?? ""]) add(part);
  for (const path of [row.file, ...testFiles(root, row.suite)]) {
    add(path);
    add(readFileSync(join(root, path), "utf8"));
  }
  return hash.digest("hex").slice(0, 16);
}

/** The digest with which each row was last seen red, by its name. @param {string} root @returns {Record<string, string>} */
export function readSeen(root) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/** A line a row, so that two branches can be merged; rows that are no longer in the table go. @param {string} root @param {Readonly<Record<string, string>>} seen @param {readonly Mutant[]} table */
export function writeSeen(root, seen, table) {
  const names = table.map(({ name }) => name).filter((name) => name in seen);
  const sorted = Object.fromEntries(names.sort().map((name) => [name, seen[name]]));
  const path = join(root, file);
  writeFileSync(`${path}.new`, `${JSON.stringify(sorted, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}
