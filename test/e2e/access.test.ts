import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
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
    const moving = ["apply", host.target("root"), "--profile", profile, "--yes"];
    // The old port can't be asked afterwards.
    const applied = await harden(host, moving, { alone: true });
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const target = `admin@${host.address}:2222`;
    const again = await harden(host, ["plan", target, "--profile", profile, "--detailed-exitcode"]);
    expect(again, again.stdout).toMatchObject({ code: 0 });
    expect((await host.exec("ss -Hltn sport = 22")).stdout).toBe("");
    const undone = await harden(host, ["rollback", target, "--yes"]);
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    expect(difference(pristine, await state(host.exec))).toEqual([]);
  });

  it("moves back with firewall and bans once the profile no longer names the port", async () => {
    const pristine = await state(host.exec);
    const named = (ssh: string) =>
      profileFile(`access: {user: admin}\nssh: ${ssh}\nfirewall: {}\nfail2ban: {}\n`);
    const apply = (target: string, profile: string) =>
      harden(host, ["apply", target, "--profile", profile, "--yes"], { alone: true });
    const moved = await apply(host.target("root"), named("{port: 2222}"));
    expect(moved, moved.stderr).toMatchObject({ code: 0 });
    const run = (await host.exec("ls /var/lib/harden/runs | tail -n 1")).stdout.trim();
    const target = `admin@${host.address}:2222`;
    const back = await apply(target, named("{}"));
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
    expect((await host.exec("ufw status")).stdout).toMatch(/\n22\/tcp +ALLOW/);
    expect((await host.exec("ss -Hltn sport = 2222")).stdout).toBe("");
    expect((await host.exec("grep -r '^port' /etc/fail2ban/jail.local")).stdout).toBe("port = 22\n");
    const undone = await harden(host, ["rollback", host.target("admin"), "--to", run, "--yes"]);
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    expect(difference(pristine, await state(host.exec))).toEqual([]);
  });

  describe("with a firewall that is there already", () => {
    let friend: Peer;
    let stranger: Peer;
    beforeAll(async () => {
      [friend, stranger] = await Promise.all([startPeer(host), startPeer(host)]);
    });
    afterAll(() => Promise.all([friend?.remove(), stranger?.remove()]));

    const knocks = async (port: number) => [
      await friend.knock(host.address, port),
      await stranger.knock(host.address, port),
    ];

    it("22 is for nobody and 2222 for access.from only, and the dead-man gives 22 back", async () => {
      const target = host.target("root");
      const before = profileFile("ssh: {}\nfirewall: {}\nfail2ban: {}\n");
      const applied = await harden(host, ["apply", target, "--profile", before, "--yes"]);
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      expect(await knocks(22)).toEqual(["open", "open"]);
      const from = [host.controller, friend.address].map((each) => `${each}/32`).join(", ");
      const after = profileFile(`access: {from: [${from}]}\nssh: {port: 2222}\nfirewall: {}\nfail2ban: {}\n`);
      const move = ["apply", target, "--profile", after, "--yes"];

      const moved = await harden(host, [...move, "--no-confirm", "--confirm-timeout", "25"]);
      expect(moved, moved.stderr).toMatchObject({ code: 0 });
      expect(await knocks(2222)).toEqual(["open", "silent"]);
      expect(await knocks(22)).toEqual(["silent", "silent"]);
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      expect(await knocks(22)).toEqual(["open", "open"]);
      expect(await knocks(2222)).toEqual(["silent", "silent"]);

      const confirmed = await harden(host, move, { alone: true });
      expect(confirmed, confirmed.stderr).toMatchObject({ code: 0 });
      expect(await knocks(2222)).toEqual(["open", "silent"]);
      expect(await knocks(22)).toEqual(["silent", "silent"]);
      const there = `root@${host.address}:2222`;
      expect(await harden(host, ["verify", there, "--profile", after])).toMatchObject({ code: 0 });

      await host.exec("ufw allow OpenSSH");
      const audited = await harden(host, ["verify", there, "--profile", after]);
      expect(audited).toMatchObject({ code: 2 });
      expect(audited.stdout).toContain("22/tcp from anywhere by the host's own rule");
      const plan = await harden(host, ["plan", there, "--profile", after]);
      expect(plan.stdout).toContain("firewall.ssh-rule-stale");
      expect(plan.stdout).toContain("ufw delete allow OpenSSH");
      await host.exec("ufw delete allow OpenSSH");
      const undone = await harden(host, ["rollback", there, "--yes"]);
      expect(undone, undone.stderr).toMatchObject({ code: 0 });
      expect(await knocks(22)).toEqual(["open", "open"]);
    });
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
