import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawTests, sample, sampleRows } from "../setup/sample.ts";
import { type Collector, certificateName, startCollector } from "./collector.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

interface Wrong {
  readonly ca?: string;
  readonly name?: string;
}

/** Debian 12's host has an rsyslog of its own, which writes files; Debian 13's has none. */
describe.skipIf(!hasDocker()).each(sample("logging", bothDistros, 1))("logging on %s", (distro) => {
  const hasRsyslog = distro === "debian12";
  let host: TestHost;
  let collector: Collector;
  let profile: string;
  let pristine: string[];

  /** A profile beside the certificate that it names. */
  const profileWith = ({ ca = collector.ca, name = certificateName }: Wrong = {}) => {
    const file = profileFile(`logging:
  maxUse: 300M
  forwarding: {to: ${collector.address}, name: ${name}, ca: ca.pem}
fail2ban: {}
`);
    copyFileSync(ca, join(dirname(file), "ca.pem"));
    return file;
  };

  beforeAll(async () => {
    host = await startHost(distro, "full");
    collector = await startCollector(host);
    profile = profileWith();
    pristine = await state(host.exec);
  });
  afterAll(async () => {
    for (const each of [host, collector]) await each?.remove();
  });

  const run = (command: string, file: string, ...args: string[]) =>
    harden(host, [command, host.target("root"), "--profile", file, ...args], { timeoutMs: 110_000 });
  const output = async (script: string) => (await host.exec(script)).stdout;
  const log = (text: string) => host.exec(`logger -t harden-test '${text}'`);
  const arrives = (text: string) =>
    waitUntil(text, async () => (await collector.received()).includes(text), 60_000);

  /** What lies in /var/log, and somebody's own files of rsyslog. */
  const theirs = () =>
    output(`ls /var/log | grep -v -e dpkg -e journal
      ${hasRsyslog ? "cat /etc/rsyslog.conf /etc/rsyslog.d/20-*" : ""}`);
  const reads = () => output("fail2ban-client get sshd journalmatch; fail2ban-client get sshd logpath");

  async function applied() {
    const { code, stdout, stderr } = await run("apply", profile, "--yes");
    expect(code, stdout + stderr).toBe(0);
    const after = await run("plan", profile, "--detailed-exitcode");
    expect(after.code, after.stdout + after.stderr).toBe(0);
    const verified = await run("verify", profile);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  }

  test("a message arrives at the collector, and no file comes: fail2ban reads what it did", async () => {
    const [files, source] = [await theirs(), hasRsyslog ? "auth.log" : "ssh.service"];
    expect((await run("verify", profile)).code).toBe(2);
    expect(await reads()).toContain(source);
    await applied();
    await log("a mark in the first place");
    await arrives("a mark in the first place");
    expect(await theirs()).toBe(files);
    expect(await reads()).toContain(source);
    expect(await output("cat /var/log/syslog 2>&1")).toContain(
      hasRsyslog ? "a mark in the first place" : "No such file",
    );
  });

  test("a limit of sshd's own unit that leaves out an attack's messages is no pass, until sshd is restarted without", async () => {
    await applied();
    const folder = "/etc/systemd/system/ssh.service.d";
    const limit = "LogRateLimitIntervalSec=1d\\nLogRateLimitBurst=15";
    const gone = `rm -r ${folder}; systemctl daemon-reload`;
    const restart = "systemctl restart ssh";
    expect(
      await host.exec(
        `mkdir -p ${folder}; printf '[Service]\\n${limit}\\n' >${folder}/x.conf; systemctl daemon-reload; ${restart}`,
      ),
    ).toMatchObject({ code: 0 });
    for (const change of ["true", gone]) {
      await host.exec(change);
      const { code, stdout } = await run("verify", profile);
      expect([code, /fail +logging\.persistent/.test(stdout)], stdout).toEqual([2, true]);
      expect(stdout.replace(/\s+/g, " ")).toContain(
        "ssh.service says LogRateLimitBurst=15, ssh.service says LogRate",
      );
    }
    await host.exec(restart);
    expect((await run("verify", profile)).code).toBe(0);
  });

  test("a file that keeps more free than the disk has is no pass: the journal holds next to nothing", async () => {
    const file = "/etc/systemd/journald.conf.d/aaa.conf";
    const write = `printf '[Journal]\nSystemKeepFree=900T\n' >${file}`;
    expect(await host.exec(`${write}; systemctl restart systemd-journald`)).toMatchObject({ code: 0 });
    const { code, stdout } = await run("verify", profile);
    await host.exec(`rm ${file}; systemctl restart systemd-journald`);
    expect([code, /fail +logging\.persistent/.test(stdout)], stdout).toEqual([2, true]);
    expect(stdout.replace(/\s+/g, " ")).toContain("aaa.conf says SystemKeepFree=900T");
    expect((await run("verify", profile)).code).toBe(0);
  });

  drawTests("what happens to logging", 2, {
    "a forwarder that hangs is told, and a collector that does once its buffers are full": async () => {
      await applied();
      const told = async (what: RegExp) => {
        const { code, stdout } = await run("verify", profile);
        return code === 2 && what.test(stdout);
      };
      await host.exec("systemctl kill -s STOP rsyslog");
      expect(await told(/was stopped by a signal/)).toBe(true);
      await host.exec("systemctl kill -s CONT rsyslog");
      await collector.hang();
      await host.exec("head -c 12000000 /dev/zero | tr '\\0' x | fold -w 2000 | logger -t harden-test");
      await waitUntil("it is told", () => told(/has taken nothing for \d+ s, and \d+ bytes wait/), 60_000);
      await collector.goOn();
      await waitUntil("all is sent", async () => (await run("verify", profile)).code === 0, 60_000);
    },

    "a rule that is read before ours and keeps messages back is told": async () => {
      if (!hasRsyslog) return;
      await applied();
      const rules = [
        [':programname, isequal, "sudo" /var/log/sudo.log\\n& stop', "/etc/rsyslog.d/00-audit.conf"],
        ["authpriv.* /var/log/own.log\\nauthpriv.* ~", "/etc/rsyslog.d/00-a.conf"],
      ];
      for (const [rule, file] of rules) {
        await host.exec(
          `printf '${rule}\\n' >${file}; systemctl reset-failed rsyslog; systemctl restart rsyslog`,
        );
        await waitUntil("it is told", async () => {
          const { code, stdout } = await run("verify", profile);
          return code === 2 && stdout.includes(`rules before ours keep messages back: ${file}:2`);
        });
        await host.exec(`rm ${file}; systemctl reset-failed rsyslog; systemctl restart rsyslog`);
      }
      await waitUntil("all is well", async () => (await run("verify", profile)).code === 0, 60_000);
      const [[rule, file] = []] = rules;
      await host.exec(`printf '${rule}\n' >${file}; systemctl restart rsyslog; rm ${file}`);
      await waitUntil("it is told", async () => {
        const { code, stdout } = await run("verify", profile);
        return (
          code === 2 && stdout.includes("rsyslog was started before this changed: /etc/rsyslog.d (a file is")
        );
      });
      await host.exec("systemctl reset-failed rsyslog; systemctl restart rsyslog");
      await waitUntil("all is well", async () => (await run("verify", profile)).code === 0, 60_000);
    },

    "a disk of the journal that fstab mounts at each boot is no question of the next one": async () => {
      await applied();
      // journald writes on where it began, below the disk.
      const reopen =
        "systemctl reset-failed systemd-journald; systemctl restart systemd-journald; journalctl --flush";
      const add = (options: string) =>
        output(`mkdir -p /srv/journal; cp /etc/fstab /root/fstab
        echo "/srv/journal /var/log/journal none ${options} 0 0" >>/etc/fstab
        systemctl daemon-reload; systemctl start var-log-journal.mount; ${reopen}`);
      const remove = () =>
        output(`umount -l /var/log/journal; mv /root/fstab /etc/fstab; rm -r /srv/journal
        systemctl daemon-reload; ${reopen}`);
      try {
        await add("bind");
        const { code, stdout } = await run("verify", profile);
        expect(code, stdout).toBe(0);
        await remove();
        await add("bind,noauto");
        expect((await run("verify", profile)).code).toBe(2);
      } finally {
        await remove();
      }
    },

    "all messages arrive that were logged while the collector was away and the forwarder was restarted":
      async () => {
        await collector.down();
        // Somebody's own rsyslog is not killed by us, and what it is about to send when it is stopped is gone.
        if (hasRsyslog) {
          await log("by which it notices");
          const noticed = "journalctl -q -u rsyslog -n 20 -o cat | grep 'cannot connect'";
          await waitUntil("it notices", async () => (await host.exec(noticed)).code === 0, 60_000);
        }
        const number = (from: number, to: number) =>
          host.exec(`for n in $(seq ${from} ${to}); do logger -t harden-test "number-$n."; done`);
        await number(1, 20);
        await host.exec("systemctl restart rsyslog");
        await number(21, 40);
        expect((await run("verify", profile)).stdout).toMatch(/logging\.forwarding[\s\S]*cannot connect/);
        await collector.up();
        const all = Array.from({ length: 40 }, (_, index) => `number-${index + 1}.`);
        const missing = async () => {
          const received = await collector.received();
          return all.filter((each) => !received.includes(each));
        };
        await waitUntil("the last one", async () => !(await missing()).includes("number-40."), 90_000);
        expect(await missing()).toEqual([]);
        const verified = await run("verify", profile);
        expect(verified, verified.stdout).toMatchObject({ code: 0 });
      },
  });

  const wrongs: readonly (readonly [what: string, wrong: () => Wrong, why: RegExp])[] = [
    ["an authority that signed nothing", () => ({ ca: collector.otherCa }), /self-signed|verify failed/],
    ["another name", () => ({ name: "other.example.org" }), /peer name not authorized/],
  ];
  test.each(sampleRows("collectors that are not the one", wrongs, 1, ([what]) => what))(
    "with %s nothing leaves, and verify says why",
    async (what, wrong, why) => {
      const other = profileWith(wrong());
      const { code, stdout, stderr } = await run("apply", other, "--yes");
      expect(code, stdout + stderr).toBe(2);
      expect(stdout + stderr).toMatch(why);
      await log(`secret of ${what}`);
      const verified = await run("verify", other);
      expect(verified.code).toBe(2);
      expect(verified.stdout).toMatch(why);
      expect(await collector.received()).not.toContain(`secret of ${what}`);
      await applied();
      await arrives(`secret of ${what}`);
    },
  );

  test("the journal outlives a reboot, is bounded, and what somebody says after us is told", async () => {
    await log("before the reboot");
    await host.restart();
    expect(await output("journalctl -q -t harden-test -o cat")).toContain("before the reboot");
    await log("after the reboot");
    await arrives("after the reboot");
    expect((await run("verify", profile)).code).toBe(0);
    expect(
      await output("journalctl -q -u systemd-journald -o cat | grep 'System Journal' | tail -n 1"),
    ).toMatch(/max 300(\.0)?M,/);
    await host.exec(`printf '[Journal]\\nStorage=volatile\\n' >/etc/systemd/journald.conf.d/zzz-mine.conf
      systemctl restart systemd-journald`);
    const { code, stdout } = await run("verify", profile);
    expect(code).toBe(2);
    expect(stdout).toMatch(/fail +logging\.persistent[\s\S]*zzz-mine\.conf says Storage=volatile/);
    await host.exec("rm /etc/systemd/journald.conf.d/zzz-mine.conf; systemctl restart systemd-journald");
  });

  test("without the collector in the profile nothing is sent, and a rollback gives all back", async () => {
    const here = profileFile("logging: {maxUse: 300M}\nfail2ban: {}\n");
    const { code, stdout, stderr } = await run("apply", here, "--yes");
    expect(code, stdout + stderr).toBe(0);
    expect((await run("plan", here, "--detailed-exitcode")).code).toBe(0);
    expect(await output("ls /etc/rsyslog.d; systemctl is-active rsyslog")).toBe(
      `20-ufw.conf\n${hasRsyslog ? "active" : "inactive"}\n`,
    );
    await log("for this host only");
    const [first] = (await output("ls /var/lib/harden/runs")).split("\n");
    const undone = await harden(host, ["rollback", host.target("root"), "--to", first!, "--yes"]);
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect(difference(pristine, await state(host.exec))).toEqual([]);
    expect(await collector.received()).not.toContain("for this host only");
  });
});

