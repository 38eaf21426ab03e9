// npm run chaos [-- --rounds N] [--seed N], or [-- --resets N]: faults at random moments of an apply or its rollback, on
// hosts in containers of both releases; or hard resets of a virtual machine.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const number = { type: /** @type {const} */ ("string") };
/** @param {string} why */
function refuse(why) {
  process.stderr.write(`${why} Nothing was run: npm run chaos -- [--rounds N | --resets N] [--seed N].\n`);
  process.exit(64);
}

function wordsOf() {
  try {
    return parseArgs({ options: { rounds: number, resets: number, seed: number } }).values;
  } catch (error) {
    return refuse(`${/** @type {Error} */ (error).message.split(".")[0]}.`);
  }
}
const { rounds = "20", resets, seed = String(randomInt(1, 2 ** 31)) } = wordsOf();
for (const [name, value] of Object.entries({ rounds, resets: resets ?? "1", seed }))
  if (!/^[1-9]\d{0,9}$/.test(value)) refuse(`--${name} ${value} is no whole number above 0.`);

process.stdout.write(`seed ${seed}; the same again: npm run chaos -- --seed ${seed}\n`);
const suite = resets === undefined ? "test/e2e/chaos.test.ts" : "test/vm/resets.ts";
const chaos = resets === undefined ? { HARDEN_CHAOS_ROUNDS: rounds } : { HARDEN_CHAOS_RESETS: resets };
const { status } = spawnSync(process.execPath, [join(root, "test/run.mjs"), suite], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, ...chaos, HARDEN_CHAOS_SEED: seed },
});
process.exitCode = status ?? 1;
