/** The host runtime on real hosts: systemd keeps its promise when nobody else can. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { type HostEvent, parseEvent } from "../../src/host/events.ts";
import { runtimeText as runtime } from "../../src/host/runtime.ts";
import {
  beginScript,
  confirmScript,
  continueScript,
  type Run,
  rollbackScript,
  statusScript,
  type Work,
} from "../../src/host/script.ts";
import type { Preimage, Step } from "../../src/resources/step.ts";
import { type Distro, type Flavour, hasDocker, startHost, type TestHost } from "./hosts.ts";
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

const work = (...steps: Step[]): Work[] =>
  steps.map((step, index) => ({ address: `test/${step.verb}:${index + 1}`, stage: "files", steps: [step] }));

async function before(path: string): Promise<Preimage> {
  const { code, stdout } = await host.exec(`base64 -w0 '${path}' && stat -c ' %04a %U %G' '${path}'`);
  if (code !== 0) return { state: "absent" };
  const [content = "", mode = "", owner = "", group = ""] = stdout.trim().split(" ");
  const sha256 = createHash("sha256").update(Buffer.from(content, "base64")).digest("hex");
  return { state: "file", sha256, mode, owner, group };
}

async function file(path: string, content: string, mode = "0644"): Promise<Step> {
  const base64 = Buffer.from(content).toString("base64");
  return { verb: "file", path, content: base64, mode, ...root, before: await before(path) };
}

async function sysctl(key: string, value: string): Promise<Step> {
  return { verb: "sysctl", key, value, before: (await host.exec(`sysctl -n ${key}`)).stdout.trim() };
}

const now = () => state((script) => host.exec(script));
const sshDropIn = "/etc/ssh/sshd_config.d/00-test.conf";
const port = async () => (await host.exec("ss -Hltn | awk '{ print $4 }' | sed 's/.*://' | sort -u")).stdout;

/** sshd on another port, one live value, one file. */
const lockOut = async () =>
  work(
    await file(sshDropIn, "Port 2222\n"),
    await file("/etc/motd", "changed\n"),
    { verb: "check", check: "sshd", words: ["user=root,host=localhost,addr=127.0.0.1"] },
    await sysctl("net.ipv4.conf.all.log_martians", "1"),
    { verb: "unit", unit: "ssh", operation: "reload" },
  );

const settled = (id: string) => send(statusScript(id, { until: "run" }));

describe.skipIf(!hasDocker()).each(["debian12", "debian13"] as Distro[])("the runtime on %s", (distro) => {
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

  test.each([false, true])(
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
      { verb: "unit", unit: "fail2ban", operation: "start" },
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
    const back = await send(rollbackScript("run-1"));
    expect(back.events).toContainEqual({ run: "run-1", event: "rolled-back", clean: true, why: "asked" });
    await host.exec("sleep 0.5");
    expect(difference(was, await now())).toEqual([]);
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
