import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample } from "../setup/sample.ts";
import { bothDistros, hasDocker, opPassword, startHost, startPeer, type TestHost } from "./hosts.ts";
import { runProgram } from "./process.ts";

function ssh(host: TestHost, user: string, command: string, stdin = "") {
  const args = ["-F", `${host.home}/.ssh/config`, "-o", "BatchMode=yes", "-l", user, host.name, command];
  return runProgram("ssh", args, { stdin, timeoutMs: 20_000 });
}

describe.skipIf(!hasDocker()).each(sample("hosts", bothDistros, 1))("%s", (distro) => {
  const hosts = new Map<string, TestHost>();
  const bare = () => hosts.get("bare")!;
  const full = () => hosts.get("full")!;

  beforeAll(async () => {
    for (const flavour of ["bare", "full"] as const) hosts.set(flavour, await startHost(distro, flavour));
  });
  afterAll(async () => {
    for (const host of hosts.values()) await host.remove();
  });

  test("systemd is the first process and has nothing that failed", async () => {
    const { stdout } = await bare().exec(
      "cat /proc/1/comm; systemctl is-system-running; systemctl --failed --quiet",
    );
    expect(stdout).toBe("systemd\nrunning\n");
    // The one exception is true of any container: the kernel audits nothing there.
    const failed = await full().exec("systemctl --failed --plain --no-legend | cut -d' ' -f1");
    expect(failed.stdout.replace(/^audit(d|-rules)\.service\n/, "")).toBe("");
  });

  test("three users log in with the key, and sudo is as promised", async () => {
    expect((await ssh(bare(), "root", "id -un")).stdout).toBe("root\n");
    expect((await ssh(bare(), "admin", "sudo -n id -un")).stdout).toBe("root\n");
    const refused = await ssh(bare(), "op", "sudo -n id -un");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    const asked = await ssh(bare(), "op", "sudo -S id -un", `${opPassword}\n`);
    expect(asked).toMatchObject({ code: 0, stdout: "root\n" });
  });

  test("what is the machine's own is read-only, the network is the host's", async () => {
    for (const key of ["kernel/panic", "vm/swappiness", "fs/suid_dumpable"]) {
      const { code } = await full().exec(`cat /proc/sys/${key} | tee /proc/sys/${key}`);
      expect(code, key).not.toBe(0);
    }
    const own = await full().exec("echo 1 | tee /proc/sys/net/ipv4/conf/all/log_martians");
    expect(own.code).toBe(0);
  });

  test("a bare host installs packages without a network", async () => {
    expect((await bare().exec("command -v ufw fail2ban-client auditctl unattended-upgrade")).stdout).toBe("");
    await bare().exec("ip route del default");
    const packages = "ufw fail2ban python3-systemd auditd unattended-upgrades";
    const { code, stderr } = await bare().exec(
      `DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 ${packages}`,
      { timeoutMs: 120_000 },
    );
    expect(code, stderr).toBe(0);
  });

  test("fail2ban runs with the distribution's own jail, and bans", async () => {
    const { stdout } = await full().exec("fail2ban-client status sshd");
    expect(stdout).toContain("Currently banned");
    const banned = await full().exec(
      "fail2ban-client set sshd banip 192.0.2.7 && fail2ban-client status sshd",
    );
    expect(banned.stdout).toContain("192.0.2.7");
  });

  test("ufw drops a peer's packet, and lets the controller's connection be", async () => {
    const peer = await startPeer(full());
    try {
      expect(await peer.knock(full().address, 22)).toBe("open");
      expect(await peer.knock(full().address, 80)).toBe("refused");
      const enable = `ufw allow proto tcp from ${full().controller} to any port 22 && ufw --force enable`;
      expect((await full().exec(enable)).code).toBe(0);
      expect(await peer.knock(full().address, 22)).toBe("silent");
      expect((await ssh(full(), "root", "true")).code).toBe(0);
      const { address6 } = full();
      if (address6) expect(await peer.knock(address6, 22)).toBe("silent");
    } finally {
      await full().exec("ufw --force disable");
      await peer.remove();
    }
  });

  test("unattended-upgrades accepts the security origin", async () => {
    const { stdout } = await full().exec("unattended-upgrade --dry-run -v", { timeoutMs: 60_000 });
    expect(stdout).toMatch(/Packages that will be upgraded: harden-probe/);
  });

  test.each([{ hard: false }, { hard: true }])("comes back from a restart, $hard", async (options) => {
    const id = "cat /proc/sys/kernel/random/boot_id";
    const before = await full().exec(`touch /run/gone /etc/stays; ${id}`);
    await full().restart(options);
    expect((await full().exec("ls /run/gone /etc/stays")).stdout).toBe("/etc/stays\n");
    expect((await full().exec(id)).stdout).not.toBe(before.stdout);
    expect((await ssh(full(), "admin", "true")).code).toBe(0);
  });
});
