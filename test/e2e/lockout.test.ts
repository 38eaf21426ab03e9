import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectPristine, outcome, start, untilHost, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { startLink, type TestLink } from "./link.ts";
import { keyLogin } from "./logins.ts";
import { mustRun } from "./process.ts";
import { state } from "./state.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

/** Our way to a host: the bridge, our address there, and a second one beside it, where no host is placed. */
async function wayTo(host: TestHost) {
  const route = await mustRun("ip", ["-4", "route", "get", host.address]);
  const [, device = "", first = ""] = / dev (\S+) src (\S+)/.exec(route) ?? [];
  const second = first.replace(/\.\d+$/, `.${2 + (process.pid % 250)}`);
  return { device, first, second };
}

describe.skipIf(!hasDocker())("an apply that shuts its operator out", { timeout: 240_000 }, () => {
  let host: TestHost;
  let link: TestLink;
  let pristine: readonly string[];
  let [device, first, second] = ["", "", ""];
  /** Lets in only where the plan is made from. */
  let narrow: string;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    ({ device, first, second } = await wayTo(host));
    await mustRun("ip", ["address", "add", `${second}/16`, "dev", device]);
    narrow = profileFile(`access: {from: [${first}/32]}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n`);
  });
  afterAll(async () => {
    if (second) await mustRun("ip", ["address", "del", `${second}/16`, "dev", device]);
    await host?.remove();
  });
  beforeEach(async () => {
    pristine = await state(host.exec);
    link = await startLink(host);
  });
  afterEach(() => link.close());

  const exec = (script: string) => must(host, script);

  describe("by a login that is refused from then on", () => {
    /** While our drop-in is there, PAM lets nobody in but root. */
    const trap = `cat >/etc/systemd/system/trap.path <<'END'
[Path]
PathChanged=/etc/ssh/sshd_config.d
[Install]
WantedBy=multi-user.target
END
cat >/etc/systemd/system/trap.service <<'END'
[Unit]
StartLimitIntervalSec=0
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'if [ -e /etc/ssh/sshd_config.d/00-harden.conf ]; then echo closed >/etc/nologin; else rm -f /etc/nologin; fi'
END
systemctl daemon-reload; systemctl start trap.path`;
    beforeAll(() => exec(trap));
    afterAll(() =>
      exec(
        "systemctl stop trap.path; rm -f /etc/systemd/system/trap.* /etc/nologin; systemctl daemon-reload",
      ),
    );

    it("rolls back at the time-out, which is seen over the old connection; nobody is banned", async () => {
      // sudo leaves a note in the home folder at its first use.
      await exec("runuser -l admin -c 'sudo -n true'");
      pristine = await state(host.exec);
      const profile = profileFile("ssh: {}\nfail2ban: {}\nsysctl: {}\n");
      const run = start(host, [
        ...["apply", host.target("admin"), "--profile", profile, "--yes", "--confirm-timeout", "20"],
      ]);
      await run.until(/: applied;/);
      await untilHost(host, "[ -e /etc/nologin ]");
      expect(await keyLogin(host, "admin")).toBe(false);
      const { code, said } = await run.ended;
      expect(said).toMatch(
        /no new login is possible \(.*\); the host rolls back by itself in \d+ s\. At once, from its console: sh \/var\/lib\/harden\/runs\/[\w-]+\/runtime\.sh rollback/,
      );
      expect(said).toMatch(/rolled back \(run [\w-]+\): no new login was possible: /);
      expect(code, said).toBe(4);
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      await untilHost(host, "[ ! -e /etc/nologin ]");
      expect(await keyLogin(host, "admin")).toBe(true);
      expect(await exec("fail2ban-client status sshd")).toMatch(/Currently banned:\s*0/);
      await expectPristine(host, pristine);
    });
  });

  describe("by a firewall that lets in only where the plan was made from", () => {
    /** Whether the kernel of the host answers a new connection from this address of ours. */
    const answers = (localAddress: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host: host.address, port: 22, localAddress, timeout: 1500 });
        const done = (open: boolean) => () => {
          socket.destroy();
          resolve(open);
        };
        socket.once("connect", done(true));
        socket.once("timeout", done(false));
        socket.once("error", done(false));
      });

    it.each([
      ["the old connection lives on", () => undefined],
      ["the old connection is gone too", () => link.reset()],
    ])("rolls back at the time-out, while %s", async (_what, after) => {
      expect([await answers(first), await answers(second)]).toEqual([true, true]);
      link.from(first);
      const run = start(host, [
        ...["apply", link.alias, "--profile", narrow, "--yes", "--confirm-timeout", "10"],
      ]);
      await run.until(/: armed/);
      link.from(second);
      await run.until(/: applied;/);
      after();
      expect([await answers(first), await answers(second)]).toEqual([true, false]);
      const { code, said } = await run.ended;
      expect(code, said).toBe(4);
      expect(said).toContain("no new login is possible");
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      expect(await answers(second)).toBe(true);
      await expectPristine(host, pristine);
    });
  });

  it("is undone at once by Ctrl-C, over the old connection, when no new one is possible", async () => {
    link.from(first);
    const run = start(host, [
      ...["apply", link.alias, "--profile", narrow, "--yes", "--confirm-timeout", "60"],
    ]);
    await run.until(/: armed/);
    link.from(second);
    await run.until(/a new login failed/);
    run.child.kill("SIGINT");
    const { code, said } = await run.ended;
    expect(said).toMatch(/rolled back \(run [\w-]+\): interrupted\./);
    expect(code, said).toBe(4);
    await untilSettled(host);
    expect(await outcome(host)).toBe("rolled-back clean asked");
    await expectPristine(host, pristine);
  });

  it("keeps connections that are older than the tracking, busy or idle, to a port that is closed", async () => {
    const echo =
      "import socketserver as s\nclass H(s.BaseRequestHandler):\n def handle(self):\n  while (d := self.request.recv(99)): self.request.sendall(d)\ns.ThreadingTCPServer.allow_reuse_address=True\ns.ThreadingTCPServer(('',9999),H).serve_forever()";
    await exec(`cat >/run/echo.py <<'END'\n${echo}\nEND\nsystemd-run -q --unit echo python3 /run/echo.py`);
    await untilHost(host, "ss -Hltn 'sport = 9999' | grep -q .");
    const dial = () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host: host.address, port: 9999, noDelay: true });
        socket.once("connect", () => resolve(socket));
        socket.once("error", reject);
      });
    const answer = (socket: Socket, word: string) =>
      new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), 10_000);
        socket.once("data", (data) => {
          clearTimeout(timer);
          resolve(data.toString() === word);
        });
        socket.write(word);
      });
    const [busy, idle] = await Promise.all([dial(), dial()]);
    try {
      expect(await answer(idle, "before")).toBe(true);
      expect(await exec("cat /proc/net/nf_conntrack 2>/dev/null | grep -c 9999 || true")).toBe("0\n");
      expect(await exec("iptables-save | grep -c conntrack || true")).toBe("0\n");
      let going = true;
      let answered = 0;
      const talk = (async () => {
        while (going && (await answer(busy, "busy"))) answered++;
        return going ? "cut" : "alive";
      })();
      const profile = profileFile("firewall: {rules: [{port: 80, protocol: tcp}]}\n");
      const applied = await harden(host, ["apply", host.target("root"), "--profile", profile, "--yes"]);
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      const until = answered + 20;
      await waitUntil("the busy connection goes on", async () => answered > until, 20_000);
      going = false;
      expect(await talk).toBe("alive");
      expect(await answer(idle, "after"), "the idle one").toBe(true);
      const fresh = await new Promise<string>((resolve) => {
        const socket = connect({ host: host.address, port: 9999, timeout: 1500 });
        for (const word of ["connect", "timeout", "error"])
          socket.once(word, () => {
            socket.destroy();
            resolve(word);
          });
      });
      expect(fresh, "a new connection is not let in").toBe("timeout");
      expect(await exec("iptables-save; ip6tables-save")).not.toContain("harden-");
    } finally {
      busy.destroy();
      idle.destroy();
      await harden(host, ["rollback", host.target("root"), "--yes"]);
      await exec("systemctl stop echo");
    }
    await expectPristine(host, pristine);
  });
});
