import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { testKey } from "../../docker/key.mjs";
import { drawTests } from "../setup/sample.ts";
import { outcome, start, untilHost, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, dpkgLocked, during, expectRefused, must, type Trouble, undone } from "./trouble.ts";
import { unsigned } from "./unsigned.ts";

const fail2ban = profileFile("fail2ban: {}\n");
const repository = fileURLToPath(new URL("../../docker/repository.sh", import.meta.url));
const pool = "/srv/apt/debian/pool";
const deb = `$(echo ${pool}/fail2ban_*.deb)`;

const debconfModes = "stat -c '%a %U %G %n' /var/cache/debconf/*.dat";

/** A user's flock(2) of each file of debconf's that it may read, and of each that takes its place. */
const debconfLocked: Trouble = {
  name: "a user locks debconf's database",
  make: `touch /run/locking
    cat >/opt/lock.pl <<'END'
use Fcntl ":flock";
my %held;
while (-e "/run/locking") {
  for (glob "/var/cache/debconf/*.dat") {
    my $number = (stat)[1];
    next if $held{$number} or not open my $file, "<", $_;
    $held{$number} = $file if flock $file, LOCK_EX | LOCK_NB;
  }
  select undef, undef, undef, 0.005;
}
END
    runuser -u nobody -- perl /opt/lock.pl >/dev/null 2>&1 </dev/null &
    n=0; while flock -n /var/cache/debconf/config.dat true; do n=$((n + 1)); [ $n -lt 100 ]; sleep 0.1; done`,
  there: "! flock -n /var/cache/debconf/config.dat true",
  end: `rm -f /run/locking /opt/lock.pl
    n=0; while pgrep -u nobody perl >/dev/null; do n=$((n + 1)); [ $n -lt 100 ]; sleep 0.1; done`,
};

const halfConfigured: Trouble = {
  name: "dpkg was interrupted",
  make: `dpkg --unpack ${pool}/rsyslog_*.deb >/dev/null 2>&1`,
  there: "dpkg --audit | grep -q rsyslog",
  end: "dpkg --purge rsyslog >/dev/null 2>&1",
};

const notWhole: Trouble = {
  name: "a package is not whole",
  make: `cp -a ${deb} /root/; truncate -s -100 ${deb}`,
  there: `! dpkg-deb --fsys-tarfile ${deb} 2>/dev/null | tar -t >/dev/null 2>&1`,
  end: `mv -f /root/fail2ban_*.deb ${pool}/`,
};

/** Files and a folder of somebody's own, where packages will put theirs, and which a purge would take. */
const ownFiles = `printf '# mine\\nAPT::Periodic::Unattended-Upgrade "0";\\n' >/etc/apt/apt.conf.d/20auto-upgrades
  mkdir -p -m 750 /etc/fail2ban/action.d; chgrp adm /etc/fail2ban/action.d
  echo '# mine' >/etc/fail2ban/action.d/xarf-login-attack.conf; echo '# mine' >/etc/logrotate.d/fail2ban
  ! dpkg-query -s unattended-upgrades fail2ban >/dev/null 2>&1`;

const index = `(cat >/root/repository.sh <<'END'\n${readFileSync(repository, "utf8")}\nEND
  sh /root/repository.sh /srv/apt/debian trixie stable Debian; rm /root/repository.sh; apt-get -qq update)`;

/** The package with a postinst that fails, in a repository that vouches for it. */
const badScript: Trouble = {
  name: "a package's script fails",
  make: `cp -a ${deb} /root/
    dpkg-deb --raw-extract ${deb} /root/tree
    printf '#!/bin/sh\\necho "no, not on this host" >&2\\nexit 1\\n' >/root/tree/DEBIAN/postinst
    dpkg-deb --root-owner-group --build /root/tree ${deb} >/dev/null; rm -rf /root/tree
    ${index}`,
  there: `dpkg-deb --info ${deb} postinst | grep -q 'not on this host'`,
  end: `mv -f /root/fail2ban_*.deb ${pool}/; ${index}`,
};

/** No machine of the tests is without sudo, and their repository has no other than this one, made of what is installed. */
const withoutSudo = `set -e; rm /etc/sudoers.d/admin; gpasswd -d op sudo; echo root:only-Root | chpasswd
  mkdir -p /root/tree/DEBIAN; cp /var/lib/dpkg/info/sudo.p* /var/lib/dpkg/info/sudo.conffiles /root/tree/DEBIAN
  dpkg-query -W -f 'Package: sudo\nVersion: \${Version}\nArchitecture: amd64\nMaintainer: n <n@localhost>\nDescription: sudo\n' sudo >/root/tree/DEBIAN/control
  dpkg-query -L sudo | while read -r path; do [ ! -e "$path" ] || [ -d "$path" ] || cp -a --parents "$path" /root/tree; done
  dpkg-deb --build /root/tree ${pool}/sudo_1_amd64.deb >/dev/null; rm -r /root/tree
  ${unsigned}; ${index}; dpkg --purge sudo; ! command -v sudo`;

