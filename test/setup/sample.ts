import { expect, test } from "vitest";
import { draw, sampleOf } from "./draw.mjs";

/**
 * What a suite shows several times over, and nothing that it shows once: in CI `count` of them, which the commit draws, so that the next one draws
 * others, and what is left is told at the end; all of them elsewhere, and where suites are named.
 */
export function sample<T extends string>(suite: string, all: readonly T[], count: number): readonly T[] {
  const { HARDEN_TEST_SAMPLE: seed, HARDEN_TEST_LEFT: told } = process.env;
  return sampleOf(suite, all, count, { seed, told });
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

/** The same of tests that each show a promise by another case, in their order. */
export function drawTests(
  suite: string,
  count: number,
  tests: Readonly<Record<string, () => Promise<void>>>,
): void {
  for (const name of sample(suite, Object.keys(tests), count)) test(name, tests[name]);
}

/** Whether this one of a suite's repetitions is done: in CI one in `of`, which the commit draws; all of them elsewhere. */
export function isDrawn(name: string, of: number): boolean {
  const { HARDEN_TEST_SAMPLE: seed } = process.env;
  if (!seed) return true;
  const suite = expect.getState().testPath?.replace(/.*\/test\//, "") ?? "";
  const lots = Array.from({ length: of }, (_, at) => `${at}`);
  return draw(seed, `${suite} ${name}`, lots, 1)[0] === "0";
}
