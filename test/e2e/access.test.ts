import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";

describe.skipIf(!hasDocker())("the way in", () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    const known = join(host.home, ".ssh/known_hosts");
    const lines = readFileSync(known, "utf8").trim().split("\n");
    const moved = lines.map((line) => line.replace(host.address, `[${host.address}]:2222`));
    writeFileSync(known, `${[...lines, ...moved].join("\n")}\n`);
  });
  afterAll(() => host?.remove());

  it("moves to another port with the planned login proven before, and back by a rollback", async () => {
    const pristine = await state(host.exec);
    const profile = profileFile("access: {user: admin}\nssh: {port: 2222}\nfirewall: {}\n");
    const applied = await harden(host, ["apply", host.target("root"), "--profile", profile, "--yes"]);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const target = `admin@${host.address}:2222`;
    const again = await harden(host, ["plan", target, "--profile", profile, "--detailed-exitcode"]);
    expect(again, again.stdout).toMatchObject({ code: 0 });
    expect((await host.exec("ss -Hltn sport = 22")).stdout).toBe("");
    const undone = await harden(host, ["rollback", target, "--yes"]);
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    expect(difference(pristine, await state(host.exec))).toEqual([]);
  });

  it("is blocked where the planned login can't get in, and nothing is changed", async () => {
    await host.exec(
      "useradd --create-home --shell /bin/sh nokey; echo 'nokey ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/nokey",
    );
    const pristine = await state(host.exec);
    const profile = profileFile("access: {user: nokey}\nssh: {}\n");
    const { code, stdout, stderr } = await harden(host, [
      "apply",
      host.target("root"),
      "--profile",
      profile,
      "--yes",
    ]);
    expect(code, stderr).toBe(3);
    expect(stderr).toContain("ssh.no-usable-key");
    expect(stdout).toContain("nothing was changed");
    expect(difference(pristine, await state(host.exec))).toEqual([]);
  });
});
