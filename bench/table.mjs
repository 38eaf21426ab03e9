// The figures, each with what it is held against.

/**
 * @typedef {{ what: string, found: string, against?: string, ratio?: string, target?: string, met?: boolean }} Row
 */

/** @param {number} ms */
export const time = (ms) => (ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** Ours in times theirs: the smaller, the better. @param {string} what @param {number} ours @param {{ name: string, ms: number, most: number }} theirs @returns {Row} */
export function slower(what, ours, { name, ms, most }) {
  const ratio = ours / ms;
  return {
    what,
    found: time(ours),
    against: `${name} ${time(ms)}`,
    ratio: `${ratio.toFixed(1)} ×`,
    target: `≤ ${most} ×`,
    met: ratio <= most,
  };
}

/** Theirs in times ours: the greater, the better. @param {string} what @param {number} ours @param {{ name: string, ms: number, least: number }} theirs @returns {Row} */
export function faster(what, ours, { name, ms, least }) {
  const ratio = ms / ours;
  return {
    what,
    found: time(ours),
    against: `${name} ${time(ms)}`,
    ratio: `${ratio.toFixed(1)} × faster`,
    target: `≥ ${least} ×`,
    met: ratio >= least,
  };
}

/** Nothing at all was not measured. @param {string} what @param {number} value @param {{ unit: string, most: number }} limit @returns {Row} */
export function atMost(what, value, { unit, most }) {
  return {
    what,
    found: `${Math.round(value * 10) / 10}${unit}`,
    target: `≤ ${most}${unit}`,
    met: value > 0 && value <= most,
  };
}

/** @param {readonly Row[]} rows */
export function table(rows) {
  const cells = rows.map((row) => [
    row.what,
    row.found,
    row.against ?? "",
    row.ratio ?? "",
    row.target ?? "",
    row.met === undefined ? "" : row.met ? "met" : "MISSED",
  ]);
  const all = [["", "median", "against", "ratio", "target", ""], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)));
  const text = (/** @type {readonly string[]} */ line) =>
    line
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  const rule = "-".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [text(all[0]), rule, ...all.slice(1).map(text)].join("\n");
}
