/** The inventory on real hosts: nothing unexplained as Debian's packages bring them, and each planted entry is named until it is taken away. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { testKey } from "../../docker/key.mjs";
import { fingerprintIn } from "../../src/kinds/keys/line.ts";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, startHost, type TestHost } from "./hosts.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

const ours = fingerprintIn(readFileSync(`${testKey}.pub`, "utf8"));

/** What the test hosts have of their own: two accounts, one of them with sudo by a file, and a recorder in PAM. */
const profile = profileFile(`
extends: production
privileges:
  accepted:
    logins: [admin, op]
    login-keys:
      - root ${ours}
      - admin ${ours}
      - op ${ours}
    root-groups: [sudo op]
    sudo-rules: ["admin (ALL) NOPASSWD: ALL"]
    pam-modules: [pam_exec.so quiet type=open_session /usr/local/sbin/record-proof]
`);

/** Kind, name, how it comes, and how it goes. */
const planted: readonly (readonly [string, string | RegExp, string, string])[] = [
  ["root-accounts", "toor", "useradd -o -u 0 -M -s /bin/bash toor", "userdel -f toor"],
  ["empty-passwords", "nopass", "useradd -M nopass; passwd -d nopass", "userdel nopass"],
  ["logins", "mallory", "useradd -m -s /bin/bash -p '$6$x$y' mallory", "userdel -r mallory"],
  [
    "login-keys",
    /^root SHA256:/,
    `mkdir -p /root/.ssh; cp -a /root/.ssh/authorized_keys /root/kept; echo '${key} stranger' >>/root/.ssh/authorized_keys`,
    "mv /root/kept /root/.ssh/authorized_keys",
  ],
  ["root-groups", "disk svc", "useradd -M -s /usr/sbin/nologin -G disk svc", "userdel svc"],
  [
    "root-groups",
    "super svc",
    "groupadd -o -g $(getent group sudo | cut -d: -f3) super; gpasswd -a svc super",
    "groupdel super",
  ],
  [
    "startup-files",
    "/root/.profile",
    "cp -a /root/.profile /opt/profile; echo : >>/root/.profile",
    "mv /opt/profile /root/.profile",
  ],
  ["startup-files", "/etc/ssh/sshrc", "echo : >/etc/ssh/sshrc", "rm /etc/ssh/sshrc"],
  [
    "startup-files",
    "/etc/apt/apt.conf.d/99x",
    `echo 'APT::Update::Pre-Invoke {"true";};' >/etc/apt/apt.conf.d/99x`,
    "rm /etc/apt/apt.conf.d/99x",
  ],
  [
    "sudo-rules",
    "svc (ALL) NOPASSWD: /bin/bash",
    "echo 'svc ALL=(ALL) NOPASSWD: /bin/bash' >/etc/sudoers.d/svc",
    "rm /etc/sudoers.d/svc",
  ],
  [
    "sudo-for-everybody",
    "ALL (ALL) NOPASSWD: ALL",
    "echo 'ALL ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/all",
    "rm /etc/sudoers.d/all",
  ],
  [
    "preload",
    "/usr/lib/evil.so",
    "cp /lib/x86_64-linux-gnu/libutil.so.1 /usr/lib/evil.so; echo /usr/lib/evil.so >/etc/ld.so.preload",
    "rm /etc/ld.so.preload /usr/lib/evil.so",
  ],
  ["jobs", "/etc/cron.d/back", "echo '* * * * * root true' >/etc/cron.d/back", "rm /etc/cron.d/back"],
  [
    "units",
    "/etc/systemd/system/back.service",
    "printf '[Service]\\nExecStart=/bin/true\\n' >/etc/systemd/system/back.service",
    "rm /etc/systemd/system/back.service",
  ],
  [
    "units",
    "/etc/systemd/system/cron.service.d/x.conf",
    "mkdir -p /etc/systemd/system/cron.service.d; printf '[Service]\\nExecStartPre=/bin/true\\n' >/etc/systemd/system/cron.service.d/x.conf",
    "rm -r /etc/systemd/system/cron.service.d",
  ],
  ["startup-files", "/etc/profile.d/x.sh", "echo : >/etc/profile.d/x.sh", "rm /etc/profile.d/x.sh"],
  [
    "startup-files",
    "/etc/udev/rules.d/9.rules",
    `mkdir -p /etc/udev/rules.d; echo 'ACTION=="add", RUN+="/opt/x"' >/etc/udev/rules.d/9.rules`,
    "rm /etc/udev/rules.d/9.rules",
  ],
  [
    "pam-modules",
    /pam_evil[.]so$/,
    "cp /lib/x86_64-linux-gnu/libutil.so.1 /usr/lib/x86_64-linux-gnu/security/pam_evil.so; echo 'auth optional pam_evil.so' >/etc/pam.d/evil",
    "rm /etc/pam.d/evil /usr/lib/x86_64-linux-gnu/security/pam_evil.so",
  ],
  ["setuid-files", "/opt/sh", "cp /bin/bash /opt/sh; chmod 4755 /opt/sh", "rm /opt/sh"],
  [
    "setuid-files",
    "/usr/bin/find",
    "cp -a /usr/bin/find /opt/find; chmod u+s /usr/bin/find",
    "mv /opt/find /usr/bin/find",
  ],
  [
    "writable-programs",
    "/usr/local/sbin",
    "chgrp op /usr/local/sbin; chmod g+w /usr/local/sbin",
    "chgrp root /usr/local/sbin; chmod g-w /usr/local/sbin",
  ],
  ["writable-programs", "/usr/bin/free", "chown op /usr/bin/free", "chown root /usr/bin/free"],
  ["file-capabilities", "/opt/cap", "cp /bin/bash /opt/cap; setcap cap_setuid+ep /opt/cap", "rm /opt/cap"],
  [
    "changed-files",
    "/usr/bin/uptime",
    "cp -a /usr/bin/uptime /opt/kept; echo x >>/usr/bin/uptime",
    "mv /opt/kept /usr/bin/uptime",
  ],
];

describe.skipIf(inject("docker") !== "").each(sample("inventory", bothDistros, 1))(
  "the inventory of %s",
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "full");
    }, 120_000);
    afterAll(() => host?.remove());

    async function unexplained() {
      const words = [
        "verify",
        host.target("admin"),
        "--profile",
        profile,
        "--only",
        "privileges",
        "--format",
        "json",
      ];
      const { stdout, stderr } = await harden(host, words);
      const [{ value }] = JSON.parse(stdout) as [
        { value: { checks: { id: string; object: string; verdict: string; found: string }[] } },
      ];
      expect(value?.checks, stderr).toBeDefined();
      return value.checks
        .filter(({ verdict }) => verdict !== "pass" && verdict !== "not applicable")
        .map(({ id, object }) => ({ kind: id.replace("privileges.", ""), object }));
    }

    test("has no entry that nothing explains as it comes", async () => {
      expect(await unexplained()).toEqual([]);
    });

    test("names each planted entry, and none of them when they are gone", async () => {
      for (const [, , plant] of planted) expect((await host.exec(plant)).code, plant).toBe(0);
      const found = await unexplained();
      for (const [, , , takeAway] of planted) expect((await host.exec(takeAway)).code, takeAway).toBe(0);
      for (const [kind, name] of planted) {
        const object = typeof name === "string" ? name : expect.stringMatching(name);
        expect(found).toContainEqual({ kind, object });
      }
      expect(await unexplained()).toEqual([]);
    });
  },
);
