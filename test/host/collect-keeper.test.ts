/** Who else fetches certificates is told by processes of services, not by the name of a user's. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { library } from "../../src/host/library.ts";
import { waitUntil } from "../e2e/wait.ts";
import { shells } from "./root.ts";

let folder: string;
let child: ChildProcess;
afterEach(async () => {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
  rmSync(folder, { recursive: true, force: true });
});

/** A process of that name and user. */
async function run(name: string, uid: number) {
  folder = mkdtempSync(join(tmpdir(), "harden-keeper-"));
  chmodSync(folder, 0o755);
  copyFileSync("/bin/sleep", join(folder, name));
  child = spawn(join(folder, name), ["60"], { uid, stdio: "ignore" });
  const comm = `/proc/${child.pid}/comm`;
  await waitUntil(`${name} runs`, async () => readFileSync(comm, "utf8").trim() === name);
}

/** As it is read on a host that is no container: one that this test runs in is the root of all control groups. */
function keeper(shell: readonly string[]) {
  const input = `${library}\nrenewal_keeper\n`;
  return spawnSync("unshare", ["--cgroup", ...shell], { input, encoding: "utf8" }).stdout.trim();
}

describe.skipIf(process.getuid?.() !== 0).each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  test.each([
    ["a service's", 33, "caddy"],
    ["one of systemd's dynamic users", 62000, "caddy"],
    ["a user's", 1001, ""],
  ])("a process named caddy counts where it is %s", async (_whose, uid, expected) => {
    await run("caddy", uid);
    expect(keeper(shell)).toBe(expected);
  });
});
