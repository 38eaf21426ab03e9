import { createHash } from "node:crypto";

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
