/** The host runtime on real hosts: systemd keeps its promise when nobody else can. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { Preimage } from "../../src/facts/files.ts";
import { type HostEvent, parseEvent } from "../../src/host/events.ts";
import { runtimeText as runtime } from "../../src/host/runtime.ts";
import {
  beginScript,
  confirmScript,
  continueScript,
  type Run,
  rollbackScript,
  type ScriptWork,
  statusScript,
} from "../../src/host/script.ts";
import { HostOnly } from "../../src/host-only.ts";
import type { Step } from "../../src/kinds/index.ts";
import { sample, sampleRows } from "../setup/sample.ts";
import { bothDistros, type Flavour, hasDocker, startHost, startPeer, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";

const root = { owner: "root", group: "root" };
let host: TestHost;

afterEach(async () => host.remove());

async function send(text: string) {
  const { stdout, stderr } = await host.exec("sh -s", {
    stdin: `transport() {\n${text}\n}\ntransport </dev/null\n`,
    timeoutMs: 180_000,
  });
  const events: HostEvent[] = stdout.split("\n").flatMap((line) => parseEvent(line) ?? []);
  const end = events.find((event) => event.event === "end");
  return { events, stderr, stdout, outcome: end?.event === "end" ? end.outcome : "none" };
}

const run = (id: string, more: Partial<Run> = {}): Run => ({
  id,
  who: "tester@controller",
  target: host.name,
  profile: { name: "test", digest: "0".repeat(64) },
  tool: "0.1.0",
  confirmTimeoutSeconds: 60,
  applyTimeoutSeconds: 60,
  ...more,
});

const work = (...steps: Step[]): ScriptWork[] =>
  steps.map((step, index) => ({ address: `test/${step.verb}:${index + 1}`, stage: "files", steps: [step] }));

async function before(path: string): Promise<Preimage> {
  const { code, stdout } = await host.exec(`base64 -w0 '${path}' && stat -c ' %04a %U %G' '${path}'`);
  if (code !== 0) return { state: "absent" };
  const [content = "", mode = "", owner = "", group = ""] = stdout.trim().split(" ");
  const sha256 = createHash("sha256").update(Buffer.from(content, "base64")).digest("hex");
  return { state: "file", sha256: new HostOnly(sha256), mode, owner, group };
}

async function file(path: string, content: string, mode = "0644"): Promise<Step> {
  const whole = new HostOnly(Buffer.from(content));
  return { verb: "file", path, content: whole, mode, ...root, before: await before(path) };
}

async function sysctl(key: string, value: string): Promise<Step> {
  return { verb: "sysctl", key, value, before: (await host.exec(`sysctl -n ${key}`)).stdout.trim() };
}

const now = () => state((script) => host.exec(script));
const sshDropIn = "/etc/ssh/sshd_config.d/00-test.conf";
/** sshd alone: a container also has the listener of its network's own names. */
const port = async () =>
  (await host.exec("ss -Hltnp | grep sshd | awk '{ print $4 }' | sed 's/.*://' | sort -u")).stdout;

/** sshd on another port, one live value, one file. */
const lockOut = async () =>
  work(
    await file(sshDropIn, "Port 2222\n"),
    await file("/etc/motd", "changed\n"),
    { verb: "check", check: "sshd", words: ["user=root,host=localhost,addr=127.0.0.1"] },
    await sysctl("net.ipv4.conf.all.log_martians", "1"),
    { verb: "service", unit: "ssh", operation: "reload" },
  );

const settled = (id: string) => send(statusScript(id, { until: "run" }));

