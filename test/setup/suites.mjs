// Which suites the words after `npm test --` mean.

/** @typedef {{ readonly path: string, readonly project: string }} Suite its path from the root of the tree */

/** The words for the unit and host suites on a machine that has nothing yet, and for the unit suites on newer releases of Node. */
const [freshMachine, newerNodes] = ["fresh", "nodes"];

/** Suites on hosts in which no clock runs out on a slow machine: one at a time they do beside an emulated one, which leaves a processor. */
const calm = ["controller-killed", "link", "lockout", "window", "certbot", "gate", "updates"];

/**
 * Whose turn it is: what has the machine for itself, what runs in the emulated one, and what does beside that.
 * @param {readonly Suite[]} suites
 */
export function shares(suites) {
  const inMachine = suites.filter(({ project }) => project === "vm");
  const isCalm = (/** @type {Suite} */ { path }) => calm.some((name) => path === `test/e2e/${name}.test.ts`);
  const beside = inMachine.length > 0 ? suites.filter(isCalm) : [];
  return {
    inMachine,
    beside,
    alone: suites.filter((one) => !inMachine.includes(one) && !beside.includes(one)),
  };
}

/**
 * A word is a project, whole, or part of a path. Without words: all suites, and those of unit on newer releases of Node,
 * too. In CI those of unit and host run on the fresh machine, where nothing that happens to be here can help them; a
 * clone has no work that isn't committed yet, so elsewhere they run here.
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
    nodes: all || words.includes(newerNodes),
    chosen: suites.filter((suite) =>
      all ? !fresh || onHosts(suite) : names.some((name) => meant(name)(suite)),
    ),
    unknown: names.filter((name) => !suites.some(meant(name))),
  };
}
