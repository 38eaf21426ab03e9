/** What users of a host can do to whoever reads it: no plan is stalled, blinded or misled, and nothing stays behind. */
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorizedKeys, type KeyFile } from "../../src/facts/accounts.ts";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { readFact } from "../../src/facts/probe.ts";
import { library } from "../../src/host/library.ts";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF1h7HO4ATrWMyVQgzoTJjOkGkB8Ur5Si5RPvCB3mN5j";

interface Hostile {
  readonly name: string;
  /** Run as the user in the home folder: makes $keys. */
  readonly make: string;
  readonly unread: string;
}

/** No more than 14 of them: 16 accounts of a host are looked at. */
const users: readonly Hostile[] = [
  { name: "kmsg", make: "ln -s /proc/kmsg $keys", unread: "permission denied" },
  { name: "shadowed", make: "ln -s /etc/shadow $keys", unread: "permission denied" },
  { name: "rooted", make: "ln -s /etc/rooted $keys", unread: "permission denied" },
  { name: "fifo", make: "mkfifo $keys", unread: "it is no regular file" },
  { name: "device", make: "ln -s /dev/zero $keys", unread: "it is no regular file" },
  { name: "folder", make: "mkdir $keys", unread: "it is no regular file" },
  { name: "circle", make: "ln -s authorized_keys $keys", unread: "too many levels of symbolic links" },
  { name: "sparse", make: "truncate -s 1T $keys", unread: "it is longer than 262144 bytes" },
  {
    name: "many",
    make: `i=0; while [ $i -lt 2000 ]; do echo '${key}'; i=$((i + 1)); done >$keys`,
    unread: "it holds more keys than are looked at",
  },
  {
    // Whoever opens a file under a lease waits for its holder, 45 s at most.
    name: "lease",
    make: `echo x >$keys; perl -e 'open F, "+<", ".ssh/authorized_keys"; fcntl(F, 1024, 1) or die; $SIG{IO} = "IGNORE"; open(R, ">", "ready"); sleep 900' >/dev/null 2>&1 & until [ -e ready ]; do sleep 0.05; done`,
    unread: "resource temporarily unavailable",
  },
  { name: "stalled", make: ":", unread: "reading it took more than 1.5 s" },
];

/** A file system in a home folder that never answers. */
const stall = `cat >/run/stall.sh <<'END'
exec 3<>/dev/fuse
mount -i -n -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0,allow_other none /home/stalled
exec sleep 900
END
systemd-run -q --unit stall sh /run/stall.sh; until grep -q ' /home/stalled ' /proc/mounts; do sleep 0.05; done`;

/** The path of the link's end is text of the user's: it begins no line of ours. */
const named = `d=$(printf 'a b\\nc 41ed 0 0 /'); mkdir -p "$d"; echo '${key}' >"$d/k"; ln -s "$PWD/$d/k" $keys`;

