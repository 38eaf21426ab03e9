import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { outcome, untilSettled, untilUnwatched } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, opPassword, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { startOnTerminal } from "./terminal.ts";
import {
  apply,
  during,
  expectRefused,
  fill,
  isFull,
  mountImage,
  must,
  ownDisk,
  type Trouble,
  unmountImage,
} from "./trouble.ts";

/** A small disk for the journal that outlives a reset, as a tmpfs does not. */
const journalImage = "/var/tmp/journal.img";
const journalDisk = (size: string, options = "") =>
  `mkdir -p -m 700 /var/lib/harden; truncate -s ${size} ${journalImage}
mkfs.ext4 -q -F -m 0 -O ^has_journal ${options} ${journalImage}; ${mountImage(journalImage, "/var/lib/harden")}
rmdir /var/lib/harden/lost+found; chmod 700 /var/lib/harden`;
const noJournalDisk = `${unmountImage(journalImage, "/var/lib/harden")}; rm -rf /var/lib/harden`;

/** A journal's disk with room for so many files more. */
const leavesInodes = (
  count: number,
  says: RegExp,
): Pick<Obstacle, "make" | "there" | "end" | "profile" | "says"> => ({
  make: `${journalDisk("16M", "-N 128")}
n=0; until [ "$(stat -f -c %d /var/lib/harden)" = ${count} ]; do n=$((n + 1)); touch /var/lib/harden/$n; done`,
  there: `[ "$(stat -f -c %d /var/lib/harden)" = ${count} ] && [ "$(stat -f -c %a /var/lib/harden)" -gt 8000 ]`,
  end: noJournalDisk,
  profile: ssh,
  says: [says],
});

const ssh = profileFile("ssh: {}\n");
const fail2ban = profileFile("fail2ban: {}\n");
const firewall = profileFile("firewall: {}\n");
const stricter = profileFile("fail2ban: {maxRetry: 2}\n");

const dropIn = "/etc/ssh/sshd_config.d/00-harden.conf";
const jail = "/etc/fail2ban/jail.local";
const disk = ownDisk("/etc/fail2ban", 4);

interface Obstacle extends Trouble {
  readonly profile: string;
  readonly says: readonly RegExp[];
}

