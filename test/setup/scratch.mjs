// One folder for all that the tests put among the temporary files: what they forget, or a kill keeps them from, goes with it.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ownerOf } from "../../docker/engine.mjs";

const named = /^harden-test-(\d+)(\.\d+)-\w{6}$/;

/**
 * With what a test that was killed left mounted in it.
 * @param {string} folder
 */
function removeWhole(folder) {
  const mounted = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounted.reverse()) spawnSync("umount", ["-l", path]);
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} folder of temporary files */
function removeStale(folder) {
  for (const name of readdirSync(folder)) {
    const [, pid = "", start = ""] = named.exec(name) ?? [];
    if (pid === "" || ownerOf(Number(pid)) === `${pid}${start}`) continue;
    try {
      removeWhole(join(folder, name));
    } catch {
      // Another user's.
    }
  }
}

/**
 * Makes the folder, and removes those of runs that have ended without doing so; every child finds it as TMPDIR. A run
 * within a run takes that one's, for the paths of sockets must be short.
 * @returns {{ readonly path: string, readonly remove: () => void }}
 */
export function makeScratch() {
  const before = tmpdir();
  if (named.test(basename(before))) return { path: before, remove: () => {} };
  removeStale(before);
  const path = mkdtempSync(join(before, `harden-test-${ownerOf(process.pid) ?? "0.0"}-`));
  chmodSync(path, 0o755); // Tests that run as somebody else work in it, too.
  process.env.TMPDIR = path;
  return {
    path,
    remove() {
      process.env.TMPDIR = before;
      removeWhole(path);
    },
  };
}
