// `npm run mutants [-- [--changed | --sample [--seed N]] [WORD…]]`: takes each safeguard out once, in a copy of the tree, and
// shows the test that goes red. Each row that does is remembered in seen.json.
import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { startEngine } from "../docker/engine.mjs";
import { installMissing } from "../test/setup/packages.mjs";
import { choose, onHosts } from "./choose.mjs";
import { digestOf, readSeen, writeSeen } from "./seen.mjs";
import { mutants } from "./table.mjs";

const root = dirname(import.meta.dirname);
const copies = join(root, ".cache/mutants");
const seen = readSeen(root);
/** Of the tree as it is copied. */
const digests = new Map(mutants.map((row) => [row, digestOf(root, row)]));

function chooseRows() {
  try {
    const isSeen = (/** @type {import("./table.d.mts").Mutant} */ row) => seen[row.name] === digests.get(row);
    return choose(mutants, process.argv.slice(2), { isSeen, seed: String(randomInt(1_000_000)) });
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}. Nothing was run.`);
    process.exit(64);
  }
}

const { rows: chosen, about } = chooseRows();
console.log(about);
/** Most of a row's time is spent on waiting for hosts. */
const atOnce = 3;

/** @param {string} cwd @param {string} program @param {readonly string[]} args */
const run = (cwd, program, args) =>
  promisify(execFile)(program, [...args], { cwd, maxBuffer: 1 << 26 }).then(
    ({ stdout }) => ({ ok: true, stdout }),
    () => ({ ok: false, stdout: "" }),
  );

/** @param {readonly string[]} paths @param {string} copy */
function copyTree(paths, copy) {
  mkdirSync(copy, { recursive: true });
  for (const path of paths) cpSync(join(root, path), join(copy, path));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
}

/** Runs the row's tests in the copy. @param {import("./table.d.mts").Mutant} row @param {string} copy */
async function test({ suite, title }, copy) {
  if (onHosts(suite) && !(await run(copy, "npm", ["run", "--silent", "build"])).ok) return "does not build";
  const only = title === undefined ? [] : ["-t", title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")];
  const json = join(copy, ".cache-result.json");
  rmSync(json, { force: true });
  const reporter = ["--retry=0", "--reporter=json", `--outputFile=${json}`];
  await run(copy, "npx", ["vitest", "run", suite, ...only, ...reporter]);
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(json, "utf8"));
    // What the suite asks before its first test counts, where the tree has been built.
    const inHook =
      onHosts(suite) &&
      testResults.some((/** @type {{ status: string }} */ { status }) => status === "failed");
    if (numFailedTests > 0 || inHook) return "red";
    return numPassedTests > 0 ? "green" : "no test ran";
  } catch {
    return "no result";
  }
}

/** @param {import("./table.d.mts").Mutant} row @param {string} copy */
async function mutate(row, copy) {
  const file = join(copy, row.file);
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replace(row.from, () => row.to),
  );
  const result = await test(row, copy);
  writeFileSync(file, text);
  return result;
}

/** What the tests of a suite say of the tree as it is, asked once. */
const untouched = /** @type {Map<string, Promise<string>>} */ (new Map());

/** A test that is red by itself shows nothing. @param {import("./table.d.mts").Mutant} row @param {string} copy */
async function judge(row, copy) {
  const result = await mutate(row, copy);
  if (result !== "red") return result;
  const key = `${row.suite}\0${row.title}`;
  const before = untouched.get(key) ?? test(row, copy);
  untouched.set(key, before);
  return (await before) === "green" ? "red" : "red without the edit, too";
}

const survived = /** @type {string[]} */ ([]);
const inMachines = chosen.filter(({ suite }) => suite.startsWith("test/vm/"));
const others = chosen.filter((row) => !inMachines.includes(row));

/** At once: whoever stops the run keeps what it has shown. @param {import("./table.d.mts").Mutant} row */
function remember(row) {
  Object.assign(seen, { [row.name]: digests.get(row) });
  writeSeen(root, seen, mutants);
}

/** Two virtual machines at a time would be too slow for what their tests wait for. @param {string} copy @param {number} index */
async function work(copy, index) {
  const next = () => (index === 0 ? inMachines.shift() : undefined) ?? others.shift();
  for (let row = next(); row !== undefined; row = next()) {
    const started = Date.now();
    const result = await judge(row, copy);
    const { name, suite, title } = row;
    if (result === "red") remember(row);
    else survived.push(name);
    const where = `${suite}${title === undefined ? "" : `: ${title}`}`;
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(
      `${result === "red" ? "red  " : `LIVES (${result})`} ${name}\n        ${where}, ${seconds} s`,
    );
  }
}

for (const reason of await installMissing(chosen.map(({ suite }) => suite))) console.error(reason);
if (chosen.some(({ suite }) => onHosts(suite))) await startEngine();
const listed = await run(root, "git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
const paths = listed.stdout.split("\0").filter(Boolean);
rmSync(copies, { recursive: true, force: true });
const workers = Array.from({ length: Math.min(atOnce, chosen.length) }, async (_, index) => {
  const copy = join(copies, String(index));
  copyTree(paths, copy);
  await work(copy, index);
});
await Promise.all(workers);
rmSync(copies, { recursive: true, force: true });
console.log(`${chosen.length - survived.length} of ${chosen.length} went red`);
for (const name of survived) console.log(`lives: ${name}`);
process.exitCode = survived.length === 0 ? 0 : 1;
