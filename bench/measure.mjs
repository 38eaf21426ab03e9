// Whole processes, one after the other in turn, so that a busy moment of the machine meets all of them.
import { spawn } from "node:child_process";

/**
 * @typedef {{ ms: number, code: number, stdout: string, stderr: string }} Run
 * @typedef {{ ms: number, cpuMs: number, peakMb: number }} Usage
 * @typedef {{ env?: NodeJS.ProcessEnv, codes?: readonly number[], tell?: boolean, input?: string }} Options `tell`: what it says on stderr is shown as well
 */

/** Runs a program to its end; an exit status that was not asked for is an error. @param {readonly string[]} words @param {Options} [options] @returns {Promise<Run>} */
export function run(
  [program = "", ...args],
  { env = process.env, codes = [0], tell = false, input = "" } = {},
) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(program, args, { env, stdio: "pipe" });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
      if (tell) process.stderr.write(chunk);
    });
    child.on("error", reject);
    child.on("close", (status) => {
      const ms = Number(process.hrtime.bigint() - began) / 1e6;
      const code = status ?? 255;
      if (codes.includes(code)) resolve({ ms, code, stdout, stderr });
      else reject(new Error(`${program} ${args.join(" ")}: status ${code}\n${stdout}${stderr}`));
    });
  });
}

/** CPU time and peak memory of a process with all that it started. @param {readonly string[]} words @param {Options} [options] @returns {Promise<Usage>} */
export async function usage(words, options) {
  const { ms, stderr } = await run(["/usr/bin/time", "--format", "used %U %S %M", ...words], options);
  const [, user, system, kilobytes] = /^used (\S+) (\S+) (\S+)$/m.exec(stderr) ?? [];
  return {
    ms,
    cpuMs: (Number(user) + Number(system)) * 1000,
    peakMb: Number(kilobytes) / 1024,
  };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Each in turn, `rounds` times after one that does not count; the median of each in milliseconds.
 * @template {string} Name
 * @param {number} rounds @param {Record<Name, () => Promise<{ ms: number }>>} work @returns {Promise<Record<Name, number>>}
 */
export async function inTurn(rounds, work) {
  const names = /** @type {Name[]} */ (Object.keys(work));
  const times = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const { ms } = await work[name]();
      if (round > 0) times.get(name)?.push(ms);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])]));
}
