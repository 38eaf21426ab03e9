import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "../e2e/harden.ts";
import { bothDistros } from "../e2e/hosts.ts";
import { difference, state } from "../e2e/state.ts";
import { hasVm, startVm, type TestVm, unhurried } from "../e2e/vm.ts";
import { drawTests, sample } from "../setup/sample.ts";

/** ELF for x86-64: `int 0x80` calls the 32-bit chmod("/etc/passwd", 0644), which a rule for b64 alone doesn't see. */
const chmod32 =
  "f0VMRgIBAQAAAAAAAAAAAAIAPgABAAAAeABAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAEAAOAABAAAAAAAAAAEAAAAFAAAAeAAAAAAAAAB4AEAAAAAAAHgAQAAAAAAAJgAAAAAAAAAmAAAAAAAAAAEAAAAAAAAAuA8AAAC7kgBAALmkAQAAzYC4AQAAADHbzYAvZXRjL3Bhc3N3ZAA=";

/** Somebody's deed, the word that guides search by, and what of the deed must be in the record. */
const deeds: readonly (readonly [key: string, deed: string, seen: RegExp])[] = [
  ["identity", "useradd audited", /comm="useradd"/],
  ["identity", "echo audited:x-1y-2z | chpasswd", /comm="chpasswd"/],
  ["identity", "touch /etc/passwd", /comm="touch"/],
  [
    "identity",
    `echo ${chmod32} | base64 -d >/root/chmod32; chmod +x /root/chmod32; /root/chmod32`,
    /arch=40000003.*comm="chmod32"/,
  ],
  ["identity", "cp -p /etc/shadow /etc/shadow.new && mv /etc/shadow.new /etc/shadow", /comm="mv"/],
  ["sshd_config", "touch /etc/ssh/sshd_config", /comm="touch"/],
  [
    "sshd_config",
    "mkdir /etc/ssh/later && tee /etc/ssh/later/x </dev/null; rm -r /etc/ssh/later",
    /comm="tee"/,
  ],
  ["docker_config", "tee /etc/docker/daemon.json </dev/null", /comm="tee"/],
  ["sudoers", "touch /etc/sudoers", /comm="touch"/],
  ["sudoers", "tee /etc/sudoers.d/x </dev/null; rm /etc/sudoers.d/x", /comm="tee"/],
];

const distros = sample("vm/auditd", bothDistros, 1);