const distros = sample("runtime", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("the runtime on %s", (distro) => {
  const start = async (flavour: Flavour = "bare") => {
    host = await startHost(distro, flavour);
    return now();
  };

  test("a confirmed run leaves what was planned, and nothing of the tool but the journal", async () => {
    const was = await start();
    const begun = await send(beginScript(run("run-1"), await lockOut(), { runtime }));
    expect(begun).toMatchObject({ outcome: "waiting", stderr: "" });
    expect(await port()).toBe("2222\n");
    expect((await host.exec("systemctl is-active harden-deadman-run-1")).stdout).toBe("active\n");
    expect(await send(confirmScript("run-1"))).toMatchObject({ outcome: "confirmed", stderr: "" });
    await host.exec("sleep 0.5");
    const changed = difference(was, await now()).map((line) => line.replace(/^(. \S+ \S+).*/, "$1"));
    expect([...new Set(changed)].sort()).toEqual([
      "+ content /etc/motd",
      `+ content ${sshDropIn}`,
      `+ file ${sshDropIn}`,
      "+ sysctl net.ipv4.conf.all.log_martians",
      "- content /etc/motd",
      "- sysctl net.ipv4.conf.all.log_martians",
    ]);
    expect((await send(confirmScript("run-1"))).outcome).toBe("confirmed");
  });

  test("nobody confirms: the host rolls back by itself", async () => {
    const was = await start();
    const script = beginScript(run("run-1", { confirmTimeoutSeconds: 2 }), await lockOut(), { runtime });
    expect((await send(script)).outcome).toBe("waiting");
    expect(await port()).toBe("2222\n");
    const end = await settled("run-1");
    expect(end.events).toContainEqual({ run: "run-1", event: "rolled-back", clean: true, why: "timeout" });
    expect(await port()).toBe("22\n");
    await host.exec("sleep 0.5");
    expect(difference(was, await now())).toEqual([]);
    expect((await send(confirmScript("run-1"))).outcome).toBe("too-late");
  });

  test.each(sampleRows("reboots of the runtime", [false, true], 1, String))(
    "a reboot (hard: %s) while pending: rolled back before sshd starts",
    async (hard) => {
      const was = await start();
      expect((await send(beginScript(run("run-1"), await lockOut(), { runtime }))).outcome).toBe("waiting");
      await host.restart({ hard });
      expect(await port()).toBe("22\n");
      const end = await settled("run-1");
      expect(end.events).toContainEqual({ run: "run-1", event: "rolled-back", clean: true, why: "boot" });
      const log = await host.exec("journalctl -b -u ssh --no-pager | grep -c 'port 2222'");
      expect(log.stdout).toBe("0\n");
      await host.exec("sleep 0.5");
      expect(difference(was, await now())).toEqual([]);
    },
  );

  test("a package that the plan doesn't name stops the run before anything changes", async () => {
    const was = await start();
    const install = work({ verb: "install", packages: ["fail2ban", "ufw"], announced: ["ufw"] });
    const begun = await send(beginScript(run("run-1"), install, { runtime }));
    expect(begun).toMatchObject({ outcome: "refused" });
    expect(begun.events).toContainEqual(expect.objectContaining({ event: "refused", code: "more-packages" }));
    expect(difference(was, await now())).toEqual([]);
  });

  test("a group with a fixed number: its files come with it, and it goes where nothing needs it", async () => {
    const was = await start();
    const steps = async () => [
      { verb: "group", name: "ssl-docker", gid: 1002 } as const,
      { ...(await file("/etc/grouped", "x\n")), group: "ssl-docker" } as Step,
    ];
    const begun = await send(beginScript(run("run-1"), work(...(await steps())), { runtime }));
    expect(begun).toMatchObject({ outcome: "waiting", stderr: "" });
    expect((await host.exec("stat -c %g /etc/grouped")).stdout).toBe("1002\n");
    expect(await send(rollbackScript("run-1", ""))).toMatchObject({ outcome: "rolled-back" });
    expect(difference(was, await now())).toEqual([]);
    // Something of somebody else's that goes by it keeps it.
    await send(beginScript(run("run-2"), work(...(await steps())), { runtime }));
    await host.exec("touch /srv/theirs && chgrp 1002 /srv/theirs");
    const back = await send(rollbackScript("run-2", ""));
    expect(back.events).toContainEqual(
      expect.objectContaining({
        event: "note",
        code: "group-kept",
        text: expect.stringContaining("/srv/theirs"),
      }),
    );
    expect(difference(was, await now()).filter((line) => !/gshadow/.test(line))).toEqual([
      expect.stringMatching(/^- content \/etc\/group /),
      "+ group ssl-docker:x:1002:",
      expect.stringMatching(/^\+ content \/etc\/group /),
    ]);
    const again = await send(beginScript(run("run-3"), work(...(await steps())), { runtime }));
    expect(again.events).toContainEqual(expect.objectContaining({ event: "refused", code: "stale" }));
  });

  test("packages come masked, then a second batch; a rollback purges them", async () => {
    const was = await start();
    const packages = ["ufw", "fail2ban", "python3-systemd"];
    const install = work({ verb: "install", packages });
    const begun = await send(beginScript(run("run-1"), install, { runtime, more: true }));
    expect(begun).toMatchObject({ outcome: "more", stderr: "" });
    expect((await host.exec("systemctl is-active fail2ban")).stdout).toBe("inactive\n");
    const steps = work(
      await file("/etc/fail2ban/jail.local", "[sshd]\nenabled = true\nbackend = systemd\n"),
      { verb: "check", check: "fail2ban", words: [] },
      { verb: "service", unit: "fail2ban", operation: "start" },
      await file("/etc/ufw/user.rules", userRules("ufw")),
      await file("/etc/ufw/user6.rules", userRules("ufw6")),
      { verb: "check", check: "ufw", words: [] },
      await file("/etc/ufw/ufw.conf", "ENABLED=yes\nLOGLEVEL=low\n"),
      { verb: "firewall", operation: "enable" },
    );
    const continued = await send(continueScript(run("run-1"), steps, { runtime }));
    expect(continued).toMatchObject({ outcome: "waiting", stderr: "" });
    expect((await host.exec("systemctl is-active fail2ban; ufw status | head -n 1")).stdout).toBe(
      "active\nStatus: active\n",
    );
    const back = await send(rollbackScript("run-1", ""));
    expect(back.events).toContainEqual({ run: "run-1", event: "rolled-back", clean: true, why: "asked" });
    await host.exec("sleep 0.5");
    expect(difference(was, await now())).toEqual([]);
  });

  test.each(sample("signals to the dead-man", ["KILL", "TERM"], 1))(
    "the dead-man dies of %s, and is there again",
    async (signal) => {
      const was = await start();
      const script = beginScript(run("run-1", { confirmTimeoutSeconds: 6 }), await lockOut(), { runtime });
      expect((await send(script)).outcome).toBe("waiting");
      const killed = await host.exec(
        `systemctl kill --kill-whom=main -s ${signal} harden-deadman-run-1; sleep 2; systemctl is-active harden-deadman-run-1`,
      );
      expect(killed.stdout).toBe("active\n");
      const end = await settled("run-1");
      expect(end.events).toContainEqual({ run: "run-1", event: "rolled-back", clean: true, why: "timeout" });
      await host.exec("sleep 0.5");
      expect(difference(was, await now())).toEqual([]);
    },
  );

  test("the apply dies: rolled back at once, not at its time-out", async () => {
    const was = await start();
    const steps = [...(await lockOut()), ...work({ verb: "service", unit: "slow", operation: "start" })];
    await host.exec(
      "printf '[Service]\\nType=oneshot\\nExecStart=/bin/sleep 30\\n' >/run/systemd/system/slow.service; systemctl daemon-reload",
    );
    const begun = send(beginScript(run("run-1", { applyTimeoutSeconds: 600 }), steps, { runtime }));
    await host.exec(`until grep -q 'step 6 start' /var/lib/harden/runs/run-1/events; do sleep 0.1; done
      systemctl kill -s KILL harden-apply-run-1`);
    expect((await begun).events).toContainEqual(
      expect.objectContaining({ event: "rolled-back", clean: true, why: "apply-died" }),
    );
    await host.exec("systemctl stop slow; rm /run/systemd/system/slow.service; systemctl daemon-reload");
    expect(difference(was, await now())).toEqual([]);
  });

  test("power lost in the middle of an installation, and once more in the rollback", async () => {
    const was = await start();
    const install = work({ verb: "install", packages: ["fail2ban", "python3-systemd", "ufw"] });
    const begun = send(beginScript(run("run-1"), install, { runtime, more: true }));
    await host.exec(`until grep -q 'step 1 start' /var/lib/harden/runs/run-1/events; do sleep 0.05; done 2>/dev/null
      until pgrep -x dpkg >/dev/null; do sleep 0.02; done; sleep 0.7`);
    await host.restart({ hard: true });
    await begun;
    await host.exec("until grep -q ' rolling ' /var/lib/harden/runs/run-1/events; do sleep 0.05; done");
    await host.restart({ hard: true });
    const end = await settled("run-1");
    expect(end.events).toContainEqual(expect.objectContaining({ event: "rolled-back", clean: true }));
    await host.exec("sleep 0.5");
    expect((await host.exec("dpkg --audit")).stdout).toBe("");
    expect(difference(was, await now())).toEqual([]);
  });
});

const foreign = (name: string) =>
  `iptables -w -N ${name}; iptables -w -A ${name} -s 192.0.2.1 -j DROP; iptables -w -I FORWARD 1 -j ${name}`;
const foreignRules = async () => (await host.exec("iptables-save -t filter | grep -e DOCKER -e f2b")).stdout;

const enable = async () =>
  work(
    await file("/etc/ufw/user.rules", userRules("ufw")),
    await file("/etc/ufw/user6.rules", userRules("ufw6")),
    await file("/etc/ufw/ufw.conf", "ENABLED=yes\nLOGLEVEL=low\n"),
    { verb: "firewall", operation: "enable" },
  );

describe.skipIf(!hasDocker()).each(distros)("the firewall on %s", (distro) => {
  const start = async () => {
    host = await startHost(distro, "full");
  };

  test("others' rules stay, those from before the run and those from inside the window", async () => {
    await start();
    await host.exec(
      `systemctl stop fail2ban; ${foreign("DOCKER-USER")}; sysctl -w net.ipv4.conf.all.log_martians=1`,
    );
    const was = await now();
    expect((await send(beginScript(run("run-1"), await enable(), { runtime }))).outcome).toBe("waiting");
    await host.exec(`${foreign("f2b-sshd")}; iptables -w -A DOCKER-USER -s 192.0.2.2 -j DROP`);
    const others = await foreignRules();
    const back = await send(rollbackScript("run-1", ""));
    expect(back.events).toContainEqual(expect.objectContaining({ event: "rolled-back", clean: true }));
    expect(await foreignRules()).toBe(others);
    await host.exec("sleep 0.5");
    expect(difference(was, await now())).toEqual([]);
    // And once more, confirmed: the chain of the run's own has gone before the proof, the others' are there.
    expect((await send(beginScript(run("run-2"), await enable(), { runtime }))).outcome).toBe("waiting");
    const own = async () => (await host.exec("iptables-save; ip6tables-save")).stdout.match(/harden-\S+/g);
    expect(await own()).toBeNull();
    expect((await send(confirmScript("run-2"))).outcome).toBe("confirmed");
    expect(await own()).toBeNull();
    expect(await foreignRules()).toBe(others);
    expect((await host.exec("ufw status | head -n 1")).stdout).toBe("Status: active\n");
  });

  test("an active ufw: loaded anew, disabled, and back each time", async () => {
    await start();
    await host.exec(
      `systemctl stop fail2ban; ${foreign("DOCKER-USER")}; ufw allow 22/tcp; ufw --force enable; ufw allow 8080/tcp`,
    );
    const was = await now();
    for (const operation of ["load", "disable", "reload"] as const) {
      const id = `run-${operation}`;
      const steps = work(
        await file("/etc/ufw/user.rules", userRules("ufw")),
        await file("/etc/ufw/user6.rules", userRules("ufw6")),
        { verb: "check", check: "ufw", words: [] },
        { verb: "firewall", operation },
      );
      expect(await send(beginScript(run(id), steps, { runtime }))).toMatchObject({
        outcome: "waiting",
        stderr: "",
      });
      const live = (await host.exec("iptables-save -t filter; ip6tables-save -t filter")).stdout;
      expect(live).not.toContain("--dport 8080");
      if (operation === "disable") expect(live).not.toMatch(/ufw|INPUT DROP/);
      else expect(live).toMatch(/ufw6-user-input .*--dport 22 /);
      const back = await send(rollbackScript(id, ""));
      expect(back.events).toContainEqual({ run: id, event: "rolled-back", clean: true, why: "asked" });
      await host.exec("sleep 0.5");
      expect(difference(was, await now()), operation).toEqual([]);
    }
  });

  test("an open connection survives, although nothing was tracked before", async () => {
    await start();
    const peer = await startPeer(host);
    try {
      await host.exec("systemctl stop fail2ban");
      // The host listens on a port that will not be allowed; what it hears goes into a file.
      await host.exec(
        `cat >/run/listen.py <<'END'
import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("", 5555)); s.listen()
c, _ = s.accept()
while True:
    data = c.recv(100)
    if not data: break
    open("/run/heard", "ab").write(data)
END
        systemd-run --quiet --unit listen python3 /run/listen.py; until ss -Hltn | grep -q :5555; do sleep 0.1; done`,
      );
      const speak = `exec 3<>/dev/tcp/${host.address}/5555; echo first >&3
        until [ -e /tmp/go ]; do sleep 0.1; done; echo second >&3; sleep 5`;
      const talk = peer.exec(`bash -c '${speak}'`);
      await host.exec("until grep -q first /run/heard; do sleep 0.1; done");
      expect((await send(beginScript(run("run-1"), await enable(), { runtime }))).outcome).toBe("waiting");
      expect(await peer.knock(host.address, 5555)).toBe("silent");
      await peer.exec("touch /tmp/go");
      const heard = await host.exec("for i in $(seq 40); do grep second /run/heard && exit; sleep 0.1; done");
      expect(heard.stdout).toBe("second\n");
      await talk;
    } finally {
      await peer.remove();
    }
  });
});

const userRules = (name: "ufw" | "ufw6") => `*filter
:${name}-user-input - [0:0]
:${name}-user-output - [0:0]
:${name}-user-forward - [0:0]
:${name}-before-logging-input - [0:0]
:${name}-before-logging-output - [0:0]
:${name}-before-logging-forward - [0:0]
:${name}-user-logging-input - [0:0]
:${name}-user-logging-output - [0:0]
:${name}-user-logging-forward - [0:0]
:${name}-after-logging-input - [0:0]
:${name}-after-logging-output - [0:0]
:${name}-after-logging-forward - [0:0]
:${name}-logging-deny - [0:0]
:${name}-logging-allow - [0:0]
:${name}-user-limit - [0:0]
:${name}-user-limit-accept - [0:0]
### RULES ###

### tuple ### allow tcp 22 ${name === "ufw" ? "0.0.0.0/0" : "::/0"} any ${name === "ufw" ? "0.0.0.0/0" : "::/0"} in
-A ${name}-user-input -p tcp --dport 22 -j ACCEPT

### END RULES ###
COMMIT
`;
