// Which suites the words after `npm test --` mean.

/** @typedef {{ readonly path: string, readonly project: string }} Suite its path from the root of the tree */

/** The words for the unit and host suites on a machine that has nothing yet, and for the unit suites on newer releases of Node. */
const [freshMachine, newerNodes] = ["fresh", "nodes"];

/**
 * A word is a project, whole, or part of a path. Without words: all suites; in CI those of unit and host only on the
 * fresh machine, where nothing that happens to be here can help them, and those of unit on newer releases of Node, too.
 * Elsewhere they run here, since a clone has no work that isn't committed yet, and nothing is fetched for them.
 * @param {readonly Suite[]} suites @param {readonly string[]} words @param {{ readonly ci: boolean }} o
 */
export function choose(suites, words, { ci }) {
  const projects = new Set(suites.map(({ project }) => project));
  /** @param {string} word @returns {(suite: Suite) => boolean} */
  const meant = (word) =>
    projects.has(word) ? ({ project }) => project === word : ({ path }) => path.includes(word);
  const names = words.filter((word) => word !== freshMachine && word !== newerNodes);
  const all = words.length === 0;
  const fresh = all ? ci : words.includes(freshMachine);
  const onHosts = (/** @type {Suite} */ { project }) => project !== "unit" && project !== "host";
  return {
    fresh,
    nodes: all ? ci : words.includes(newerNodes),
    chosen: suites.filter((suite) =>
      all ? !fresh || onHosts(suite) : names.some((name) => meant(name)(suite)),
    ),
    unknown: names.filter((name) => !suites.some(meant(name))),
  };
}
