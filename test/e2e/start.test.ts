/** What `npm start` runs once it has built: a plan of this very machine, or of a recorded one. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasDocker } from "./hosts.ts";
import { runProgram } from "./process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

// Other namespaces and other users are root's to make, as containers are.
describe.skipIf(!hasDocker())("npm start", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "harden-start-"));
    for (const part of ["dist", "profiles", "build/start.mjs", "test/fixtures/hosts"]) {
      mkdirSync(join(folder, part, ".."), { recursive: true });
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (...before: readonly string[]) => {
    const [program = "", ...args] = [...before, process.execPath, join(folder, "build/start.mjs")];
    return runProgram(program, args, { timeoutMs: 120_000, env: { PATH: process.env.PATH, HOME: folder } });
  };

  it("plans this machine", async () => {
    const { code, stdout, stderr } = await start();
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^this machine \(.*(debian|ubuntu) .*\), profile production/m);
    expect(stdout).toMatch(/^(\d+ to add, \d+ to change, \d+ to remove|Nothing to change)/m);
    expect(stdout).not.toMatch(/permission denied/i);
  });

  const asUser = (id: number) => start("setpriv", `--reuid=${id}`, `--regid=${id}`, "--clear-groups");

  it("has no need of a user with a name, as a container of a CI may give it none", async () => {
    const { code, stdout, stderr } = await asUser(54_321);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^this machine \(/m);
  });

  it("says what it could not read when it is not root", async () => {
    const { code, stdout, stderr } = await asUser(65_534);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/BLOCKED The login \S+ is not root on this host, and .*sudo/);
    // The other one: of a machine that systemd has not started.
    expect(stdout).toMatch(/Blocked by (1 finding|2 findings): /);
  });

  it("plans a recorded host where this isn't Debian or Ubuntu, and says so", async () => {
    const release = join(folder, "os-release");
    writeFileSync(release, 'ID="plan9"\n');
    const script = 'mount --bind "$1" "$(readlink -f /etc/os-release)" && shift && exec "$@"';
    const { code, stdout, stderr } = await start("unshare", "-m", "sh", "-c", script, "sh", release);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      "This system is not Debian or Ubuntu: here is the plan of a recorded Debian 13 host.",
    );
    expect(stdout).toMatch(/^a recorded host \(.*debian 13\), profile production/m);
    expect(stdout).toMatch(/^\d+ to add, \d+ to change/m);
  });
});
