// The key that opens every test host: made once, kept in the cache.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder, makeCache } from "./cache.mjs";

export const testKey = join(cacheFolder, "key/id_ed25519");

/** Whoever comes second takes the first one's: both halves appear at once, with the folder that holds them. */
export async function makeKey() {
  if (existsSync(testKey)) return;
  makeCache();
  const work = mkdtempSync(join(cacheFolder, "new-key-"));
  try {
    const file = join(work, "id_ed25519");
    const options = ["-q", "-t", "ed25519", "-N", "", "-C", "harden-test", "-f", file];
    await promisify(execFile)("ssh-keygen", options);
    renameSync(work, dirname(testKey));
  } catch (error) {
    if (!existsSync(testKey)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
