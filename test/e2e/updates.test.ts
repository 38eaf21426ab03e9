import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { type Distro, hasDocker, startHost, type TestHost } from "./hosts.ts";

describe.skipIf(!hasDocker()).each(["debian12", "debian13"] as Distro[])("updates on %s", (distro) => {
  const profile = profileFile("updates:\n  mail: root\n");
  const codename = distro === "debian12" ? "bookworm" : "trixie";
  let host: TestHost;

  beforeAll(async () => {
    host = await startHost(distro, "full");
    // What the guides say, with the distribution's own list switched off.
    await host.exec(
      `sed -i '/origin=Debian/d' /etc/apt/apt.conf.d/50unattended-upgrades
      echo 'Unattended-Upgrade::Allowed-Origins { "\${distro_id}:\${distro_codename}-security"; };' >/etc/apt/apt.conf.d/51guide
      sed -i s/1/0/ /etc/apt/apt.conf.d/20auto-upgrades
      systemctl disable --now apt-daily.timer; systemctl stop apt-daily-upgrade.timer`,
    );
  });
  afterAll(() => host?.remove());

  const run = (command: string, ...args: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...args], { timeoutMs: 110_000 });
  const dryRun = async () => (await host.exec("unattended-upgrade --dry-run --debug 2>&1")).stdout;

  test("the guides' origins match nothing on Debian, and verify says so", async () => {
    expect(await dryRun()).toContain("No packages found that can be upgraded unattended");
    const { code, stdout } = await run("verify");
    expect(code).toBe(2);
    expect(stdout).toMatch(/fail +updates\.origins-match/);
    expect(stdout).toContain(`n=${codename}-security,l=Debian-Security`);
    for (const id of ["package-lists", "daily", "timers", "mail"])
      expect(stdout, id).toMatch(new RegExp(`fail +updates\\.${id}`));
  });

  test("after an apply a dry run takes the security update, and only that", async () => {
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain("updates.no-mailer");
    const dry = await dryRun();
    expect(dry).toMatch(/Packages that will be upgraded: harden-probe\n/);
    expect(dry).toContain(
      `Allowed origins are: origin=Debian,codename=${codename}-security,label=Debian-Security\n`,
    );
    expect((await run("verify")).code).toBe(0);
    expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
    const timers = await host.exec(
      "systemctl is-enabled apt-daily.timer; systemctl is-active apt-daily-upgrade.timer",
    );
    expect(timers.stdout).toBe("enabled\nactive\n");
  });

  test("what sorts after our file, and a masked job, block", async () => {
    await host.exec(
      `echo 'Unattended-Upgrade::Mail "";' >/etc/apt/apt.conf.d/zzz; systemctl mask apt-daily-upgrade.service`,
    );
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code).toBe(3);
    expect(stdout + stderr).toContain("/etc/apt/apt.conf.d/zzz: unattended-upgrade::mail");
    expect(stdout + stderr).toContain("apt-daily-upgrade.service is masked");
    expect((await run("verify")).stdout).toMatch(/fail +updates\.timers/);
    await host.exec("rm /etc/apt/apt.conf.d/zzz; systemctl unmask apt-daily-upgrade.service");
  });

  test("debconf asks nothing, and leaves our files alone, when the package is configured anew", async () => {
    const files = "sha256sum /etc/apt/apt.conf.d/20auto-upgrades /etc/apt/apt.conf.d/zz-harden*";
    const before = (await host.exec(files)).stdout;
    const { code, stdout, stderr } = await host.exec(
      "dpkg-reconfigure --frontend=noninteractive unattended-upgrades 2>&1; ls /etc/apt/apt.conf.d/*ucf*",
    );
    expect(code, stdout + stderr).not.toBe(0);
    expect((await host.exec(files)).stdout).toBe(before);
  });
});
