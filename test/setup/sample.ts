import { appendFileSync } from "node:fs";
import { draw } from "./draw.mjs";

/**
 * What a suite shows several times over, and nothing that it shows once: in CI `count` of them, which the commit draws, so that the next one draws
 * others, and what is left is told at the end; all of them elsewhere, and where suites are named.
 */
export function sample<T extends string>(suite: string, all: readonly T[], count: number): readonly T[] {
  const { HARDEN_TEST_SAMPLE: seed, HARDEN_TEST_LEFT: told } = process.env;
  if (!seed) return all;
  const drawn = draw(seed, suite, all, count);
  const left = all.filter((one) => !drawn.includes(one));
  if (told) appendFileSync(told, left.map((one) => `${suite}: ${one}\n`).join(""));
  return drawn;
}

/** The same of rows, each called by the word that is its own. */
export function sampleRows<T>(
  suite: string,
  all: readonly T[],
  count: number,
  nameOf: (row: T) => string,
): readonly T[] {
  const drawn = new Set(sample(suite, all.map(nameOf), count));
  return all.filter((row) => drawn.has(nameOf(row)));
}
