// npm test [-- NAME…]: prepares this machine, then runs the suites of the projects (unit, host, e2e, vm) or with the
// parts of paths that are named. `fresh` is the unit and host suites on a machine that has nothing yet, `nodes` the unit
// suites and the built tool's start on newer releases of Node.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runFresh } from "./setup/fresh.mjs";
import { heard } from "./setup/heard.mjs";
import { lacks } from "./setup/needs.mjs";
import { fetchNode, newerNodes, runUnits, startUpTests } from "./setup/nodes.mjs";
import { installMissing, lookAround } from "./setup/packages.mjs";
import { countTests, lastLine, retriedTests, skippedTests, timesOf } from "./setup/results.mjs";
import { makeScratch } from "./setup/scratch.mjs";
import { choose } from "./setup/suites.mjs";

/** @typedef {import("./setup/suites.mjs").Suite} Suite */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const words = process.argv.slice(2);
const strict = process.env.CI === "true";
const scratch = makeScratch();
const work = mkdtempSync(join(scratch.path, "run-"));
const notes = join(work, "notes");
/** Whoever started this may want them, too. */
const results = process.env.HARDEN_TEST_RESULTS ?? join(work, "results.json");

const counts = { passed: 0, failed: 0, skipped: 0 };

/** What could not be run, and why. @type {string[]} */
const missing = [];

/** Of all suites that were run, here or on the fresh machine. @type {import("./setup/results.mjs").SuiteResult[]} */
const ran = [];

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

/** @param {import("./setup/results.mjs").Counts} more */
function count({ passed = 0, failed = 0, skipped = 0 }) {
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
}

/** @param {boolean} passed */
const countOne = (passed) => count({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });

/** @param {string} program @param {readonly string[]} args */
function succeeds(program, args) {
  const env = { ...process.env, HARDEN_TEST_NOTES: notes, HARDEN_TEST_RESULTS: results };
  return spawnSync(program, [...args], { cwd: root, stdio: "inherit", env }).status === 0;
}

/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** All suites, as vitest itself finds them. @returns {Suite[]} */
function listSuites() {
  const file = join(work, "suites.json");
  if (!succeeds(process.execPath, [vitest, "list", "--filesOnly", `--json=${file}`]))
    throw new Error("vitest can't list the suites; nothing was run");
  /** @type {{ file: string, projectName: string }[]} */
  const found = readJson(file);
  return found.map(({ file: path, projectName: project }) => ({ path: relative(root, path), project }));
}

/** A script of package.json counts as one test. @param {string} script */
function runScript(script) {
  const passed = succeeds("npm", ["run", "--silent", script]);
  countOne(passed);
  if (!passed) say(`npm run ${script} failed`);
}

