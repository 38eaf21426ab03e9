import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectPristine, outcome, start, times, untilHost, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { applyInside, inside } from "./inside.ts";
import { state } from "./state.ts";
import { startOnTerminal } from "./terminal.ts";
import { must, undone } from "./trouble.ts";

const profile = profileFile("ssh: {}\nsysctl: {}\n");
const dropin = "/etc/ssh/sshd_config.d/00-harden.conf";

describe.skipIf(!hasDocker())("somebody else on the same host", { timeout: 240_000 }, () => {
  let host: TestHost;
  let pristine: readonly string[];
  beforeAll(async () => {
    host = await startHost("debian13", "full");
  });
  afterAll(() => host?.remove());
  beforeEach(async () => {
    pristine = await state(host.exec);
  });

  const exec = (script: string) => must(host, script);
  const root = () => host.target("root");
  const undo = async () => {
    await undone(host);
    await expectPristine(host, pristine);
  };

  it("two operators at once: one runs, the other is told who it is", async () => {
    // Both have planned before either begins.
    let arrived = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const operator = (who: string) => {
      const tool = inside(host);
      const ask = async () => {
        arrived++;
        if (arrived === 2) open();
        await gate;
        return true;
      };
      const ports = { ...tool.ports, who, ask };
      return applyInside({ ...tool, ports }, { target: root(), profile, confirmTimeout: 60 });
    };
    const both = await Promise.all([operator("alice@laptop"), operator("bob@desk")]);
    const [winner, loser] = both[0].status === 0 ? both : both.toReversed();
    expect(arrived, JSON.stringify(both)).toBe(2);
    expect(winner).toMatchObject({ status: 0, result: { value: { outcome: "confirmed" } } });
    expect(loser).toMatchObject({
      status: 3,
      result: {
        value: { outcome: "locked", who: winner === both[0] ? "alice@laptop" : "bob@desk" },
      },
    });
    expect(await exec("ls /var/lib/harden/runs | wc -l")).toBe("1\n");
    await undo();
  });

  it("a run that waits for its confirm: whoever comes next is told whose it is, and changes nothing", async () => {
    const mine = await harden(host, ["apply", root(), "--profile", profile, "--yes", "--no-confirm"]);
    expect(mine, mine.stderr).toMatchObject({ code: 0 });
    const id = /applied as run ([\w-]+)/.exec(mine.stdout)?.[1];
    const before = await times(host);
    const other = profileFile("fail2ban: {}\n");
    const theirs = await harden(host, ["apply", root(), "--profile", other, "--yes"]);
    expect(theirs).toMatchObject({ code: 3 });
    expect(theirs.stdout).toMatch(
      new RegExp(`locked by run ${id} of [^ ]+@[^ ]+, since \\d{4}-.*Nothing was changed`),
    );
    expect(await times(host)).toEqual(before);
    const { stdout } = await harden(host, ["runs", root()]);
    const [, command = ""] = /to undo it from the host's console: (sh .*)/.exec(stdout) ?? [];
    expect(await exec(command)).toContain("rolled-back clean asked");
    await expectPristine(host, pristine);
  });

  /** What another operator does between the two looks of an apply that has nothing to do. */
  describe("begins or ends a run while an apply finds nothing to do", () => {
    const other = profileFile("sysctl: {}\nfail2ban: {}\n");
    const theirs = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await harden(host, args);
      expect(code, stdout + stderr).toBe(0);
    };
    const applied = (file: string, ...more: string[]) =>
      theirs("apply", root(), "--profile", file, "--yes", ...more);

    it.each([
      {
        what: "a run that waits for its confirm: locked",
        first: () => applied(profile),
        between: () => applied(other, "--no-confirm"),
        ends: { status: 3, value: { outcome: "locked", state: "pending" } },
        left: 2,
      },
      {
        what: "a rollback that has ended: what was read is read again",
        first: () => applied(profile),
        between: () => theirs("rollback", root(), "--yes"),
        ends: { status: 1, value: { outcome: "declined" } },
        left: 0,
      },
      {
        what: "the end of a pending run: what was read is read again",
        first: () => applied(profile, "--no-confirm"),
        between: () => theirs("rollback", root(), "--yes"),
        ends: { status: 1, value: { outcome: "declined" } },
        left: 0,
      },
      {
        what: "a confirm: in sync",
        first: () => applied(profile, "--no-confirm"),
        between: () => theirs("confirm", root()),
        ends: { status: 0, value: { outcome: "in sync" } },
        left: 1,
      },
    ])("$what", async ({ first, between, ends, left }) => {
      await first();
      let looks = 0;
      const tool = inside(host, {
        onScript: async (script) => {
          if (/^probe '\d+' '\d+' 'unsettled'$/m.test(script) && ++looks === 2) await between();
        },
      });
      const ports = { ...tool.ports, ask: async () => false };
      const { result, status } = await applyInside(
        { ...tool, ports },
        { target: root(), profile, confirmTimeout: 60 },
      );
      for (let run = 0; run < left; run++) await undone(host);
      const { status: wanted, value } = ends;
      expect({ status, result }, tool.said()).toMatchObject({ status: wanted, result: { value } });
      await expectPristine(host, pristine);
    });
  });

  describe("adds a rule to ufw while a run works", () => {
    const wall = (port: number, more = "") =>
      profileFile(`firewall: {rules: [{port: ${port}, protocol: tcp}]}\n${more}`);
    const theirs = "ufw allow 7001/tcp >/run/theirs 2>&1";
    // useradd runs it before any file is written, where it is there.
    const hook = "/usr/sbin/nscd";
    const isTheirs = "iptables-save | grep -q -- '--dport 7001' && grep -q 'dport 7001' /etc/ufw/user.rules";
    let before: readonly string[];
    beforeEach(async () => {
      const first = await harden(host, ["apply", root(), "--profile", wall(80), "--yes"]);
      expect(first, first.stderr).toMatchObject({ code: 0 });
      before = await state(host.exec);
    });
    afterEach(async () => {
      await exec("ufw --force delete allow 7001/tcp >/dev/null 2>&1 || :");
      await undo();
    });

    it("before ufw's files are written: the run is undone, and their rule stays", async () => {
      await exec(`printf '%s\n' '#!/bin/sh' '[ -e /run/theirs ] || ${theirs}' >${hook}; chmod 755 ${hook}`);
      const user =
        'accounts: {users: [{name: fresh, keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKLIGVPIo6yiNhPBQ1kZNZ2ycTyLRf4XuIYl3Ry4vRu3"]}]}\n';
      const applied = await harden(host, ["apply", root(), "--profile", wall(81, user), "--yes"]);
      await exec(`rm ${hook}; grep -q added /run/theirs; rm /run/theirs`);
      expect(applied, applied.stdout).toMatchObject({ code: 4 });
      expect(applied.stdout).toMatch(/user\.rules.*(stale|planned)/);
      await exec(isTheirs);
      await exec("ufw --force delete allow 7001/tcp");
      await expectPristine(host, before);
    });

    it("before they are loaded: their rule is in force with ours, and named", async () => {
      const folder = "/etc/systemd/system/fail2ban.service.d";
      const start = `ExecStartPre=/bin/sh -c '[ -e /run/theirs ] || ${theirs}'`;
      await exec(
        `mkdir ${folder}; printf '%s\\n' '[Service]' "${start}" >${folder}/theirs.conf; systemctl daemon-reload; systemctl stop fail2ban`,
      );
      // fail2ban is started before the firewall's rules are loaded.
      const jail = "fail2ban: {maxRetry: 7}\n";
      const applied = await harden(host, ["apply", root(), "--profile", wall(81, jail), "--yes"]);
      await exec(`rm -r ${folder}; systemctl daemon-reload; grep -q added /run/theirs; rm /run/theirs`);
      expect(applied, applied.stdout).toMatchObject({ code: 2 });
      expect(applied.stdout).toMatch(/firewall\.other-rules[\s\S]*7001/);
      await exec(isTheirs);
      await exec("ufw --force delete allow 7001/tcp");
      await undone(host);
      await exec("systemctl start fail2ban");
    });
  });

  it("a dead operator's lease is taken over, and that is said", async () => {
    await exec("dpkg --purge unattended-upgrades");
    const without = await state(host.exec);
    await exec(`cat >/run/hold.py <<'END'
import fcntl, time
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("/run/held", "w")
time.sleep(600)
END
systemd-run -q --unit hold python3 /run/hold.py`);
    await untilHost(host, "[ -e /run/held ]");
    const dead = start(host, [
      ...["apply", root(), "--profile", profileFile("updates: {}\n"), "--yes", "--confirm-timeout", "10"],
    ]);
    // It holds the lease and waits for the package manager: prepared for nothing, armed for nothing.
    await untilHost(host, "[ -e /var/lib/harden/lease ]");
    const lease = await exec("cat /var/lib/harden/lease");
    await exec('[ -z "$(ls /var/lib/harden/pending 2>/dev/null)" ]');
    dead.child.kill("SIGKILL");
    await dead.ended;
    await exec("kill -9 $(sed -n 's/^pid //p' /var/lib/harden/lease)");
    // The lease names the process that prepares: nothing of it is left that could still arm.
    await untilHost(host, "! pgrep -f '# .n [w]hole' >/dev/null", 25);
    await exec("systemctl stop hold; rm /run/held");
    expect(await exec("cat /var/lib/harden/lease")).toBe(lease);
    const [, id] = /^run (.*)$/m.exec(lease)!;
    const [, who] = /^who (.*)$/m.exec(lease)!;
    const heir = await harden(host, ["apply", root(), "--profile", profile, "--yes"]);
    expect(heir, heir.stderr).toMatchObject({ code: 0 });
    expect(heir.stderr).toContain(`took over the dead lease of ${who}, since 2`);
    expect(
      await exec("ls /var/lib/harden/runs; cat /var/lib/harden/lease 2>/dev/null || true"),
    ).not.toContain(id);
    expect(await harden(host, ["rollback", root(), "--yes"])).toMatchObject({ code: 0 });

    // Of an earlier boot: the process of that number is another one.
    const old = lease
      .replace(/^boot .*$/m, "boot 00000000-0000-0000-0000-000000000000")
      .replace(/^pid .*$/m, "pid 1");
    const birth = await exec("sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20");
    await host.exec("cat >/var/lib/harden/lease", {
      stdin: old.replace(/^birth .*$/m, `birth ${birth.trim()}`),
    });
    const next = await harden(host, ["apply", root(), "--profile", profile, "--yes"]);
    expect(next.stderr).toContain(`took over the dead lease of ${who}`);
    expect(next, next.stderr).toMatchObject({ code: 0 });
    expect(await harden(host, ["rollback", root(), "--yes"])).toMatchObject({ code: 0 });
    await expectPristine(host, without);
  });

  describe("changes it after the plan", () => {
    const file = join(mkdtempSync(join(tmpdir(), "harden-plan-")), "plan.json");
    const everything = profileFile("ssh: {}\nsysctl: {}\nfail2ban: {}\n");

    it.each([
      {
        what: "a file",
        by: `echo 'MaxAuthTries 5' >${dropin}`,
        back: `rm ${dropin}`,
        names: `    ${dropin} (`,
      },
      {
        what: "a sysctl",
        by: "sysctl -qw net.ipv4.conf.all.log_martians=1",
        back: "sysctl -qw net.ipv4.conf.all.log_martians=0",
        names: "    net.ipv4.conf.all.log_martians 0 → 1\n",
      },
      {
        what: "a package",
        by: "dpkg --remove fail2ban",
        back: "true",
        names: "    install fail2ban",
      },
    ])("$what: the saved plan is stale, names it, and changes nothing", async ({ by, back, names }) => {
      const saved = await harden(host, ["plan", root(), "--profile", everything, "--out", file]);
      expect(saved, saved.stderr).toMatchObject({ code: 0 });
      await exec(by);
      const [before, written] = [await state(host.exec), await times(host)];
      const applied = await harden(host, ["apply", file, "--yes"]);
      expect(applied, applied.stderr).toMatchObject({ code: 3 });
      expect(applied.stdout).toMatch(
        /stale plan: the host, or the plan file, differs from what the plan was made of, at\n {4}\S/,
      );
      expect(applied.stdout).toContain(names);
      expect(applied.stdout).toContain("Nothing was changed; make a new plan.");
      expect(await times(host)).toEqual(written);
      await expectPristine(host, before);
      await exec(back);
    });

    it("a file, while the question is asked: refused, and the file is named", async () => {
      const run = startOnTerminal(host, ["apply", root(), "--profile", profile]);
      await run.until(/\[y\/N\]/);
      await exec(`echo 'MaxAuthTries 5' >${dropin}`);
      const before = await state(host.exec);
      run.type("y\n");
      const { code, said } = await run.ended;
      expect(code, said).toBe(3);
      expect(said).toMatch(/refused before anything was changed:/);
      expect(said).toMatch(new RegExp(`${dropin}: .*\\[stale\\]`, "s"));
      await expectPristine(host, before);
      await exec(`rm ${dropin}`);
      await expectPristine(host, pristine);
    });
  });

  it("changes a file between the apply and the confirm: restored, and the third version kept and named", async () => {
    const args = ["--yes", "--no-confirm", "--confirm-timeout", "10"];
    const applied = await harden(host, ["apply", root(), "--profile", profile, ...args]);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const id = /applied as run ([\w-]+)/.exec(applied.stdout)?.[1] ?? "";
    await exec(`echo '# mine' >>${dropin}; cp ${dropin} /run/mine`);
    await untilSettled(host);
    expect(await outcome(host)).toBe("rolled-back notes timeout");
    await expectPristine(host, pristine);
    const kept = (await exec(`ls /var/lib/harden/runs/${id}/third/*`)).trim();
    expect(await exec(`cmp ${kept} /run/mine && tail -n 1 ${kept}`)).toBe("# mine\n");
    const { stdout } = await harden(host, ["runs", root(), id]);
    expect(stdout).toContain("rolled back with notes (timeout)");
    expect(stdout).toMatch(new RegExp(`note: ${dropin}: .* kept: ${kept} \\[third-version\\]`));
  });

  it("sets a value back as soon as it is applied: the step or the proof sees it, and the run is not confirmed", async () => {
    const key = "/proc/sys/net/ipv4/conf/all/log_martians";
    await exec(
      `setsid sh -c 'while sleep 0.05; do echo 0 >${key}; done' </dev/null >/dev/null 2>&1 & echo $! >/run/loop`,
    );
    const { code, stdout, stderr } = await harden(host, ["apply", root(), "--profile", profile, "--yes"]);
    await exec(`kill "$(cat /run/loop)"; rm /run/loop; [ "$(cat ${key})" = 0 ]`);
    expect(code, stdout + stderr).toBe(4);
    // By whose turn it was.
    expect(stdout).toMatch(
      /the plan is not empty afterwards: sysctl\/sysctl:net\.ipv4\.conf\.all\.log_martians|net\.ipv4\.conf\.all\.log_martians: the kernel did not take 1/,
    );
    expect(await outcome(host)).toBe("rolled-back clean asked");
    await expectPristine(host, pristine);
  });

  it("nobody: a second apply writes nothing and restarts nothing, and the first takes few logins", async () => {
    const whole = profileFile("ssh: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n");
    const logins = async () => Number(await exec("journalctl -u ssh -o cat | grep -c '^Accepted publickey'"));
    const living =
      "systemctl show -p MainPID -p ActiveEnterTimestampMonotonic -p ExecMainStartTimestampMonotonic ssh fail2ban ufw";
    const before = await logins();
    const first = await harden(host, ["apply", root(), "--profile", whole, "--yes"], {
      alone: true,
    });
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const used = (await logins()) - before;
    expect(used).toBeGreaterThanOrEqual(2);
    expect(used).toBeLessThanOrEqual(3);

    const [written, lives, is] = [await times(host), await exec(living), await state(host.exec)];
    const second = await harden(host, ["apply", root(), "--profile", whole, "--yes"], {
      alone: true,
    });
    expect(second, second.stderr).toMatchObject({ code: 0 });
    expect(second.stdout).toContain("in sync; nothing was written.");
    expect(await times(host)).toEqual(written);
    expect(await exec(living)).toBe(lives);
    await expectPristine(host, is);
    expect((await logins()) - before - used, "one connection sees that there is nothing to do").toBe(1);
    await undo();
  });
});
