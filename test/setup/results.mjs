// What vitest and the fresh machine tell of their tests.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ status: string, fullName: string }} Assertion */
/** @typedef {{ name: string, status: string, assertionResults: readonly Assertion[] }} FileResult */

/** A file that failed without a failing test of its own counts as one. @param {readonly FileResult[]} files @returns {Counts} */
export function countTests(files) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults: all } of files) {
    const passed = all.filter((one) => one.status === "passed").length;
    const failed = all.filter((one) => one.status === "failed").length;
    counts.passed += passed;
    counts.failed += failed === 0 && status === "failed" ? 1 : failed;
    counts.skipped += all.length - passed - failed;
  }
  return counts;
}

/** A line for each test that was skipped, or one for a suite of which all were. @param {readonly FileResult[]} files @param {(file: string) => string} pathOf */
export function skippedTests(files, pathOf) {
  return files.flatMap(({ name, assertionResults: all }) => {
    const skipped = all.filter(({ status }) => status !== "passed" && status !== "failed");
    if (skipped.length > 1 && skipped.length === all.length)
      return [`${pathOf(name)}: all of its ${all.length} tests`];
    return skipped.map(({ fullName }) => `${pathOf(name)}: ${fullName}`);
  });
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
