// What vitest and the fresh machine tell of their tests.

/** @typedef {import("./results.d.mts").Counts} Counts */
/** @typedef {import("./results.d.mts").SuiteResult} SuiteResult */

/** A suite that failed without a failing test of its own counts as one. @param {readonly SuiteResult[]} suites @returns {Counts} */
export function countTests(suites) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { failed, tests } of suites) {
    for (const { state } of tests) counts[state] += 1;
    if (failed && !tests.some(({ state }) => state === "failed")) counts.failed += 1;
  }
  return counts;
}

/** A line for each test that was skipped, or one for a suite of which all were. @param {readonly SuiteResult[]} suites */
export function skippedTests(suites) {
  return suites.flatMap(({ path, tests }) => {
    const skipped = tests.filter(({ state }) => state === "skipped");
    if (skipped.length > 1 && skipped.length === tests.length)
      return [`${path}: all of its ${tests.length} tests`];
    return skipped.map(({ name }) => `${path}: ${name}`);
  });
}

/** Of the error's lines those that are the project's own. @param {string} error */
const ownLines = (error) =>
  error.split("\n").filter((line) => !/^ +at (.*\/node_modules\/|new Promise |node:)/.test(line));

/** @param {string} title @param {string | undefined} error */
const told = (title, error = "no error was kept") => [
  title,
  ...ownLines(error).map((line) => `    ${line.trim()}`),
];

/** Each test that failed, and each suite that failed outside of its tests, with the first error. @param {readonly SuiteResult[]} suites */
export function failedTests(suites) {
  return suites.flatMap(({ path, project, failed, error, tests }) => {
    const here = tests
      .filter(({ state }) => state === "failed")
      .flatMap((test) => told(`${path} (${project}): ${test.name}`, test.error));
    const outside = failed && (error !== undefined || here.length === 0);
    return outside ? [...told(`${path} (${project})`, error), ...here] : here;
  });
}

/** Each suite that failed, with how many of its tests. @param {readonly SuiteResult[]} suites */
export function failedNames(suites) {
  return suites.flatMap((suite) => {
    const { failed } = countTests([suite]);
    return failed === 0 ? [] : [`${suite.path} (${suite.project}, ${failed})`];
  });
}

/** @param {number} seconds */
const shown = (seconds) => `${seconds.toFixed(1).padStart(7)} s`;

const slowSeconds = 20;

/** How long each slow suite took, the slowest last, for of a long log often only the end is kept; and each project as if its suites had run one after another. @param {readonly SuiteResult[]} suites */
export function timesOf(suites) {
  const bySeconds = [...suites].sort((one, other) => one.seconds - other.seconds);
  const projects = new Map(bySeconds.map(({ project }) => [project, { seconds: 0, count: 0 }]));
  for (const { project, seconds } of suites) {
    const sum = projects.get(project);
    if (sum) Object.assign(sum, { seconds: sum.seconds + seconds, count: sum.count + 1 });
  }
  return [
    ...bySeconds
      .filter(({ seconds }) => seconds >= slowSeconds)
      .map(({ path, project, seconds }) => `${shown(seconds)}  ${path} (${project})`),
    ...[...projects].map(
      ([project, { seconds, count }]) =>
        `${shown(seconds)}  ${project}, ${count === 1 ? "1 suite" : `${count} suites`} in all`,
    ),
  ];
}

/** @param {Counts} counts */
export const lastLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** The counts in the last line of a run's output. @param {string} output @returns {Counts | undefined} */
export function readLastLine(output) {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(last) ?? [];
  if (skipped === undefined) return undefined;
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

/** A line for each suite, of lines that begin with the suite's name and a colon. @param {readonly string[]} lines */
export function bySuite(lines) {
  /** @type {Map<string, string[]>} */
  const rows = new Map();
  for (const line of [...new Set(lines)].sort()) {
    const [, suite = "", row = ""] = /^(.*?): (.*)$/.exec(line) ?? [];
    rows.set(suite, [...(rows.get(suite) ?? []), row]);
  }
  return [...rows].map(([suite, left]) => `${suite} (${left.length}): ${left.join("; ")}`);
}
