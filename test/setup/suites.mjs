// Which suites the words after `npm test --` mean.

/** @typedef {{ readonly path: string, readonly project: string }} Suite its path from the root of the tree */

/** The word for the unit and host suites on a machine that has nothing yet. */
const freshMachine = "fresh";

/**
 * A word is a project, whole, or part of a path. Without words: all suites; in CI those of unit and host only on the
 * fresh machine, where nothing that happens to be here can help them. Elsewhere they run here, since a clone has no
 * work that isn't committed yet.
 * @param {readonly Suite[]} suites @param {readonly string[]} words @param {{ readonly ci: boolean }} o
 */
export function choose(suites, words, { ci }) {
  const projects = new Set(suites.map(({ project }) => project));
  /** @param {string} word @returns {(suite: Suite) => boolean} */
  const meant = (word) =>
    projects.has(word) ? ({ project }) => project === word : ({ path }) => path.includes(word);
  const names = words.filter((word) => word !== freshMachine);
  const fresh = words.includes(freshMachine) || (words.length === 0 && ci);
  const onHosts = (/** @type {Suite} */ { project }) => project !== "unit" && project !== "host";
  const all = suites.filter((suite) => !fresh || onHosts(suite));
  return {
    fresh,
    chosen: words.length === 0 ? all : suites.filter((suite) => names.some((name) => meant(name)(suite))),
    unknown: names.filter((name) => !suites.some(meant(name))),
  };
}
