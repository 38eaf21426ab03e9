import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, during, expectRefused, fill, isFull, must, ownDisk, type Trouble } from "./trouble.ts";

const ssh = profileFile("ssh: {}\n");
const fail2ban = profileFile("fail2ban: {}\n");
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
    make: `mkdir -p /var/lib/harden; mount -t tmpfs -o size=200k tmpfs /var/lib/harden; ${fill("/var/lib/harden")}`,
    there: isFull("/var/lib/harden"),
    end: "umount /var/lib/harden; rmdir /var/lib/harden 2>/dev/null || :",
    profile: ssh,
    says: [/(too little room|could not be written).*; file system \/var\/lib\/harden: 0 KiB free/],
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
    says: [/\/etc\/ssh\/sshd_config:? line 3: Bad configuration option: NoSuchKeyword/],
  },
];

describe.skipIf(!hasDocker())("a host that can't be changed as planned", () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
  });
  afterAll(() => host?.remove());

  it.each(obstacles)("$name: refused before anything changes", async (obstacle) => {
    await during(host, obstacle, () => expectRefused(host, obstacle.profile, obstacle.says));
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
    make: `rm -rf /var/lib/harden; ${disk.make}; mkdir /var/lib/harden; mount -t tmpfs -o size=4m,mode=700 tmpfs /var/lib/harden`,
    there: `${disk.there} && mountpoint -q /var/lib/harden`,
    end: `umount -l /var/lib/harden; rm -rf /var/lib/harden; ${disk.end}`,
  };

  it("all disks are full after the apply: the room for the way back was taken before", async () => {
    await during(host, disks, async () => {
      const first = await apply(host, fail2ban);
      expect(first, first.stderr).toMatchObject({ code: 0 });
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
    });
  });
});