describe.skipIf(!hasDocker())("users of a host", () => {
  let host: TestHost;
  const exec = async (script: string) => {
    const { code, stdout, stderr } = await host.exec(script, { timeoutMs: 300_000 });
    if (code !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
    return stdout;
  };
  const processes = async () =>
    // What sorts them is none of them.
    (await exec("ps -e -o user:20=,comm= >/run/ps; grep -v -e ' ps$' -e ' kworker' /run/ps | sort")).split(
      "\n",
    );
  let before: readonly string[];
  beforeAll(async () => {
    host = await startHost("debian13", "bare");
    await exec(`echo '${key}' >/etc/rooted; chmod 640 /etc/rooted`);
    const lines = [...users, { name: "named", make: named }].map(
      ({ name, make }) => `useradd -m -s /bin/sh ${name}; cat >/home/${name}/make <<'END'
cd; mkdir -m 700 .ssh; keys=.ssh/authorized_keys
${make}
END
runuser -u ${name} -- sh /home/${name}/make </dev/null`,
    );
    await exec(["set -e", ...lines, "echo stalled:Stalled-1 | chpasswd", stall].join("\n"));
    before = await processes();
  });
  afterAll(() => host?.remove());

  async function keys() {
    const probe = authorizedKeys({
      login: "root",
      planned: "admin",
      address: "",
      serverAddress: "",
      serverPort: "",
    });
    const nonce = "0".repeat(32);
    const { stdout, stderr } = await host.exec("sh", {
      stdin: `${library}\n${collectScript([probe], nonce)}`,
    });
    const output = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), nonce };
    const fact = readFact(parseCollected([probe], output).facts, probe);
    if (fact.state !== "present") throw new Error(JSON.stringify(fact));
    const first = (user: string) =>
      fact.value.find((file) => file.user === user && file.path.endsWith("/authorized_keys"));
    return (user: string): KeyFile | undefined => first(user);
  }

  test("what they made of their keys is said, and never taken for keys or for none", async () => {
    const of = await keys();
    expect(users.map(({ name }) => `${name}: ${of(name)?.unread}`)).toEqual(
      users.map(({ name, unread }) => `${name}: ${unread}`),
    );
    expect(of("shadowed")?.lines).toEqual([]);
    expect(of("many")?.lines.length).toBeGreaterThan(100);
    expect(of("named")).toMatchObject({ lines: [key] });
    expect(of("named")?.steps.map(({ path }) => path)).toEqual([
      "/home/named/a b?c 41ed 0 0 /k",
      "/home/named/a b?c 41ed 0 0 ",
      ...["/home/named", "/home", "/"],
    ]);
    expect(of("admin")?.lines).toHaveLength(1);
    // What was cut off after its time may be on its way out.
    await waitUntil("no process is left", async () => isDeepStrictEqual(await processes(), before));
  });

  test("a plan comes all the same, in its time, and nothing stays behind", async () => {
    const file = profileFile("ssh: {}\n");
    const started = Date.now();
    const plan = await harden(host, ["plan", host.target("admin"), "--profile", file, "--format", "json"]);
    expect(Date.now() - started).toBeLessThan(45_000);
    expect(plan.code, plan.stderr).toBe(0);
    const [{ value }] = JSON.parse(plan.stdout);
    expect(value.findings.filter(({ level }: { level: string }) => level === "block")).toEqual([]);
    await exec("until ! pgrep -u root -x perl; do sleep 0.1; done");
    const ssh = /sshd|systemd|sd-pam/;
    const now = await processes();
    expect(now.filter((line) => !ssh.test(line))).toEqual(before.filter((line) => !ssh.test(line)));
  });
});

/** Four loops of any user's keep systemd from every job: it comes to one when nobody asks it anything. */
const flood = `until test -e /run/flood; do sleep 0.1; done
for i in 1 2 3 4; do
  while :; do busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager ListUnitFiles; done &
done >/dev/null 2>&1; wait`;

describe.skipIf(!hasDocker())("a user who keeps systemd busy", { timeout: 300_000 }, () => {
  let host: TestHost;
  afterAll(() => host?.remove());

  test("keeps nothing that is not confirmed: files, kernel values and sshd are back in their time", async () => {
    host = await startHost("debian13", "bare");
    await must(host, `useradd -m eve && cat >/usr/local/bin/flood <<'END'\n${flood}\nEND`);
    await must(host, "systemd-run -q --unit flood --uid eve sh /usr/local/bin/flood");
    const hungUp = "journalctl -t sshd -o cat | grep -c SIGHUP || :";
    const look = (told: string) =>
      must(host, `cat /proc/sys/net/ipv4/conf/all/log_martians; sshd -T | grep -i maxauthtries; ${told}`);
    const before = await look("echo 2");
    const profile = profileFile("ssh: {maxAuthTries: 5}\nsysctl: {logMartians: true}\n");
    const applied = await harden(host, [
      ...["apply", host.target("root"), "--profile", profile, "--yes"],
      ...["--no-confirm", "--confirm-timeout", "10"],
    ]);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await must(host, "touch /run/flood; until pgrep -u eve busctl; do sleep 0.1; done");
    expect(await look("echo 2")).not.toBe(before);
    await waitUntil("all of it is back", async () => (await look(hungUp)) === before);
    // None of it has waited for the end of that.
    await must(host, "until pgrep -u eve busctl; do sleep 0.1; done; pkill -u eve");
    await untilSettled(host);
    expect(await outcome(host)).toBe("rolled-back clean timeout");
  });
});

/** Any user's, for 25 s: more connections to the system bus than it lets wait, none of which says who it is. */
const idle = `use Socket;
for my $each (1 .. 300) {
  socket(my $s, PF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un("/run/dbus/system_bus_socket")) or die; syswrite $s, "\\0"; push @all, $s;
}
alarm 25; sleep`;