const obstacles: readonly Obstacle[] = [
  {
    name: "/etc is read-only",
    make: "mount --bind /etc /etc; mount -o remount,bind,ro /etc",
    there: "! touch /etc/some-file 2>/dev/null",
    end: "umount /etc",
    profile: ssh,
    says: [/00-harden\.conf: the file system of \/etc\/ssh\/sshd_config\.d is mounted read-only/],
  },
  {
    name: "a file is immutable",
    make: `${disk.make}; printf '# Written by harden\\n' >${jail}; chattr +i ${jail}`,
    there: `! rm -f ${jail} 2>/dev/null && lsattr ${jail} | grep -q '^----i'`,
    end: `chattr -i ${jail}; ${disk.end}`,
    profile: fail2ban,
    says: [/jail\.local is immutable/],
  },
  {
    name: "a folder lets no name go",
    make: `${disk.make}; touch /etc/fail2ban/some-file; chattr +a /etc/fail2ban`,
    there: "! rm /etc/fail2ban/some-file 2>/dev/null && [ -w /etc/fail2ban ]",
    end: `chattr -a /etc/fail2ban; ${disk.end}`,
    profile: fail2ban,
    says: [/jail\.local: \/etc\/fail2ban has the immutable or append-only flag/],
  },
  {
    name: "a file is a mount point",
    make: `install -m 600 /dev/null /root/elsewhere; install -m 600 /dev/null ${dropIn}; mount --bind /root/elsewhere ${dropIn}`,
    there: `! rm ${dropIn} 2>/dev/null && [ -e ${dropIn} ]`,
    end: `umount ${dropIn}; rm ${dropIn} /root/elsewhere`,
    profile: ssh,
    says: [/00-harden\.conf: something is mounted on the file itself/],
  },
  {
    name: "a file is a symbolic link",
    make: `install -m 600 /dev/null /root/elsewhere; ln -s /root/elsewhere ${dropIn}`,
    there: `[ -L ${dropIn} ]`,
    end: `rm ${dropIn} /root/elsewhere`,
    profile: ssh,
    says: [/00-harden\.conf is a symbolic link to \/root\/elsewhere/],
  },
  {
    name: "a file has two names",
    make: `install -m 600 /dev/null /etc/ssh/elsewhere; ln /etc/ssh/elsewhere ${dropIn}`,
    there: `[ "$(stat -c %h ${dropIn})" = 2 ]`,
    end: `rm ${dropIn} /etc/ssh/elsewhere`,
    profile: ssh,
    says: [/00-harden\.conf: it has more than one name/],
  },
  {
    name: "the file system of the journal is full",
    make: `${journalDisk("512K")}; ${fill("/var/lib/harden")}`,
    there: isFull("/var/lib/harden"),
    end: noJournalDisk,
    profile: ssh,
    says: [/(too little room|could not be written).*; file system \/var\/lib\/harden: 0 KiB free/],
  },
  {
    name: "the file system of the journal has no inode for the lease",
    ...leavesInodes(
      0,
      /: the lease could not be written; file system \/var\/lib\/harden: \d+ KiB free, 0 inodes free \[/,
    ),
  },
  {
    name: "the file system of the journal runs out of inodes in the run's folder",
    ...leavesInodes(
      12,
      /: the run could not be written; file system \/var\/lib\/harden: \d+ KiB free, 0 inodes free \[/,
    ),
  },
  {
    name: "the file system of the journal has an inode for the reserve, and none for what comes then",
    ...leavesInodes(
      31,
      /: too few inodes: \d+ are needed; file system \/var\/lib\/harden: \d+ KiB free, \d inodes? free \[/,
    ),
  },
  {
    name: "the file system of a file is full",
    make: `${disk.make}; ${fill("/etc/fail2ban")}`,
    there: isFull("/etc/fail2ban"),
    end: disk.end,
    profile: fail2ban,
    says: [/\/etc\/fail2ban: too little room: \d+ KiB are needed; file system \/etc\/fail2ban: 0 KiB free/],
  },
  {
    name: "sshd's configuration is broken already",
    make: "cp -a /etc/ssh/sshd_config /root/sshd_config; sed -i '3i NoSuchKeyword yes' /etc/ssh/sshd_config",
    there: "! sshd -t 2>/dev/null",
    end: "mv -f /root/sshd_config /etc/ssh/sshd_config",
    profile: ssh,
    says: [/\/etc\/ssh\/sshd_config:? line 3: Bad configuration option: …/],
  },
];

describe.skipIf(!hasDocker())("a host that can't be changed as planned", () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
  });
  afterAll(() => host?.remove());

  it.each(sampleRows("obstacles", obstacles, 5, ({ name }) => name))(
    "$name: refused before anything changes",
    async (obstacle) => {
      await during(host, obstacle, () => expectRefused(host, obstacle.profile, obstacle.says));
    },
  );

  const bare = profileFile("ssh: {}\nfail2ban: {}\nfirewall: {}\nsysctl: {}\n");
  const option = /Give sudo's password: -K \(--ask-sudo-password\)/;
  const blocked = (said: string) => said.match(/BLOCKED .*/g) ?? [];

  it("sudo wants a password, and nobody is there: one cause, one finding, with the option", async () => {
    await expectRefused(host, bare, [option], "op");
    const on = (...words: readonly string[]) =>
      harden(host, [words[0]!, host.target("op"), ...words.slice(1)]);
    const plan = await on("plan", "--profile", bare, "--detailed-exitcode");
    expect(plan).toMatchObject({ code: 3 });
    expect(blocked(plan.stdout)).toEqual([
      expect.stringMatching(
        /The login op is not root on this host, and sudo asks for a password: .*\[host\.no-rights\]$/,
      ),
    ]);
    expect(plan.stdout).not.toMatch(/could not be (read|checked|asked)|Nothing to change/);
    const verify = await on("verify", "--profile", bare);
    expect(verify).toMatchObject({ code: 2 });
    expect(verify.stdout).toMatch(option);
    for (const words of [
      ["runs"],
      ["rollback", "--yes"],
      ["confirm"],
      ["runs prune"],
      ["uninstall", "--yes"],
    ]) {
      const [verb = "", ...more] = words;
      const ended = await harden(host, [...verb.split(" "), host.target("op"), ...more]);
      expect(ended, verb).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr, verb).toMatch(option);
      expect(ended.stderr.match(/sudo asks for a password/g), verb).toHaveLength(1);
    }
  });

  it("sudo wants a password, and somebody is there: asked for once, for all hosts, and never shown", async () => {
    const args = ["plan", host.target("op"), `op@${host.name}`, "--profile", bare];
    const run = startOnTerminal(host, args);
    await run.until(/sudo password on the hosts: /);
    run.type(`${opPassword}\n`);
    const { code, said } = await run.ended;
    expect(code, said).toBe(0);
    expect(said.match(/sudo password on the hosts/g)).toHaveLength(1);
    expect(blocked(said)).toEqual([]);
    expect(said).not.toContain(opPassword);
    // Enter alone: what the login may read by itself, and why there is no more.
    const without = startOnTerminal(host, args.slice(0, 2).concat("--profile", bare));
    await without.until(/sudo password on the hosts: /);
    without.type("\n");
    expect(blocked((await without.ended).said)).toEqual([
      expect.stringContaining("sudo asks for a password"),
    ]);
  });

  it("a login without any right to root: one cause, one finding", async () => {
    const noSudo: Trouble = {
      name: "sudo is not installed",
      make: "mv /usr/bin/sudo /usr/bin/sudo.gone",
      there: "! command -v sudo",
      end: "mv /usr/bin/sudo.gone /usr/bin/sudo",
    };
    await during(host, noSudo, async () => {
      const { code, stdout } = await harden(host, ["plan", host.target("admin"), "--profile", bare]);
      expect(code).toBe(0);
      expect(blocked(stdout)).toEqual([
        expect.stringContaining("The login admin is not root on this host, and sudo is not installed: "),
      ]);
      expect(stdout).toContain("Log in as root, or as a login that may use sudo.");
    });
  });

  const wrapper = `#!/bin/bash
if [ "$1" = -t ] && [ -e ${dropIn} ]; then echo "${dropIn} line 3: not today" >&2; exit 255; fi
exec -a /usr/sbin/sshd /usr/sbin/sshd.real "$@"`;
  const badSshd: Trouble = {
    name: "sshd refuses the new configuration",
    make: `cat >/root/sshd <<'END'\n${wrapper}\nEND
      chmod 755 /root/sshd; cp -a /usr/sbin/sshd /usr/sbin/sshd.real; mv -f /root/sshd /usr/sbin/sshd`,
    there: `sshd -t && touch ${dropIn} && ! sshd -t 2>/dev/null && rm ${dropIn}`,
    end: "mv -f /usr/sbin/sshd.real /usr/sbin/sshd; systemctl restart ssh",
  };

  it("sshd refuses the new configuration: rolled back, and told what it said", async () => {
    const before = await state(host.exec);
    await during(host, badSshd, async () => {
      const { code, stdout, stderr } = await apply(host, ssh);
      expect(code, stderr).toBe(4);
      expect(stdout).toMatch(
        /rolled back .*the check of sshd: .*00-harden\.conf line 3: not today.*as it was before/,
      );
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean failed");
    });
    expect(difference(before, await state(host.exec))).toEqual([]);
    const plan = await harden(host, ["plan", host.target("root"), "--profile", ssh]);
    expect(plan, plan.stderr).toMatchObject({ code: 0 });
  });

  const disks: Trouble = {
    name: "small disks",
    make: `rm -rf /var/lib/harden; ${disk.make}; ${journalDisk("5M")}`,
    there: `${disk.there} && mountpoint -q /var/lib/harden`,
    end: `${noJournalDisk}; ${disk.end}`,
  };

  it("all disks are full after the apply: the room for the way back was taken before", async () => {
    await during(host, disks, async () => {
      const first = await apply(host, fail2ban);
      expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
      const before = await state(host.exec);
      const second = await apply(host, stricter, { more: ["--no-confirm", "--confirm-timeout", "10"] });
      expect(second, second.stderr).toMatchObject({ code: 0 });
      expect(difference(before, await state(host.exec))).not.toEqual([]);
      for (const folder of ["/var/lib/harden", "/etc/fail2ban"]) {
        await must(host, fill(folder));
        await must(host, isFull(folder));
      }
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      await must(host, "rm /etc/fail2ban/fill /var/lib/harden/fill");
      expect(difference(before, await state(host.exec))).toEqual([]);
      const undone = await harden(host, ["rollback", host.target("root"), "--yes"]);
      expect(undone, undone.stderr).toMatchObject({ code: 0 });
      await untilUnwatched(host);
    });
  });

  it("the journal's disk fills up right before the firewall changes: nothing changes that can't be undone", async () => {
    const tool = "/usr/sbin/iptables-save";
    // Somebody's writer, that happens to come while the live rules are being saved.
    const greedy: Trouble = {
      name: "a greedy writer",
      make: `rm -rf /var/lib/harden; ${journalDisk("5M")}; rm ${tool}; cat >${tool} <<'END'
#!/bin/sh
[ "$(cat /var/lib/harden/runs/*/phase)" != working ] || [ -e /var/lib/harden/fill ] || { ${fill("/var/lib/harden")}; } >/dev/null 2>&1
exec /usr/sbin/xtables-nft-multi iptables-save "$@"
END
chmod 755 ${tool}`,
      there: "mountpoint -q /var/lib/harden",
      end: `${noJournalDisk}; ln -sf /etc/alternatives/iptables-save ${tool}`,
    };
    const before = await state(host.exec);
    let said = "";
    await during(host, greedy, async () => {
      const applied = await apply(host, firewall);
      said = applied.stdout + applied.stderr;
      expect(applied, said).toMatchObject({ code: 4 });
      await untilSettled(host);
      await untilUnwatched(host);
      await must(host, "rm /var/lib/harden/fill");
      expect(await outcome(host)).toBe("rolled-back clean failed");
    });
    expect(difference(before, await state(host.exec))).toEqual([]);
    expect(said).toContain("the undo could not be written");
  });
});
