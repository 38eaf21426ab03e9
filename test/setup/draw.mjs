import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";

/**
 * `count` of them in their order: others for another seed and for another suite.
 * @template {string} T @param {string} seed @param {string} suite @param {readonly T[]} all @param {number} count @returns {T[]}
 */
export function draw(seed, suite, all, count) {
  const lot = (/** @type {T} */ one) =>
    createHash("sha256").update(`${seed}\n${suite}\n${one}`).digest("hex");
  const drawn = new Set([...all].sort((one, other) => (lot(one) < lot(other) ? -1 : 1)).slice(0, count));
  return all.filter((one) => drawn.has(one));
}

/**
 * Those of them that are drawn, and all without a seed; `told` is a file that names the others, a line each.
 * @template {string} T @param {string} suite @param {readonly T[]} all @param {number} count
 * @param {{ readonly seed?: string | undefined, readonly told?: string | undefined }} by @returns {readonly T[]}
 */
export function sampleOf(suite, all, count, { seed, told }) {
  if (!seed) return all;
  const drawn = draw(seed, suite, all, count);
  const left = all.filter((one) => !drawn.includes(one));
  if (told) appendFileSync(told, left.map((one) => `${suite}: ${one}\n`).join(""));
  return drawn;
}
