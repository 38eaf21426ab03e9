// npm test [-- NAME…]: prepares this machine, then runs the suites whose path has one of the names in it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { installMissing } from "./setup/packages.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const names = process.argv.slice(2);
const strict = process.env.CI === "true";
const work = mkdtempSync(join(tmpdir(), "harden-run-"));
const notes = join(work, "notes");
const json = join(work, "results.json");

const counts = { passed: 0, failed: 0, skipped: 0 };

/** What could not be run, and why. @type {string[]} */
const missing = [];

function suites() {
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => join("test", path))
    .filter((path) => names.length === 0 || names.some((name) => path.includes(name)));
}

/** @param {string} program @param {readonly string[]} args */
function succeeds(program, args) {
  const env = { ...process.env, HARDEN_TEST_NOTES: notes };
  return spawnSync(program, [...args], { cwd: root, stdio: "inherit", env }).status === 0;
}

/** A script of package.json counts as one test. @param {string} script */
function runScript(script) {
  const passed = succeeds("npm", ["run", "--silent", script]);
  counts[passed ? "passed" : "failed"] += 1;
  if (!passed) process.stderr.write(`npm run ${script} failed\n`);
}

/** @param {string} path @returns {any} */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Adds what vitest wrote; names suites that need a real host and had tests left out. */
function addResults() {
  for (const file of readJson(json)?.testResults ?? []) {
    /** @type {string[]} */
    const states = file.assertionResults.map((/** @type {{ status: string }} */ one) => one.status);
    const passed = states.filter((state) => state === "passed").length;
    const failed = states.filter((state) => state === "failed").length;
    const skipped = states.length - passed - failed;
    counts.passed += passed;
    counts.failed += failed === 0 && file.status === "failed" ? 1 : failed;
    counts.skipped += skipped;
    const suite = relative(root, file.name);
    if (skipped > 0 && /^test\/(e2e|vm)\//.test(suite)) missing.push(`${suite}: ${skipped} skipped`);
  }
}

function runTests() {
  const { scripts = {} } = readJson(join(root, "package.json"));
  if (names.length === 0 && scripts.check) runScript("check");
  const onHosts = suites().some((path) => /^test\/(e2e|vm)\//.test(path));
  if (onHosts && scripts.build) runScript("build");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${json}`];
  const passed = succeeds(process.execPath, [vitest, "run", ...reporters, ...names]);
  addResults();
  if (!passed && counts.failed === 0) counts.failed = 1;
}

async function main() {
  const kinds = new Set(suites().map((path) => path.split("/")[1] ?? ""));
  missing.push(...(await installMissing(kinds)));
  runTests();
  missing.push(...readNotes());
  if (missing.length > 0)
    process.stdout.write(`\nNot run here:\n${missing.map((line) => `  ${line}\n`).join("")}`);
  const { passed, failed, skipped } = counts;
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed > 0 || (strict && missing.length > 0) ? 1 : 0;
}

function readNotes() {
  try {
    return readFileSync(notes, "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
