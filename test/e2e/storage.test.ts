/** What a reset does not leave is not relied on: neither the journal and its units, nor what a control has written. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestContainer } from "./hosts.ts";

const sysctl = profileFile("sysctl: {}");
const updates = profileFile("updates: {}");

describe.skipIf(!hasDocker()).each(sample("storage", bothDistros, 1))("%s", (distro) => {
  let host: TestContainer;
  beforeEach(async () => {
    host = await startHost(distro, "full", { disk: "/mnt/disk" });
  }, 120_000);
  afterEach(async () => host.remove());

  const run = (...words: string[]) => harden(host, words);
  const root = () => host.target("root");
  const units = async () =>
    (await host.exec("find /etc/systemd/system /run/systemd/system -name 'harden-*' | sort")).stdout;

  test("a run is refused when a reset would lose its journal, and nothing is changed", async () => {
    const plan = ["plan", root(), "--profile", sysctl];
    expect((await run(...plan)).code).toBe(0);
    for (const make of [
      "mkdir -m 700 /var/lib/harden; mount -t tmpfs none /var/lib/harden",
      "umount /var/lib/harden; rmdir /var/lib/harden; mkdir /run/h; ln -s /run/h /var/lib/harden",
      "rm /var/lib/harden; mkdir /run/up /run/w; mount -t overlay o -o lowerdir=/var/lib,upperdir=/run/up,workdir=/run/w /var/lib",
      "umount /var/lib; cp -a /etc/systemd/system /run/units; mount --bind /run/units /etc/systemd/system",
    ]) {
      const { code, stderr } = await host.exec(make);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const planned = await run(...plan, "--format", "json");
      expect(JSON.parse(planned.stdout)[0].value.findings).toContainEqual(
        expect.objectContaining({ id: "host.way-back", level: "block" }),
      );
      const applied = await run("apply", root(), "--profile", sysctl, "--yes");
      expect(applied.code, applied.stdout).toBe(3);
      expect((await host.exec("ls /etc/sysctl.d")).stdout).not.toContain("harden");
      expect(await units()).toBe("");
    }
  }, 200_000);

  test("units without a journal are named, do nothing at a boot, and go with uninstall", async () => {
    const pending = await run("apply", root(), "--profile", sysctl, "--yes", "--no-confirm");
    expect(pending.code, pending.stderr).toBe(0);
    const [, id = ""] = /run (\d{8}-\d{6}-[0-9a-f]{8})/.exec(pending.stdout) ?? [];
    // The disk with the journal does not come back.
    await host.exec("systemctl stop 'harden-deadman-*'; rm -rf /var/lib/harden");
    await host.restart({ hard: true });
    const left = await units();
    expect(left.trim().split("\n")).toHaveLength(4);
    const { stdout: states } = await host.exec(
      `systemctl show -p Result,ConditionResult,ActiveState harden-early-${id} harden-deadman-${id}`,
    );
    expect(states).not.toMatch(/ConditionResult=yes|ActiveState=(active|failed|activating)/);
    for (const words of [["plan"], ["verify"], ["audit"]]) {
      const said = await run(words[0]!, root(), "--profile", sysctl);
      expect(said.stdout + said.stderr, words[0]).toContain(id);
    }
    const runs = await run("runs", root());
    expect(runs.stdout).toContain(id);
    // A new run works beside them, and at its reboot they do nothing either.
    const again = await run("apply", root(), "--profile", updates, "--yes", "--no-confirm");
    expect(again.code, again.stderr).toBe(0);
    await host.restart({ hard: true });
    await host.exec(
      "until ! ls /var/lib/harden/pending/* /var/lib/harden/rolling/* 2>/dev/null; do sleep 0.2; done",
    );
    expect((await host.exec("systemctl list-units --failed --no-legend 'harden-*'")).stdout).toBe("");
    expect((await host.exec("ls /etc/sysctl.d /etc/apt/apt.conf.d")).stdout.match(/\S*harden\S*/g)).toEqual([
      "99-zz-harden.conf",
    ]);
    await host.exec("rm -rf /var/lib/harden");
    const gone = await run("uninstall", root(), "--yes");
    expect(gone.code, gone.stderr).toBe(0);
    expect(await units()).toBe("");
    expect((await run("plan", root(), "--profile", sysctl)).stdout).not.toContain(id);
  }, 240_000);

  interface Row {
    readonly folder: string;
    readonly section: string;
    /** Some checks that pass now. */
    readonly checks: readonly string[];
    readonly blocks?: true;
  }

  const rows: readonly Row[] = [
    { folder: "/etc/ufw", section: "firewall: {}", checks: ["firewall.default-incoming-ipv4"], blocks: true },
    { folder: "/etc/ssh/sshd_config.d", section: "ssh: {}", checks: ["ssh.permit-root-login"], blocks: true },
    { folder: "/root/.ssh", section: "ssh: {}", checks: ["ssh.permit-root-login"], blocks: true },
    { folder: "/etc/sysctl.d", section: "sysctl: {}", checks: ["sysctl.tcp-syncookies"] },
    { folder: "/etc/fail2ban", section: "fail2ban: {}", checks: ["fail2ban.running"] },
    { folder: "/var/log/journal", section: "logging: {}", checks: ["logging.persistent"] },
  ];

  test("what a reset would lose is until the next boot, and blocks where the way in depends on it", async () => {
    for (const { folder, section, checks, blocks } of rows) {
      const profile = profileFile(section);
      const copy = "/mnt/copy";
      const made = await host.exec(
        `mkdir -p ${copy} ${folder}; mount -t tmpfs none ${copy}; cp -a ${folder}/. ${copy}; chmod --reference=${folder} ${copy}; mount --move ${copy} ${folder}`,
      );
      expect(made, folder).toMatchObject({ code: 0, stderr: "" });
      const planned = await run("plan", root(), "--profile", profile, "--format", "json");
      const { findings } = JSON.parse(planned.stdout)[0].value;
      const level = blocks ? "block" : "warn";
      expect(findings, folder).toContainEqual(expect.objectContaining({ id: "host.storage", level }));
      const applied = await run("apply", root(), "--profile", profile, "--yes");
      expect(applied.code, `${folder}: ${applied.stdout}${applied.stderr}`).toBe(blocks ? 3 : 2);
      const verified = await run("verify", root(), "--profile", profile, "--format", "json");
      expect(verified.code, folder).toBe(2);
      const found = JSON.parse(verified.stdout)[0].value.checks as { id: string; verdict: string }[];
      const verdicts = found.map(({ id, verdict }) => `${id} ${verdict}`);
      if (!blocks) for (const id of checks) expect(verdicts, folder).toContain(`${id} until the next boot`);
      // That of the host is about who can change files, by what is there now.
      expect(verdicts.filter((each) => each.endsWith(" pass") && !each.startsWith("host."))).toEqual(
        folder === "/var/log/journal" ? ["logging.bounded pass"] : [],
      );
    }
    // And so it is.
    await host.restart({ hard: true });
    const after = await host.exec("iptables -S INPUT | head -n 1; ls /etc/sysctl.d /etc/fail2ban/jail.d");
    expect(after.stdout).toContain("-P INPUT ACCEPT");
    expect(after.stdout).not.toContain("harden");
  }, 400_000);

  test("what a run keeps on the file system of /etc/ssh is no change that sshd has not read", async () => {
    const made = await host.exec(
      `cp -a /etc/ssh/. /mnt/disk; echo '/mnt/disk /etc/ssh none bind 0 0' >>/etc/fstab; systemctl daemon-reload; systemctl start etc-ssh.mount`,
    );
    expect(made).toMatchObject({ code: 0, stderr: "" });
    const profile = profileFile("ssh: {}");
    const applied = await run("apply", root(), "--profile", profile, "--yes");
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    expect((await run("verify", root(), "--profile", profile)).code).toBe(0);
    expect((await run("rollback", root(), "--yes")).code).toBe(0);
    expect((await host.exec("find /etc/ssh/ -name '*harden*'")).stdout).toBe("");
    expect((await run("apply", root(), "--profile", profile, "--yes")).code).toBe(0);
  }, 200_000);

  test("a tmpfs that the next boot mounts counts, and one that nothing depends on does not", async () => {
    const verify = ["verify", root(), "--profile", sysctl];
    await host.exec("mkdir -p /srv/fast; mount -t tmpfs none /srv/fast");
    expect((await run("apply", root(), "--profile", sysctl, "--yes")).code).toBe(0);
    await host.exec("echo 'tmpfs /etc/sysctl.d tmpfs defaults 0 0' >>/etc/fstab");
    expect((await run(...verify)).code).toBe(2);
    await host.restart();
    expect((await host.exec("ls /etc/sysctl.d")).stdout).toBe("");
  }, 200_000);
});
