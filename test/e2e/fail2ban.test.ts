import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { type Distro, hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { waitUntil } from "./wait.ts";

/** Logins of a user that isn't there; sshd logs each. */
const fail = (peer: Peer, host: TestHost, times: number) =>
  peer.exec(
    `for i in $(seq ${times}); do
      ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 \
        intruder@${host.address} true
    done`,
  );

describe.skipIf(!hasDocker()).each(["debian12", "debian13"] as Distro[])("fail2ban on %s", (distro) => {
  let host: TestHost;
  let enemy: Peer;
  let friend: Peer;
  let profile: string;

  beforeAll(async () => {
    host = await startHost(distro, "full");
    [enemy, friend] = await Promise.all([startPeer(host), startPeer(host)]);
    profile = profileFile(
      `access:\n  from: [${host.controller}/32]\nfail2ban:\n  maxRetry: 3\n  ignoreIp: [${friend.address}]\n`,
    );
  });
  afterAll(async () => {
    for (const each of [host, enemy, friend]) await each?.remove();
  });

  const run = (command: string, ...args: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...args], { timeoutMs: 110_000 });
  const output = async (script: string) => (await host.exec(script)).stdout;
  const jail = (name: string) => output(`fail2ban-client get sshd ${name}`);
  const kernel = () => output("iptables-save | grep f2b; nft list ruleset | grep -A9 f2b-table");

  async function applied() {
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(0);
    const after = await run("plan", "--detailed-exitcode");
    expect(after.code, after.stdout + after.stderr).toBe(0);
    const verified = await run("verify");
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  }

  test("three failures are a ban, unless the profile spares the address", async () => {
    expect((await jail("maxretry")).trim()).toBe("5");
    expect((await run("verify")).code).toBe(2);
    await applied();
    expect((await jail("bantime")).trim()).toBe("86400");
    expect(await enemy.knock(host.address, 22)).toBe("open");
    await fail(friend, host, 6);
    await fail(enemy, host, 3);
    await waitUntil("the ban", async () => (await enemy.knock(host.address, 22)) === "refused", 30_000);
    expect(await kernel()).toContain(enemy.address);
    // The friend's failures came first, so they have been read by now.
    expect(await friend.knock(host.address, 22)).toBe("open");
    expect(await output("fail2ban-client status sshd")).not.toContain(friend.address);
  });

  test("asking the server leaves nothing in its log, and an apply with nothing to do leaves it alone", async () => {
    const trace =
      "cat /var/log/fail2ban.log; systemctl show -p MainPID fail2ban; stat -c %y /etc/fail2ban/*.local";
    const before = await output(trace);
    expect((await run("apply", "--yes")).code).toBe(0);
    expect(await output(trace)).toBe(before);
  });

  test("a value changed by hand in the running jail is set back, and the ban stays", async () => {
    await host.exec(
      "fail2ban-client set sshd maxretry 9; fail2ban-client set sshd addignoreip 203.0.113.0/24",
    );
    const { code, stdout } = await run("plan", "--detailed-exitcode");
    expect(code).toBe(2);
    expect(stdout).toContain("The running jail differs: maxretry is 9 instead of 3; ignoreip is");
    await applied();
    expect((await jail("maxretry")).trim()).toBe("3");
    expect(await jail("ignoreip")).not.toContain("203.0.113");
    expect(await enemy.knock(host.address, 22)).toBe("refused");
  });

  test("a port that was changed with a reload, which leaves the old one in the kernel", async () => {
    const rule = async () => (await kernel()).match(/dports? (\{[^}]*\}|\S+)/)?.[1];
    const before = await rule();
    await host.exec(
      "sed -i 's/^port = .*/port = 2022/' /etc/fail2ban/jail.local; systemctl restart fail2ban; sleep 1",
    );
    await waitUntil("the ban is back", async () => ((await rule()) ?? before) !== before, 20_000);
    await host.exec("sed -i 's/^port = .*/port = 22/' /etc/fail2ban/jail.local; systemctl reload fail2ban");
    expect(await rule()).toBe("2022");
    expect(await enemy.knock(host.address, 22)).toBe("open");
    expect((await run("verify")).stdout).toContain("but 2022 in the kernel's rules");
    await applied();
    await waitUntil(
      "the ban closes 22",
      async () => (await enemy.knock(host.address, 22)) === "refused",
      20_000,
    );
  });

  test("a second port of sshd is closed to who is banned", async () => {
    await host.exec(
      "printf 'Port 22\\nPort 2222\\n' >/etc/ssh/sshd_config.d/10-ports.conf; systemctl reload ssh || systemctl restart ssh",
    );
    await waitUntil("sshd listens", async () => (await friend.knock(host.address, 2222)) === "open", 20_000);
    expect(await enemy.knock(host.address, 2222)).toBe("open");
    const { stdout } = await run("plan");
    expect(stdout).toContain("port = 22,2222");
    await applied();
    await waitUntil(
      "the ban closes 2222",
      async () => (await enemy.knock(host.address, 2222)) === "refused",
      20_000,
    );
    expect(await enemy.knock(host.address, 22)).toBe("refused");
  });

  test("somebody's own jail.local stays, and ours goes beside it", async () => {
    const theirs = "[DEFAULT]\nbantime = 5m\n\n[sshd]\nmaxretry = 50\n";
    await host.exec("cat >/etc/fail2ban/jail.local; systemctl reload fail2ban", { stdin: theirs });
    await applied();
    expect(await output("cat /etc/fail2ban/jail.local")).toBe(theirs);
    expect((await jail("maxretry")).trim()).toBe("3");
    await host.exec("printf '[sshd]\\nfindtime = 5\\n' >/etc/fail2ban/jail.d/zzz.local");
    const blocked = await run("apply", "--yes");
    expect(blocked.code).toBe(3);
    expect(blocked.stdout + blocked.stderr).toContain("zzz.local is read after");
  });
});