async function runOnFreshMachine() {
  say("unit and host suites on a fresh machine, as they are committed…");
  try {
    const { counts: found, suites, passed, output } = await runFresh();
    if (found) count(found);
    ran.push(...suites.map((suite) => ({ ...suite, project: `${suite.project} on the fresh machine` })));
    countOne(passed);
    if (!passed) say(`${output}\nThat was the fresh machine.`);
  } catch (error) {
    missing.push(`unit and host suites on a fresh machine: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} major @param {readonly Suite[]} suites */
async function runOnNode(major, suites) {
  try {
    const node = fetchNode(major);
    say(`unit suites and the built tool on ${node.name}…`);
    const project = `the built tool on ${node.name}`;
    const began = Date.now();
    const tests = startUpTests(node);
    const seconds = (Date.now() - began) / 1000;
    const start = { path: "dist/cli.js", project, seconds, failed: false, tests };
    for (const { name, state } of tests) if (state === "failed") say(`${project} differs: harden ${name}`);
    const file = join(work, `node-${major}.json`);
    const { passed, output } = await runUnits(
      node,
      suites.map(({ path }) => path),
      file,
    );
    if (!passed) say(`${output}\nThat was ${node.name}.`);
    account([start], true);
    account(
      resultsIn(file).map((suite) => ({ ...suite, project: `unit on ${node.name}` })),
      passed,
    );
  } catch (error) {
    missing.push(`unit suites on Node ${major}: ${/** @type {Error} */ (error).message}`);
  }
}

/** One after another, so that they don't take the machine from the fresh one. @param {readonly Suite[]} suites */
async function runOnNewerNodes(suites) {
  for (const major of newerNodes) await runOnNode(major, suites);
}

/** What takes minutes where it isn't cached yet; what fails here fails again where it is needed, and is told there. @param {readonly Suite[]} suites */
async function prepareHosts(suites) {
  const projects = new Set(suites.map(({ project }) => project));
  const images = (/** @type {string[]} */ ...words) => heard(process.execPath, words, { cwd: root });
  if (projects.has("e2e")) await images("docker/build.mjs");
  if (projects.has("vm"))
    for (const distro of ["debian13", "debian12"]) await images("docker/vm.mjs", distro);
}

/** Those that can run here; the others are named. @param {readonly Suite[]} suites */
async function runnable(suites) {
  const isHere = await lookAround();
  return suites.filter(({ path }) => {
    const lacking = lacks(path, isHere);
    if (lacking.length > 0) missing.push(`${path}: needs ${lacking.join(", ")}`);
    return lacking.length === 0;
  });
}

/** @param {string} file @returns {import("./setup/results.mjs").SuiteResult[]} */
function resultsIn(file) {
  try {
    return readJson(file);
  } catch {
    say("vitest wrote no results");
    return [];
  }
}

/** Whatever vitest has against a run counts as one failure, where none of its tests has failed. @param {import("./setup/results.mjs").SuiteResult[]} suites @param {boolean} passed */
function account(suites, passed) {
  const counts = countTests(suites);
  count(counts);
  missing.push(...skippedTests(suites));
  ran.push(...suites);
  if (!passed && counts.failed === 0) countOne(false);
}

/** @param {readonly Suite[]} suites */
function runSuites(suites) {
  const reporters = ["--reporter=default", "--reporter=./test/setup/reporter.ts"];
  const paths = suites.map(({ path }) => path);
  const passed = succeeds(process.execPath, [vitest, "run", ...reporters, ...paths]);
  account(resultsIn(results), passed);
}

/** @param {string} title @param {readonly string[]} lines */
function tell(title, lines) {
  if (lines.length === 0) return;
  process.stdout.write(`\n${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
}

function readNotes() {
  try {
    return readFileSync(notes, "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

async function main() {
  const suites = listSuites();
  const { fresh, nodes, chosen, unknown } = choose(suites, words, { ci: strict });
  if (unknown.length > 0) {
    const wanted = "a project (unit, host, e2e, vm), `fresh`, `nodes`, or a part of a suite's path";
    say(`No suite is called ${unknown.join(", ")}: name ${wanted}. Nothing was run.`);
    process.exitCode = 1;
    return;
  }
  const onHosts = chosen.some(({ project }) => project === "e2e" || project === "vm");
  const units = nodes ? suites.filter(({ project }) => project === "unit") : [];
  const all = [...new Set([...chosen, ...units])];
  const paths = all.map(({ path }) => path);
  missing.push(...(await installMissing(fresh ? [...paths, "test/setup/fresh.mjs"] : paths)));
  if (words.length === 0) runScript("check");
  if (onHosts || nodes) runScript("build");
  const here = new Set(await runnable(all));
  // The fresh machine mostly waits.
  await Promise.all([
    fresh ? runOnFreshMachine() : undefined,
    nodes ? runOnNewerNodes(units.filter((suite) => here.has(suite))) : undefined,
    fresh || nodes ? prepareHosts(chosen) : undefined,
  ]);
  const now = chosen.filter((suite) => here.has(suite));
  if (now.length > 0) runSuites(now);
  missing.push(...readNotes());
  tell("How long each suite took", timesOf(ran));
  tell("Passed only when tried again", retriedTests(ran));
  tell("Not run here", missing);
  if (strict && missing.length > 0) {
    process.stdout.write("In CI what could not be run is a failure.\n");
    countOne(false);
  }
  process.stdout.write(`${lastLine(counts)}\n`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

try {
  await main();
} finally {
  scratch.remove();
}
