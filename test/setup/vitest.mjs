// Starts vitest: by any Node, on suites that are named, with what it found in a file.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { heard } from "./heard.mjs";

const root = dirname(dirname(import.meta.dirname));
const vitest = join(root, "node_modules/vitest/vitest.mjs");

/** All suites, as vitest itself finds them. @param {string} file that it may write @returns {import("./suites.d.mts").Suite[]} */
export function listSuites(file) {
  const words = [vitest, "list", "--filesOnly", `--json=${file}`];
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error("vitest can't list the suites; nothing was run");
  /** @type {{ file: string, projectName: string }[]} */
  const found = JSON.parse(readFileSync(file, "utf8"));
  return found.map(({ file: path, projectName: project }) => ({ path: relative(root, path), project }));
}

/**
 * @param {object} o
 * @param {readonly string[]} o.paths of the suites
 * @param {string} o.results the file that its results go to
 * @param {string} [o.program] a Node other than this one
 * @param {boolean} [o.shown] at once, where nothing else speaks meanwhile
 * @param {NodeJS.ProcessEnv} [o.env] more of it
 * @returns {Promise<{ passed: boolean, output: string, suites: import("./results.d.mts").SuiteResult[] }>}
 */
export async function runVitest({ paths, results, program = process.execPath, shown = false, env = {} }) {
  const words = [vitest, "run", "--reporter=default", "--reporter=./test/setup/reporter.ts", ...paths];
  const whole = { ...process.env, ...env, HARDEN_TEST_RESULTS: results };
  const ended = await heard(program, words, { cwd: root, env: whole, shown });
  return { ...ended, suites: readResults(results) };
}

/** Empty where vitest ended before it wrote them. @param {string} file */
export function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return [];
  }
}
