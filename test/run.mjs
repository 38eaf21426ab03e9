// npm test [-- NAME…]: prepares this machine, then runs the suites of the projects (unit, host, e2e, vm) or with the
// parts of paths that are named. `fresh` is the unit and host suites on a machine that has nothing yet, `nodes` the unit
// suites and the built tool's start on newer releases of Node.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sampleOf } from "./setup/draw.mjs";
import { runFresh } from "./setup/fresh.mjs";
import { heard } from "./setup/heard.mjs";
import { lacks } from "./setup/needs.mjs";
import { fetchNode, newerNodes, runUnits, startUpTests } from "./setup/nodes.mjs";
import { installMissing, lookAround } from "./setup/packages.mjs";
import {
  bySuite,
  countTests,
  failedNames,
  failedTests,
  lastLine,
  skippedTests,
  timesOf,
} from "./setup/results.mjs";
import { makeScratch } from "./setup/scratch.mjs";
import { choose, shares } from "./setup/suites.mjs";
import { listSuites, runVitest } from "./setup/vitest.mjs";

/** @typedef {import("./setup/suites.mjs").Suite} Suite */
/** @typedef {import("./setup/results.mjs").SuiteResult} SuiteResult */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const strict = process.env.CI === "true";
const scratch = makeScratch();
const work = mkdtempSync(join(scratch.path, "run-"));
const notes = join(work, "notes");
process.env.HARDEN_TEST_NOTES = notes;
const samplesLeft = join(work, "left");

const counts = { passed: 0, failed: 0, skipped: 0 };

/** What could not be run, and why. @type {string[]} */
const missing = [];

/** Parts of the run that failed without a test of theirs to name. @type {string[]} */
const faults = [];

/** Of all suites that were run, here or on the fresh machine. @type {SuiteResult[]} */
const ran = [];

/** By the clock: some of them run beside one another. @type {string[]} */
const parts = [];

/** @template T @param {string} name of this part of the run @param {() => Promise<T>} run */
async function timed(name, run) {
  const began = Date.now();
  const result = await run();
  parts.push(`${((Date.now() - began) / 1000).toFixed().padStart(7)} s  ${name}`);
  return result;
}

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

/** @param {import("./setup/results.mjs").Counts} more */
function count({ passed = 0, failed = 0, skipped = 0 }) {
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
}

/** @param {boolean} passed @param {string} name of what counts as one test */
function countOne(passed, name) {
  count(passed ? { passed: 1 } : { failed: 1 });
  if (!passed) faults.push(name);
}

/** Whatever vitest has against a run counts as one failure, where none of its tests has failed. @param {readonly SuiteResult[]} suites @param {boolean} passed */
function account(suites, passed) {
  const found = countTests(suites);
  count(found);
  missing.push(...skippedTests(suites));
  ran.push(...suites);
  if (!passed && found.failed === 0) countOne(false, suites[0]?.project ?? "vitest");
}

/** A script of package.json counts as one test. @param {string} script @param {readonly string[]} more words */
async function runScript(script, ...more) {
  const words = ["run", "--silent", script, "--", ...more];
  const { passed } = await heard("npm", words, { cwd: root, shown: true });
  countOne(passed, `npm run ${script}`);
  if (!passed) say(`npm run ${script} failed`);
}