const small = "logging: {maxUse: 32M}\n";

describe.skipIf(!hasDocker()).each(sample("logging.deletes", bothDistros, 1))(
  "a journal on %s that holds more than the profile allows",
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "bare");
      await must(
        host,
        `mkdir -p /var/log/journal; systemctl restart systemd-journald; journalctl --flush
        logger -t evidence FIRST-LINE
        for each in 1 2 3 4 5; do head -c 9000000 /dev/urandom | base64 -w 900 | logger; journalctl --rotate; done`,
      );
    });
    afterAll(() => host?.remove());

    const run = (command: string, ...args: string[]) =>
      harden(host, [command, host.target("root"), "--profile", profileFile(small), ...args]);
    const evidence = () => must(host, "journalctl -q -t evidence -o cat");
    const first = "FIRST-LINE\n";

    test("loses no message by a run that is rolled back, and the plan says how much an apply deletes", async () => {
      const plan = await run("plan");
      expect(plan.stdout.replace(/\s+/g, " ")).toMatch(
        /holds \d+M of older messages, and logging\.maxUse allows 32M\. .* \d+M at least\. .*\[logging\.deletes\]/,
      );
      const pristine = await state(host.exec);
      const tried = await run("apply", "--yes", "--no-confirm");
      expect(tried, tried.stdout + tried.stderr).toMatchObject({ code: 0 });
      expect(await evidence()).toBe(first);
      const [, id = ""] = /applied as run ([\w-]+)/.exec(tried.stdout) ?? [];
      const back = await harden(host, ["rollback", host.target("root"), id, "--yes"]);
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      expect(await evidence()).toBe(first);
      expect(difference(pristine, await state(host.exec))).toEqual([]);
    });

    test("is bounded once the run is confirmed, and the next plan is empty", async () => {
      const pristine = await state(host.exec);
      const applied = await run("apply", "--yes");
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
      expect(await evidence()).toBe("");
      const after = await run("plan", "--detailed-exitcode");
      expect(after, after.stdout).toMatchObject({ code: 0 });
      expect(after.stdout).not.toContain("logging.deletes");
      const [, id = ""] = /\(run ([\w-]+)/.exec(applied.stdout) ?? [];
      const back = await harden(host, ["rollback", host.target("root"), id, "--yes"]);
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      expect(difference(pristine, await state(host.exec))).toEqual([]);
    });
  },
);
