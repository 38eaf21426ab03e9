// Runs a program beside others, and keeps what it says: two at a time on one terminal can't be read.
import { spawn } from "node:child_process";

/**
 * @param {string} program @param {readonly string[]} words
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shown?: boolean }} [options] `shown`: as it comes, and nothing is kept
 * @returns {Promise<{ passed: boolean, output: string }>} both streams, as they came
 */
export function heard(program, words, { shown = false, ...options } = {}) {
  const out = shown ? "inherit" : "pipe";
  const child = spawn(program, [...words], { ...options, stdio: ["ignore", out, out] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ passed: code === 0, output }));
  });
}
