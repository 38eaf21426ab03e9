import { spawn } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, makeCache } from "./cache.mjs";

/** Runs a script's own work with a lock of its own held: one builder of a kind at a time, and the second finds everything there. @param {string} url the script's import.meta.url @param {() => Promise<void>} work */
export function runLocked(url, work) {
  const script = fileURLToPath(url);
  if (process.argv[1] !== script) return;
  const failed = (/** @type {Error} */ error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  };
  if (process.env.HARDEN_BUILD_LOCKED === script) {
    work().catch(failed);
    return;
  }
  takeLock(script).catch(failed);
}

/** @param {string} script */
async function takeLock(script) {
  makeCache();
  const flock = (/** @type {readonly string[]} */ ...options) => {
    const words = [...options, join(cacheFolder, `${basename(script)}.lock`), process.execPath, script];
    const env = { ...process.env, HARDEN_BUILD_LOCKED: script };
    const child = spawn("flock", [...words, ...process.argv.slice(2)], { stdio: "inherit", env });
    return new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  };
  const taken = 75;
  let code = await flock("--nonblock", "--conflict-exit-code", String(taken));
  if (code === taken) {
    process.stderr.write("waiting for another build…\n");
    code = await flock();
  }
  process.exitCode = code ?? 1;
}