describe.skipIf(!hasDocker())("a user who keeps the system bus busy", { timeout: 300_000 }, () => {
  let host: TestHost;
  afterAll(() => host?.remove());

  test("holds a login up, which is waited for: verify comes to its end, and says what it waits for", async () => {
    host = await startHost("debian12", "bare");
    await must(host, `useradd -m eve && cat >/usr/local/bin/idle <<'END'\n${idle}\nEND`);
    await must(host, "systemd-run -q --collect --unit idle --uid eve perl /usr/local/bin/idle");
    await waitUntil("the bus takes no more", async () => {
      return (await host.exec("timeout 1 busctl status")).code === 124;
    });
    const profile = profileFile("ssh: {}\n");
    const looked = await harden(host, ["verify", host.target("root"), "--profile", profile, "--quiet"]);
    expect(looked.stderr).toMatch(/sshd let the login in 10 s ago/);
    expect(looked.code, looked.stdout).toBe(2);
  });
});

/** Listens on a port as soon as it is free: a socket of each family, as sshd has them. */
const grab = `use Socket;
while (!$v4 || !$v6) {
  unless ($v6) { socket($x, PF_INET6, SOCK_STREAM, 0); setsockopt($x, 41, 26, 1); $v6 = $x if bind($x, pack_sockaddr_in6(2222, "\\0" x 16)) && listen($x, 5); undef $x }
  unless ($v4) { socket($x, PF_INET, SOCK_STREAM, 0); $v4 = $x if bind($x, sockaddr_in(2222, INADDR_ANY)) && listen($x, 5); undef $x }
  select undef, undef, undef, 0.0005;
}
sleep`;

describe.skipIf(!hasDocker())("a user who waits for a port of sshd's", { timeout: 300_000 }, () => {
  let host: TestHost;
  afterAll(() => host?.remove());
  const value = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
  const at2222 = () => must(host, "ss -Hltnp 'sport = :2222' | sed 's/.*((\"//; s/\".*//' | sort -u");
  const start = async () => (await must(host, `cat ${value}`)).trim();
  const grabs = () => must(host, "systemd-run -q --collect --unit grab --uid eve perl /usr/local/bin/grab");
  const move = (...more: string[]) =>
    harden(host, [
      ...["apply", `${host.target("root")}:2222`, "--profile", profileFile("ssh: {port: 22}\n"), "--yes"],
      ...more,
    ]);
  const moveAndWait = async () => {
    const applied = await move("--no-confirm", "--confirm-timeout", "10");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
  };

  test("gets none that a rollback comes back to", async () => {
    host = await startHost("debian12", "bare");
    await must(
      host,
      `useradd -m eve && cat >/usr/local/bin/grab <<'END'\n${grab}\nEND
      echo 1024 >${value}; sed -i '1i Port 2222' /etc/ssh/sshd_config && systemctl restart ssh`,
    );
    await grabs();
    await moveAndWait();
    expect([await at2222(), await start()]).toEqual(["", "2223"]);
    await untilSettled(host);
    expect(await outcome(host)).toBe("rolled-back clean timeout");
    expect([await at2222(), await start()]).toEqual(["sshd\n", "1024"]);
  });

  test("is ended when it has one all the same, and named", async () => {
    await moveAndWait();
    await must(
      host,
      `echo 1024 >${value}; until ss -Hltnp 'sport = :2222' | grep -q perl; do sleep 0.1; done`,
    );
    await untilSettled(host);
    expect(await outcome(host)).toBe("rolled-back notes timeout");
    expect([await at2222(), await start()]).toEqual(["sshd\n", "1024"]);
    const { stdout } = await harden(host, ["runs", `${host.target("root")}:2222`, "--format", "json"]);
    expect(stdout).toContain("port-taken");
    expect(stdout).not.toContain("not-restored");
  });

  test("has it from the confirm on", async () => {
    const { stdout } = await move("--no-confirm", "--confirm-timeout", "60");
    const [, run = ""] = /applied as run ([\w-]+)/.exec(stdout) ?? [];
    const confirmed = await harden(host, ["confirm", host.target("root"), run]);
    expect(confirmed, confirmed.stdout + confirmed.stderr).toMatchObject({ code: 0 });
    expect(await start()).toBe("1024");
    await grabs();
    await waitUntil("it listens there", async () => (await at2222()) === "perl\n");
  });
});
