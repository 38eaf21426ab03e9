// `npm run mutants [-- NAME…]`: takes each safeguard out once, in a copy of the tree, and shows the test that goes red.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startEngine } from "../docker/engine.mjs";
import { installMissing } from "../test/setup/packages.mjs";
import { mutants } from "./table.mjs";

const root = dirname(import.meta.dirname);
const copy = join(root, ".cache/mutants");
const names = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => names.length === 0 || names.some((word) => name.includes(word)));

function copyTree() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const path of listed.stdout.split("\0").filter(Boolean)) cpSync(join(root, path), join(copy, path));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
}

/** @param {string} program @param {readonly string[]} args */
const run = (program, args) =>
  spawnSync(program, [...args], { cwd: copy, encoding: "utf8", maxBuffer: 1 << 26 });

/** Runs the row's tests in the copy. @param {import("./table.mjs").Mutant} row */
function test({ suite, title }) {
  if (/^test\/(e2e|vm)\//.test(suite) && run("npm", ["run", "--silent", "build"]).status !== 0)
    return "does not build";
  const only = title === undefined ? [] : ["-t", title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")];
  const json = join(copy, ".cache-result.json");
  rmSync(json, { force: true });
  run("npx", ["vitest", "run", suite, ...only, "--reporter=json", `--outputFile=${json}`]);
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(json, "utf8"));
    if (numFailedTests > 0) return "red";
    return numPassedTests > 0 ? "green" : "no test ran";
  } catch {
    return "red";
  }
}

/** @param {import("./table.mjs").Mutant} row */
function mutate(row) {
  const file = join(copy, row.file);
  const text = readFileSync(file, "utf8");
  if (text.split(row.from).length !== 2)
    return `the text stands ${text.split(row.from).length - 1} times in ${row.file}`;
  writeFileSync(
    file,
    text.replace(row.from, () => row.to),
  );
  const result = test(row);
  writeFileSync(file, text);
  return result;
}

for (const reason of await installMissing(new Set(["unit", "host", "e2e", "vm"]))) console.error(reason);
await startEngine();
copyTree();
let survived = 0;
for (const row of chosen) {
  const started = Date.now();
  const result = mutate(row);
  if (result !== "red") survived += 1;
  console.log(
    `${result === "red" ? "red " : "LIVES"}  ${row.name}  (${row.suite}${row.title === undefined ? "" : `: ${row.title}`}; ${Math.round((Date.now() - started) / 1000)} s)${result === "red" ? "" : `  ${result}`}`,
  );
}
rmSync(copy, { recursive: true, force: true });
console.log(`${chosen.length - survived} of ${chosen.length} went red`);
process.exitCode = survived === 0 ? 0 : 1;