describe.skipIf(!hasDocker())("packages that can't be installed", { timeout: 900_000 }, () => {
  let host: TestHost;
  beforeEach(async () => {
    host = await startHost("debian13", "bare");
  });
  afterEach(() => host?.remove());

  drawTests("packages", 3, {
    "dpkg is locked by somebody for good: waits, says by whom, refuses": async () => {
      await during(host, dpkgLocked, async () => {
        const began = Date.now();
        await expectRefused(host, fail2ban, [
          /waiting for another package manager: process \d+ \(perl \/root\/hold\.pl/,
          /lock-frontend: held by process \d+ \(perl \/root\/hold\.pl \); waited 60 s for it/,
        ]);
        expect(Date.now() - began).toBeGreaterThan(60_000);
      });
    },

    "dpkg was interrupted: refused, and says how to finish it": async () => {
      await during(host, halfConfigured, () =>
        expectRefused(host, fail2ban, [/dpkg --configure -a/, /rsyslog/]),
      );
    },

    "a download is not what the repository announced: refused before anything changes": async () => {
      await during(host, notWhole, () =>
        expectRefused(host, fail2ban, [
          /fail2ban:\s.*Hashes of expected file:.*failed to download \[download\]/s,
        ]),
      );
    },

    "a package's script fails: all that came with it is purged again": async () => {
      await must(host, unsigned);
      const before = await state(host.exec);
      await during(host, badScript, async () => {
        const { code, stdout, stderr } = await apply(host, fail2ban);
        expect(code, stderr).toBe(4);
        expect(stdout).toMatch(/rolled back .*no, not on this host/s);
        expect(stdout).toContain("The host is as it was before.");
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back clean failed");
      });
      expect(await must(host, "dpkg --audit")).toBe("");
      expect(difference(before, await state(host.exec))).toEqual([]);
    },

    "dpkg is locked for a while: waits, then goes on": async () => {
      const before = await state(host.exec);
      const running = await during(host, dpkgLocked, async () => {
        const args = ["apply", host.target("root"), "--profile", fail2ban, "--yes"];
        const run = start(host, args);
        await run.until(/waiting for another package manager: process/);
        return run;
      });
      const { code, said } = await running.ended;
      expect(code, said).toBe(0);
      await untilHost(host, "fail2ban-client status sshd >/dev/null");
      const undone = await harden(host, ["rollback", host.target("root"), "--yes"], { timeoutMs: 300_000 });
      expect(undone, undone.stderr).toMatchObject({ code: 0 });
      expect(await must(host, "dpkg --audit")).toBe("");
      expect(difference(before, await state(host.exec))).toEqual([]);
    },

    "a user locks debconf's database: installed and purged all the same, and as readable as before":
      async () => {
        const modes = () => must(host, debconfModes);
        const before = [await state(host.exec), await modes()] as const;
        await during(host, debconfLocked, async () => {
          const applied = await apply(host, profileFile("updates: {}\nfirewall: {}\n"), {
            more: ["--no-confirm", "--confirm-timeout", "10"],
          });
          expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
          await untilSettled(host);
          expect(await outcome(host)).toBe("rolled-back clean timeout");
        });
        expect(await must(host, "dpkg --audit")).toBe("");
        expect(difference(before[0], await state(host.exec))).toEqual([]);
        expect(await modes()).toBe(before[1]);
      },

    "files that were there before a package come back when the rollback purges it": async () => {
      await must(host, ownFiles);
      // Somebody else writes one of them while apt works.
      await must(
        host,
        `echo 'DPkg::Pre-Invoke {"[ -e /run/meanwhile ] || echo meanwhile | tee /run/meanwhile >>/etc/logrotate.d/fail2ban";};' >/etc/apt/apt.conf.d/99meanwhile`,
      );
      const before = await state(host.exec);
      const profile = profileFile("updates: {}\nfail2ban: {}\n");
      const applied = await apply(host, profile, { more: ["--no-confirm"] });
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      await must(host, "dpkg-query -s unattended-upgrades fail2ban >/dev/null");
      const undone = await harden(host, ["rollback", host.target("root"), "--yes"], { timeoutMs: 300_000 });
      expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 4 });
      expect(await outcome(host)).toBe("rolled-back notes asked");
      expect(await must(host, "cat /var/lib/harden/runs/*/third/*")).toBe("# mine\nmeanwhile\n");
      expect(difference(before, await state(host.exec))).toEqual([]);
    },

    "files that were there before a package come back when a rollback by hand purges it, days later":
      async () => {
        await must(host, ownFiles);
        const before = await state(host.exec);
        const modes = await must(host, debconfModes);
        const profile = profileFile("updates: {}\nfail2ban: {}\n");
        const applied = await apply(host, profile);
        expect(applied, applied.stderr).toMatchObject({ code: 0 });
        // What somebody makes of a file of their own since then is theirs, too.
        await must(host, "echo '# later' >>/etc/logrotate.d/fail2ban");
        const undone = await harden(host, ["rollback", host.target("root"), "--yes"], { timeoutMs: 300_000 });
        expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
        await must(host, "! dpkg-query -s unattended-upgrades fail2ban >/dev/null 2>&1");
        expect(await must(host, debconfModes)).toBe(modes);
        expect(await must(host, "cat /etc/logrotate.d/fail2ban")).toBe("# mine\n# later\n");
        await must(host, "echo '# mine' >/etc/logrotate.d/fail2ban");
        expect(difference(before, await state(host.exec))).toEqual([]);
      },

    "a rollback by hand leaves packages that the host has come to need, with what they need": async () => {
      const before = await state(host.exec);
      const applied = await apply(host, profileFile("updates: {}\n"));
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      const theirs = ["Package: theirs", "Version: 1", "Architecture: all", "Maintainer: n <n@localhost>"];
      const words = [...theirs, "Description: theirs", "Depends: python3-distro-info"];
      await must(
        host,
        `mkdir -p /root/theirs/DEBIAN && printf '%s\\n' ${words.map((word) => `'${word}'`).join(" ")} >/root/theirs/DEBIAN/control
      dpkg-deb --build /root/theirs && dpkg -i /root/theirs.deb && rm -r /root/theirs /root/theirs.deb
      apt-get install -y python3-dbus`,
      );
      const undone = await harden(host, ["rollback", host.target("root"), "--yes"], { timeoutMs: 300_000 });
      expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
      const stays = [
        ...(undone.stdout + undone.stderr).matchAll(/~ (?!lib)(\S+) stays: it is (marked|needed)/g),
      ].map((all) => all.slice(1));
      expect(stays.sort()).toEqual([
        ["distro-info-data", "needed"],
        ["python3-dbus", "marked"],
        ["python3-distro-info", "needed"],
      ]);
      const added = difference(before, await state(host.exec))
        .filter((line) => line.startsWith("+ package ii"))
        .map((line) => line.split(/ +/)[3]);
      expect(added.filter((name) => !name?.startsWith("lib"))).toEqual([
        ...["distro-info-data", "python3-dbus", "python3-distro-info", "theirs"],
      ]);
    },

    "sudo goes with the rollback of a run that brought it, unless others become root by it meanwhile":
      async () => {
        await must(host, withoutSudo);
        const before = await state(host.exec);
        const user = `{name: deploy, sudo: nopasswd, keys: ["${readFileSync(`${testKey}.pub`, "utf8").trim()}"]}`;
        const profile = profileFile(`accounts: {users: [${user}], otherKeys: keep}\n`);
        const there = async () => {
          const applied = await apply(host, profile);
          expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
          await must(host, "su deploy -c 'sudo -n true'");
        };
        await there();
        await undone(host);
        expect(difference(before, await state(host.exec))).toEqual([]);

        await there();
        await must(host, "gpasswd -a op sudo");
        await undone(host);
        await must(host, "sudo -l -U op | grep -q '(ALL : ALL) ALL' && ! id deploy 2>/dev/null");
      },

    "a run that brought packages is undone by hand, or not at all": async () => {
      const profile = profileFile("fail2ban: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n");
      const before = await state(host.exec);
      const applied = await apply(host, profile);
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      const hardened = await state(host.exec);
      const args = ["rollback", host.target("root"), "--yes", "--confirm-timeout", "10"];

      const abandoned = start(host, args);
      await abandoned.until(/: undone;/);
      abandoned.child.kill("SIGKILL");
      await abandoned.ended;
      await untilSettled(host, 400);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      expect(difference(hardened, await state(host.exec))).toEqual([]);

      const undone = await harden(host, args, { timeoutMs: 300_000 });
      expect(undone, undone.stderr).toMatchObject({ code: 0 });
      expect(await must(host, "dpkg --audit")).toBe("");
      expect(difference(before, await state(host.exec))).toEqual([]);
    },
  });
});
