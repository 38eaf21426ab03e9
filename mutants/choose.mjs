// Which rows the words after `npm run mutants --` mean.
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";

/** @typedef {import("./table.d.mts").Mutant} Mutant */

/** How many rows a run of CI has time for. */
const most = { changed: 6, atRandom: 3 };

/** @param {string} suite */
export const onHosts = (suite) => /^test\/(e2e|vm)\//.test(suite);

/** An order that only the seed decides. @param {readonly Mutant[]} rows @param {string} seed */
function shuffled(rows, seed) {
  const place = ({ name = "" }) => createHash("sha256").update(`${seed}\0${name}`).digest("hex");
  const placed = rows.map((row) => ({ row, at: place(row) }));
  return placed.sort((one, other) => (one.at < other.at ? -1 : 1)).map(({ row }) => row);
}

/** What CI runs: nothing that needs hosts, and no more than it has time for. @param {readonly Mutant[]} table @param {readonly Mutant[]} changed @param {string} seed */
function sample(table, changed, seed) {
  const local = shuffled(table, seed).filter(({ suite }) => !onHosts(suite));
  const touched = local.filter((row) => changed.includes(row)).slice(0, most.changed);
  const others = local.filter((row) => !touched.includes(row)).slice(0, most.atRandom);
  return [...touched, ...others];
}

/**
 * No word: all rows. Words: those with one of them in suite or name. `--changed`: of these, those whose digest is not
 * the one with which they were seen red. `--sample`: what CI runs, by `--seed`.
 * @param {readonly Mutant[]} table @param {readonly string[]} words
 * @param {{ isSeen: (row: Mutant) => boolean, seed: string }} o `seed` where none is given
 * @returns {{ rows: readonly Mutant[], about: string }} throws with a sentence where the words mean nothing
 */
export function choose(table, words, { isSeen, seed: fallback }) {
  const options = /** @type {const} */ ({
    changed: { type: "boolean", default: false },
    sample: { type: "boolean", default: false },
    seed: { type: "string" },
  });
  const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
  const named = table.filter(
    ({ name, suite }) =>
      positionals.length === 0 || positionals.some((word) => `${suite} ${name}`.includes(word)),
  );
  if (named.length === 0) throw new Error(`No row has ${positionals.join(" or ")} in its name or its suite`);
  if (!values.changed && !values.sample) return { rows: named, about: `${named.length} rows` };
  const changed = named.filter((row) => !isSeen(row));
  if (!values.sample) return { rows: changed, about: `${changed.length} rows have changed` };
  const seed = values.seed ?? fallback;
  const rows = sample(named, changed, seed);
  const left = changed.filter((row) => !rows.includes(row)).length;
  const about = `${rows.length} rows, --seed ${seed}; ${left} more have changed: npm run mutants -- --changed`;
  return { rows, about };
}
