import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, type Login, opPassword, startHost, type TestHost } from "./hosts.ts";
import { keyLogin } from "./logins.ts";
import { difference, state } from "./state.ts";
import { apply, during, fill, isFull, must, ownDisk, type Trouble } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const ssh = profileFile("ssh: {}\nfail2ban: {}\n");
const all = profileFile(
  "ssh: {}\nfail2ban: {}\nsysctl: {}\nupdates: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n",
);

function secretFile(secret: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "harden-secret-")), "secret");
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

interface Way {
  readonly profile: string;
  readonly user: Login;
  readonly more?: readonly string[];
}

/** Plan, apply and rollback; in between the host is hardened, and at the end as it was. */
async function thereAndBack(host: TestHost, { profile, user, more = [] }: Way): Promise<void> {
  const before = await state(host.exec);
  const planned = await harden(host, ["plan", host.target(user), "--profile", profile, ...more]);
  expect(planned, planned.stderr).toMatchObject({ code: 0, stderr: "" });
  expect(difference(before, await state(host.exec))).toEqual([]);
  const applied = await apply(host, profile, { user, more });
  expect(applied, applied.stderr).toMatchObject({ code: 0 });
  const [, run = ""] = /confirmed \(run (\S+?)[,)]/.exec(applied.stdout) ?? [];
  const undone = await harden(host, ["rollback", host.target(user), run, "--yes", ...more]);
  expect(undone, undone.stderr).toMatchObject({ code: 0 });
  expect(difference(before, await state(host.exec))).toEqual([]);
}

interface Odd extends Trouble {
  readonly way: Way;
}

const noise = String.raw`echo early; echo "no newline at all\c"; echo warning >&2; umask 077; unset TERM; export LC_ALL=de_DE.UTF-8 LANG=tr_TR.UTF-8 POSIXLY_CORRECT=1 TMPDIR=/nowhere CDPATH=/usr BLOCK_SIZE=human-readable QUOTING_STYLE=c XTABLES_LIBDIR=/nowhere SYSTEMD_IN_CHROOT=1`;

const drops = ownDisk("/etc/ssh/sshd_config.d", 4);

const odd: readonly Odd[] = [
  {
    name: "a folder that sshd reads is a file system of its own, at the top of which the reserve lies",
    ...drops,
    make: `${drops.make}; systemctl reload ssh`,
    end: `${drops.end}; systemctl reload ssh`,
    way: { profile: ssh, user: "root" },
  },
  {
    name: "the login shell is fish",
    make: "usermod -s /usr/bin/fish root",
    there: "getent passwd root | grep -q fish && fish -c true",
    end: "usermod -s /bin/bash root",
    way: { profile: ssh, user: "root" },
  },
  {
    name: "the login shell is csh, and sudo leads to root",
    make: "usermod -s /usr/bin/tcsh admin; printf 'echo from tcshrc\\numask 077\\n' >/home/admin/.cshrc",
    there: "su admin -c 'echo $version' | grep -q tcsh",
    end: "usermod -s /bin/bash admin; rm /home/admin/.cshrc",
    way: { profile: ssh, user: "admin" },
  },
  {
    name: "the login makes noise before and after, in another locale",
    make: `cp -a /root/.bashrc /root/bashrc; cp -a /etc/issue.net /etc/motd /var/tmp/
      { printf '%s\\n' '${noise}'; cat /root/bashrc; } >/root/.bashrc
      echo 'echo good bye; echo good bye >&2' >/root/.bash_logout
      printf 'trap "echo the end" EXIT\\n' >>/root/.bashrc
      seq 500 >/etc/motd; seq 500 >/etc/issue.net; echo 'Banner /etc/issue.net' >/etc/ssh/sshd_config.d/10-banner.conf
      systemctl reload ssh`,
    there: "sshd -T | grep -q 'banner /etc/issue.net'",
    end: `mv -f /root/bashrc /root/.bashrc; rm /root/.bash_logout /etc/ssh/sshd_config.d/10-banner.conf
      cp -a /var/tmp/issue.net /var/tmp/motd /etc/; systemctl reload ssh`,
    way: { profile: ssh, user: "root" },
  },
  {
    name: "sudo asks for a password, and lectures",
    make: `rm -rf /var/lib/sudo/lectured/*; printf 'Defaults lecture=always\\nDefaults passprompt="Kennwort, %%p: "\\n' >/etc/sudoers.d/lecture; chmod 440 /etc/sudoers.d/lecture`,
    there: "! su op -c 'sudo -n true' 2>/dev/null && visudo -c -q",
    end: "rm /etc/sudoers.d/lecture",
    way: { profile: ssh, user: "op", more: ["--sudo-password-file", secretFile(opPassword)] },
  },
  {
    name: "/tmp and /var/tmp are full and noexec, and there is no sftp",
    make: `cp -a /etc/ssh/sshd_config /root/sshd_config; sed -i /^Subsystem/d /etc/ssh/sshd_config; systemctl reload ssh
      for folder in /tmp /var/tmp; do mount -t tmpfs -o size=64k,noexec tmpfs $folder; done
      ${fill("/tmp")}; ${fill("/var/tmp")}`,
    there: `${isFull("/tmp")} && ${isFull("/var/tmp")} && ! sshd -T | grep -q '^subsystem'`,
    end: "umount /tmp; umount /var/tmp; mv -f /root/sshd_config /etc/ssh/sshd_config; systemctl reload ssh",
    way: { profile: ssh, user: "root" },
  },
  {
    name: "files have Windows line ends, no last newline, bytes that are no UTF-8",
    make: `mkdir /root/kept; cp -a /etc/ssh/sshd_config /etc/ufw/ufw.conf /etc/default/ufw /etc/ufw/sysctl.conf /root/kept/
      sed -i 's/$/\\r/' /etc/ssh/sshd_config /etc/ufw/ufw.conf /etc/default/ufw
      printf '# caf\\351 \\200\\377' >>/etc/ssh/sshd_config
      printf '# caf\\351\\nX11Forwarding no' >/etc/ssh/sshd_config.d/20-mine.conf
      printf '# caf\\303\\251\\r\\n[sshd]\\r\\nmaxretry = 7' >/etc/fail2ban/jail.local
      printf '# caf\\351' >>/etc/ufw/sysctl.conf
      systemctl reload ssh; systemctl reload fail2ban`,
    there: `! iconv -f utf-8 /etc/ssh/sshd_config >/dev/null 2>&1 && grep -q "$(printf '\\r')" /etc/ufw/ufw.conf`,
    end: `cp -a /root/kept/sshd_config /etc/ssh/; cp -a /root/kept/ufw.conf /root/kept/sysctl.conf /etc/ufw/; cp -a /root/kept/ufw /etc/default/
      rm -r /root/kept /etc/ssh/sshd_config.d/20-mine.conf /etc/fail2ban/jail.local; systemctl reload ssh; systemctl reload fail2ban`,
    way: { profile: all, user: "root" },
  },
];

