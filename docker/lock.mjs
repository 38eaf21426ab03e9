import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./engine.mjs";

/** Runs a script's own work with a lock held: one builder at a time, and the second finds everything there. @param {string} url the script's import.meta.url @param {() => Promise<void>} work */
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
  const command = [join(cacheFolder, "build.lock"), process.execPath, script, ...process.argv.slice(2)];
  const child = spawn("flock", command, {
    stdio: "inherit",
    env: { ...process.env, HARDEN_BUILD_LOCKED: script },
  });
  child.on("error", failed);
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