describe.skipIf(!hasVm()).each(distros)("auditd on %s", (distro) => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await startVm(distro);
    await vm.exec(
      "mkdir -p /etc/docker; echo '-w /etc/hosts -p wa -k theirs' >/etc/audit/rules.d/90-theirs.rules",
    );
  });
  afterAll(() => vm?.remove());

  const profile = profileFile("auditd: {}\n");
  const sessions = profileFile("auditd: {rootCommands: sessions}\n");
  const locking = profileFile("auditd: {immutable: true}\n");
  /** Exit 1 says that nothing was changed: a login that an emulated machine lost under load is tried again. */
  const as = async (login: "root" | "admin", command: string, ...more: string[]) => {
    for (let tries = 4; ; tries--) {
      const done = await harden(vm, [command, vm.target(login), ...more], {
        timeoutMs: 280_000,
        alone: true,
      });
      if (done.code !== 1 || tries === 1) return done;
    }
  };
  const run = (command: string, ...more: string[]) => as("root", command, ...more);
  const apply = async (file: string) => {
    const done = await run("apply", ...unhurried, "--profile", file, "--format", "json");
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    return JSON.parse(done.stdout)[0].value as { run: string };
  };
  const addresses = async (file = profile) => {
    const { stdout } = await run("plan", "--profile", file, "--format", "json");
    const { changes } = JSON.parse(stdout)[0].value as { changes: { address: string; effect: string }[] };
    return changes.map(({ address, effect }) => `${address} ${effect}`);
  };
  const rules = async () => (await vm.exec("auditctl -l")).stdout;
  const log = async (key: string) =>
    (await vm.exec(`sleep 0.5; ausearch --input-logs --raw -k ${key}`)).stdout;

  test("what matters is recorded under its key, after an apply", async () => {
    const before = await rules();
    expect(before).not.toContain("harden-");
    await apply(profile);
    expect(await addresses()).toEqual([]);
    expect(await rules(), "somebody's own").toContain("-k theirs");
    for (const [key, deed, seen] of deeds) {
      const done = await vm.exec(deed);
      expect(done, done.stderr).toMatchObject({ code: 0 });
      expect(await log(key), deed).toMatch(seen);
    }
  });

  test("harden events tells what was done, by whom and from where, and counts as aureport does", async () => {
    const done = await as("admin", "events", "--key", "sudoers");
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/a daemon as root: created \/etc\/sudoers\.d\/x, by \/usr\/bin\/tee: tee /);
    const commands = await run("events", "--key", "root_commands", "--since", "2001-01-01");
    expect(commands.stdout).toMatch(/ admin from 10\.0\.2\.2 as root: ran \/bin\/sh -c /);
    expect(commands.stdout).toMatch(/ root from 10\.0\.2\.2: ran .* \[harden-root_commands\]/);
    expect(commands.stdout).toContain("later than asked");
    // Each look at the log is recorded in it: what is counted is what there was a moment ago.
    await vm.exec("auditctl -e 0; sleep 0.5");
    const counted = await run("events", "--summary", "--since", "2001-01-01", "--format", "json");
    const [{ value }] = JSON.parse(counted.stdout);
    expect(value.silent).toBe("the kernel's auditing is switched off");
    const report = async (words: string) => {
      const { stdout } = await vm.exec(`aureport --input-logs ${words} --summary`);
      const rows = [...stdout.matchAll(/^(\d+) {2}(.*)$/gm)].map(([, count, name]) => `${name} ${count}`);
      return rows.sort();
    };
    const ours = (rows: { name: string; events: number }[]) => rows.map((row) => `${row.name} ${row.events}`);
    expect(ours(value.summary.keys).sort()).toEqual(await report("-k"));
    expect(value.summary.keys.length).toBeGreaterThan(4);
    expect(ours(value.summary.commands).sort()).toEqual(await report("--comm"));
    // aureport of Debian 12 counts each login twice: as a record of its own, and with its system call.
    if (distro === "debian13") expect(ours(value.summary.logins).sort()).toEqual(await report("-u"));
    await vm.exec("auditctl -e 1");
  });

  type Cases = Parameters<typeof drawTests>[2];
  /** How the kinds drift and are undone, and what the kernel locks, is alike on both releases: one shows it. */
  const onOne = (cases: Cases): Cases => (distro === distros.at(-1) ? cases : {});

  drawTests("vm/auditd", 3, {
    "its line of the checklist is opened by each fault of the daemon's, and no other line is": async () => {
      const open = async () => {
        const { stdout, stderr } = await run("checklist", "--profile", profile, "--format", "json");
        const [{ value } = {}] = JSON.parse(stdout || "[]") as {
          value?: { lines: Record<string, string>[] };
        }[];
        if (value === undefined) throw new Error(stdout + stderr);
        return value.lines
          .filter(({ verdict = "" }) => /fail|not measured/.test(verdict))
          .map(({ id }) => id);
      };
      // Of what this profile doesn't say nobody has looked.
      const before = await open();
      expect(before).not.toContain("server.audit-logging");
      for (const [plant, mend] of [
        // systemd refuses to stop it, and starts it anew where it fails.
        [
          "kill $(pidof auditd) && until ! pidof auditd && ! systemctl is-active --quiet auditd; do sleep 0.1; done",
          "systemctl start auditd",
        ],
        ["systemctl disable --quiet auditd", "systemctl enable --quiet auditd"],
      ] as const) {
        const done = await vm.exec(plant);
        expect(done, plant + done.stderr).toMatchObject({ code: 0 });
        const after = await open();
        const mended = await vm.exec(mend);
        expect(mended, mend + mended.stderr).toMatchObject({ code: 0 });
        expect(
          after.filter((id) => !before.includes(id)),
          plant,
        ).toEqual(["server.audit-logging"]);
      }
    },

    "a line of somebody's that the kernel refuses before ours leaves the next boot unknown": async () => {
      const file = "/etc/audit/rules.d/10-refused.rules";
      const refused = [
        "-w /no/such/folder/x -p wa -k refused",
        "-w /etc/hosts -p wa -k theirs\\n-w /etc/hosts -p wa -k theirs",
        "w /etc/hosts",
        "-W /etc/hostname -p wa -k gone",
      ] as const;
      for (const lines of sample("lines that the kernel refuses", refused, 1)) {
        await vm.exec(`printf '%b\\n' '${lines}' >${file}`);
        const verified = await run("verify", "--profile", profile);
        expect(verified, lines + verified.stdout).toMatchObject({ code: 2 });
        expect(verified.stdout).toMatch(/until the next boot auditd\.on-disk/);
        expect((await vm.exec("augenrules --load")).code, lines).not.toBe(0);
        expect(await rules(), lines).not.toContain("harden-");
        expect(await vm.exec(`rm ${file}; augenrules --load`)).toMatchObject({ code: 0 });
      }
      const verified = await run("verify", "--profile", profile);
      expect(verified, verified.stdout).toMatchObject({ code: 0 });
    },

    ...onOne({
      "a root command is recorded, of whoever logged in and of a daemon; with sessions a daemon's is not":
        async () => {
          const daemon = (word: string) => vm.exec(`systemd-run --wait --quiet /usr/bin/printenv ${word}`);
          await daemon("DAEMON");
          const done = await as("admin", "verify", "--profile", profile);
          expect(done, done.stdout + done.stderr).toMatchObject({
            code: 0,
            stdout: expect.stringContaining("All commands run as root are recorded"),
          });
          const all = await log("root_commands");
          expect(all).toMatch(/ euid=0 .*comm="auditctl"/);
          expect(all).toMatch(/ auid=4294967295 .*comm="printenv"/);

          await apply(sessions);
          await daemon("LATER");
          const verified = await as("admin", "verify", "--profile", sessions);
          expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 });
          const later = (await log("root_commands")).slice(all.length);
          expect(later).toMatch(/ euid=0 .*comm="auditctl"/);
          expect(later).not.toContain("LATER");
          await apply(profile);
        },

      "auditd that was suspended by a full disk is told, until it goes on": async () => {
        const full = `fallocate -l "$(df --output=avail -B1 /var/log/audit | tail -n 1)" /var/log/audit/full
      until journalctl -q -u auditd -t auditd | grep -q -i suspend; do /usr/bin/printenv HOME; sleep 0.2; done
      rm /var/log/audit/full; touch -d '2 minutes ago' /var/log/audit/audit.log`;
        const done = await vm.exec(full);
        expect(done, done.stderr).toMatchObject({ code: 0 });
        expect(await run("verify", "--profile", profile)).toMatchObject({
          code: 2,
          stdout: expect.stringMatching(/fail +auditd\.running[\s\S]*nothing was written to its log/),
        });
        expect((await vm.exec("kill -USR2 $(pidof auditd); sleep 1")).code).toBe(0);
        expect((await run("verify", "--profile", profile)).code).toBe(0);
      },

      "a rule that keeps what ours name from being recorded is told": async () => {
        const swallow = [
          "-A never,exit -F arch=b64 -S execve,execveat -F euid=0",
          "-a always,exclude -F msgtype=SYSCALL",
        ];
        for (const rule of sample("rules that swallow ours", swallow, 1)) {
          const planted = await vm.exec(`auditctl ${rule} && /usr/bin/printenv SWALLOWED; auditctl -l`);
          expect(planted.stdout, planted.stderr).toContain(rule.split(" ")[1]);
          expect(await log("root_commands")).not.toContain('a1="SWALLOWED"');
          expect(await run("verify", "--profile", profile)).toMatchObject({
            code: 2,
            stdout: expect.stringMatching(
              /fail +auditd\.root-commands[\s\S]*nothing is recorded of what these name/,
            ),
          });
          expect((await vm.exec(`auditctl ${rule.replace(/^-\w/, "-d")}`)).code).toBe(0);
        }
        expect((await vm.exec("/usr/bin/printenv SWALLOWED")).code).toBe(1);
        expect(await log("root_commands")).toContain('a1="SWALLOWED"');
      },

      "a rule taken out by hand, and a smaller log, is drift and comes back; a larger one stays":
        async () => {
          const conf = "/etc/audit/auditd.conf";
          const smaller = "s/^num_logs = .*/num_logs = 2/; s/^max_log_file = .*/max_log_file = 99/";
          const took = await vm.exec(`auditctl -D -k harden-sudoers && sed -i '${smaller}' ${conf}`);
          expect(took.code).toBe(0);
          expect(await rules()).not.toContain("harden-sudoers");
          const verified = await run("verify", "--profile", profile);
          expect(verified, verified.stderr).toMatchObject({
            code: 2,
            stdout: expect.stringMatching(/fail +auditd\.sudoers/),
          });
          expect(verified.stdout).toMatch(/fail +auditd\.log-size/);
          expect((await addresses()).sort()).toEqual([
            "auditd/audit-rules:kernel now",
            `auditd/edit:${conf} restart`,
            "auditd/service:auditd.service restart",
          ]);
          await apply(profile);
          expect(await rules()).toContain("harden-sudoers");
          // The daemon itself says what it works with, in what it writes down on SIGCONT.
          const { stdout } =
            await vm.exec(`grep -E '^(num_logs|max_log_file) ' ${conf}; kill -CONT $(pidof auditd)
      timeout 20 sh -c 'until grep -hs "^max log size" /run/auditd.state /run/audit/auditd.state; do sleep 0.1; done'`);
          expect(stdout).toContain("max_log_file = 99\nnum_logs = 8\n");
          expect(stdout).toContain(`max log size = ${99 * 1024} KB`);
          expect(await addresses()).toEqual([]);
        },

      "switched off by hand is drift, and is switched on again": async () => {
        await vm.exec("auditctl -e 0");
        expect(await addresses()).toEqual(["auditd/service:auditd.service restart"]);
        await apply(profile);
        expect((await vm.exec("auditctl -s")).stdout).toMatch(/^enabled 1$/m);
      },

      "a rule that somebody loads while a run waits stays over the rollback, and is named": async () => {
        const before = await rules();
        const fewer = profileFile("auditd: {rules: [sudoers]}\n");
        const pending = await run("apply", ...unhurried, "--profile", fewer, "--no-confirm");
        expect(pending, pending.stderr).toMatchObject({ code: 0 });
        const file = "/etc/audit/rules.d/95-window.rules";
        const loaded = await vm.exec(`echo '-w /etc/hostname -p wa -k window' >${file}; augenrules --load`);
        expect(loaded, loaded.stderr).toMatchObject({ code: 0 });
        // Not all is as it was before the run, which is what the status says.
        const back = await run("rollback", ...unhurried);
        expect(back, back.stderr).toMatchObject({ code: 4 });
        const said = back.stdout + back.stderr;
        expect(said).toMatch(/audit: somebody loaded rules during the run; they stay .*-k window/);
        expect(said).toMatch(/audit\.rules: somebody changed it during the run; .* that version is kept: /);
        expect(await rules()).toBe(`${before}-w /etc/hostname -p wa -k window\n`);
        await vm.exec(`rm ${file}; augenrules --load`);
        expect(await rules()).toBe(before);
      },

      "not locked before the confirm, nor by an apply that is rolled back": async () => {
        const before = await state(vm.exec);
        const pending = await run("apply", ...unhurried, "--profile", locking, "--no-confirm");
        expect(pending, pending.stderr).toMatchObject({ code: 0 });
        const unlocked = async () => {
          const { stdout } = await vm.exec("auditctl -s; ls /etc/audit/rules.d");
          expect(stdout).toMatch(/^enabled 1$/m);
          expect(stdout).not.toContain("zz-harden");
        };
        await unlocked();
        const back = await run("rollback", ...unhurried);
        expect(back, back.stderr).toMatchObject({ code: 0 });
        await unlocked();
        expect(difference(before, await state(vm.exec))).toEqual([]);
      },

      "locked after the confirm: what differs then waits for a reboot, and says so": async () => {
        expect((await addresses(locking)).sort()).toEqual([
          "auditd/audit-lock:kernel now",
          "auditd/file:/etc/audit/rules.d/zz-harden-finalize.rules now",
        ]);
        await apply(locking);
        expect((await vm.exec("auditctl -s")).stdout).toMatch(/^enabled 2$/m);
        expect(await addresses(locking)).toEqual([]);

        const fewer = profileFile("auditd: {immutable: true, rules: [sudoers]}\n");
        expect(await addresses(fewer)).toEqual(["auditd/file:/etc/audit/rules.d/50-harden.rules reboot"]);
        const plan = await run("plan", "--profile", fewer);
        expect(plan.stdout).toContain("only a reboot can change them");
        // The file can be given back, the kernel's lock can't: that is said, and the next boot is unlocked.
        const back = await run("rollback", ...unhurried);
        expect(back, back.stderr).toMatchObject({ code: 0 });
        expect(back.stderr + back.stdout).toContain("locked until the next boot");
        expect((await vm.exec("ls /etc/audit/rules.d")).stdout).not.toContain("zz-harden");
      },
    }),

    "a folder that is gone at boot stops neither auditd nor the other rules": async () => {
      await apply(locking);
      await vm.exec("rm -r /etc/docker");
      await vm.restart();
      const { stdout } = await vm.exec(
        "systemctl is-active auditd; auditctl -s; auditctl -l; ls -d /etc/docker",
      );
      expect(stdout).toMatch(/^active\nenabled 2$/m);
      expect(stdout).toContain("harden-sudoers");
      expect(stdout).toContain("-k theirs");
      expect(stdout).not.toContain("docker");
    },
  });
});