describe.skipIf(!hasDocker())("hosts that are not as expected", { timeout: 600_000 }, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
  });
  afterAll(() => host?.remove());

  it.each(sampleRows("odd hosts", odd, 3, ({ name }) => name))(
    "$name: there and back again",
    async ({ way, ...trouble }) => {
      await during(host, trouble, () => thereAndBack(host, way));
    },
  );

  it("where the login makes noise, a script that trusts what it reads fails", async () => {
    const noisy = odd.find(({ name }) => name.startsWith("the login makes noise"))!;
    await during(host, noisy, async () => expect(await keyLogin(host, "root")).toBe(false));
    // sshd has just been told to read its files again, and takes nobody in for a moment.
    await waitUntil("a quiet login", () => keyLogin(host, "root"), 20_000);
  });

  it("sudo's password is wrong: one sentence, within seconds, one try", async () => {
    // So that waiting it out would take longer than this may.
    appendFileSync(join(host.home, ".ssh/config"), "  ConnectTimeout 60\n");
    const before = await state(host.exec);
    const began = Date.now();
    const wrong = ["--sudo-password-file", secretFile("not-the-password")];
    const { code, stderr, stdout } = await apply(host, ssh, { user: "op", more: wrong });
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(code, stderr).toBe(1);
    expect(stdout).not.toContain("not-the-password");
    expect(stderr).toMatch(/^harden: op@\S+: sudo refused the password\.$/m);
    expect(stderr).not.toMatch(/not-the-password|\n\s+at /);
    expect(difference(before, await state(host.exec))).toEqual([]);
  });

  it("sudo's password is unknown: a plan says what it could not read, and an apply is blocked", async () => {
    await must(host, "touch /run/before");
    const before = await state(host.exec);
    const planned = await harden(host, ["plan", host.target("op"), "--profile", ssh]);
    expect(planned, planned.stderr).toMatchObject({ code: 0 });
    expect(planned.stdout).toMatch(
      /BLOCKED The login op is not root on this host, and sudo asks for a password: /,
    );
    const applied = await apply(host, ssh, { user: "op" });
    expect(applied, applied.stderr).toMatchObject({ code: 3 });
    expect(applied.stdout).toContain("nothing was changed");
    expect(difference(before, await state(host.exec))).toEqual([]);
    await must(host, "! find /var/lib/harden -newer /run/before | grep .");
  });
});