async function runOnFreshMachine() {
  say("unit and host suites on a fresh machine, as they are committed…");
  try {
    const { counts: found, suites, passed, output } = await runFresh();
    if (found) count(found);
    ran.push(...suites.map((suite) => ({ ...suite, project: `${suite.project} on the fresh machine` })));
    countOne(passed, "fresh machine");
    if (!passed) say(`${output}\nThat was the fresh machine.`);
  } catch (error) {
    missing.push(`unit and host suites on a fresh machine: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {import("./setup/nodes.mjs").Node} node */
function startOn(node) {
  const project = `the built tool on ${node.name}`;
  const began = Date.now();
  const tests = startUpTests(node);
  const seconds = (Date.now() - began) / 1000;
  for (const { name, state } of tests) if (state === "failed") say(`${project} differs: harden ${name}`);
  account([{ path: "dist/cli.js", project, seconds, failed: false, tests }], true);
}

/** @param {string} major @param {readonly string[]} paths of unit suites */
async function runOnNode(major, paths) {
  try {
    const node = fetchNode(major);
    say(`unit suites and the built tool on ${node.name}…`);
    startOn(node);
    const { passed, output, suites } = await runUnits(node, paths, join(work, `node-${major}.json`));
    account(
      suites.map((suite) => ({ ...suite, project: `unit on ${node.name}` })),
      passed,
    );
    if (!passed) say(`${output}\nThat was ${node.name}.`);
  } catch (error) {
    missing.push(`unit suites on Node ${major}: ${/** @type {Error} */ (error).message}`);
  }
}

/** One after another: each takes all that is left of the machine. @param {readonly Suite[]} units */
async function runOnNewerNodes(units) {
  const paths = units.map(({ path }) => path);
  const by = { seed: process.env.HARDEN_TEST_SAMPLE, told: samplesLeft };
  const some = sampleOf("unit suites on newer Node", paths, Math.ceil(paths.length / 6), by);
  for (const major of sampleOf("newer Node", newerNodes, 1, by)) await runOnNode(major, some);
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

/** The virtual machines' disks, by what the suites on hosts leave of the machine; where that fails, their own suites say so. */
const buildDisks = () => heard("nice", [process.execPath, join(root, "docker/vm.mjs")], { cwd: root });

/** @param {readonly Suite[]} suites @param {string} name of this part of the run @param {NodeJS.ProcessEnv} [env] */
async function runSuites(suites, name, env = {}) {
  if (suites.length === 0) return;
  const paths = suites.map(({ path }) => path);
  const results = join(work, `${name}.json`);
  const { passed, suites: found } = await runVitest({ paths, results, shown: true, env });
  account(found, passed);
}

/** @param {string} title @param {readonly string[]} lines */
function tell(title, lines) {
  if (lines.length === 0) return;
  process.stdout.write(`\n${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
}

/** @param {string} file */
function readLines(file) {
  try {
    return readFileSync(file, "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

/** The suites draw them, and newer releases of Node; see setup/sample.ts. */
function drawSamples() {
  const seed = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  Object.assign(process.env, { HARDEN_TEST_SAMPLE: seed, HARDEN_TEST_LEFT: samplesLeft });
}

async function main() {
  const suites = listSuites(join(work, "suites.json"));
  const { fresh, nodes, chosen, unknown } = choose(suites, words, { ci: strict });
  if (unknown.length > 0) {
    const wanted = "a project (unit, host, e2e, vm), `fresh`, `nodes`, or a part of a suite's path";
    say(`No suite is called ${unknown.join(", ")}: name ${wanted}. Nothing was run.`);
    process.exitCode = 1;
    return;
  }
  if (words.length === 0 && strict) drawSamples();
  const onHosts = chosen.some(({ project }) => project === "e2e" || project === "vm");
  const units = nodes ? suites.filter(({ project }) => project === "unit") : [];
  const all = [...new Set([...chosen, ...units])];
  const paths = all.map(({ path }) => path);
  missing.push(...(await installMissing(fresh ? [...paths, "test/setup/fresh.mjs"] : paths)));
  if (words.length === 0) await timed("check", () => runScript("check"));
  if (onHosts || nodes) await timed("build", () => runScript("build"));
  const here = new Set(await runnable(all));
  const isHere = (/** @type {Suite} */ suite) => here.has(suite);
  const ours = chosen.filter(isHere);
  const { alone, inMachine, beside } = shares(ours);
  await timed("suites", () =>
    Promise.all([runSuites(alone, "suites"), inMachine.length > 0 ? buildDisks() : undefined]),
  );
  // An emulated machine leaves a processor to what no deadline presses.
  await Promise.all([
    timed("suites in the emulated machine", () => runSuites(inMachine, "machine")),
    (async () => {
      if (fresh) await timed("fresh machine", runOnFreshMachine);
      if (nodes) await timed("newer Node", () => runOnNewerNodes(units.filter(isHere)));
      if (words.length === 0 && strict)
        await timed("sample of mutants", () => runScript("mutants", "--sample"));
      await timed("suites beside", () => runSuites(beside, "beside", { HARDEN_TEST_WORKERS: "1" }));
    })(),
  ]);
  missing.push(...readLines(notes));
  // Whoever started this may want the results, too.
  if (process.env.HARDEN_TEST_RESULTS) writeFileSync(process.env.HARDEN_TEST_RESULTS, JSON.stringify(ran));
  tell("Repetitions that this commit did not draw", bySuite(readLines(samplesLeft)));
  tell("Not run here", missing);
  tell("How long the slow suites took, and all together", timesOf(ran));
  tell("How long each part of the run took", parts);
  tell("Failed", failedTests(ran));
  // Of a long log often only the last lines are kept.
  if (strict && missing.length > 0) countOne(false, `not run: ${missing.join("; ")}`);
  const names = [...failedNames(ran), ...faults];
  if (names.length > 0) process.stdout.write(`Failed: ${names.join("; ")}\n`);
  process.stdout.write(`${lastLine(counts)}\n`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

try {
  await main();
} finally {
  scratch.remove();
}
