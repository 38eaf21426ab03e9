import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";

/** `count` of them in their order: others for another seed and for another suite. */
export function draw<T extends string>(seed: string, suite: string, all: readonly T[], count: number): T[] {
  const lot = (one: T) => createHash("sha256").update(`${seed}\n${suite}\n${one}`).digest("hex");
  const drawn = new Set([...all].sort((one, other) => (lot(one) < lot(other) ? -1 : 1)).slice(0, count));
  return all.filter((one) => drawn.has(one));
}

/**
 * What a suite shows several times over: in CI `count` of them, which the commit draws, so that the next one draws
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
