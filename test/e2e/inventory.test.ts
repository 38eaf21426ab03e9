/** The inventory on real hosts: nothing unexplained as Debian's packages bring them, and each planted entry is named until it is taken away. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, startHost, type TestHost } from "./hosts.ts";
import { accessRows, sourceRows, stateRows } from "./inventory-access-rows.ts";
import {
  acl,
  configuredRows,
  handedOut,
  notHandedOut,
  peopleRows,
  type Row,
  writableRows,
} from "./inventory-rows.ts";
import { startupRows } from "./inventory-startup-rows.ts";
import { ownEntries } from "./own-entries.ts";
import { wrongParts } from "./wrong-parts.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

const profile = profileFile(`extends: production\n${ownEntries}`);

const noAcl = `my $name = "system.posix_acl_access\\0"; my $folder = "$ARGV[0]\\0"; syscall(197, $folder, $name) == 0 or die $!`;

/** A file of one line. */
const startupFile = (path: string, text: string): Row => [
  "startup-files",
  path,
  `mkdir -p $(dirname ${path}); echo '${text}' >${path}`,
  `rm ${path}`,
];

/** A file that is there, changed and given back. */
const edited = (kind: string, name: string, path: string, change: string): Row => [
  kind,
  name,
  `cp -a ${path} /opt/kept-$(basename ${path}); ${change} ${path}`,
  `mv /opt/kept-$(basename ${path}) ${path}`,
];

const doasRules = String.raw`printf '%s\n' 'p\ermit nopass capd # \' 'permit nopass \' 'capb' 'permit setenv {A=1}capc' 'd\eny op' >/etc/doas.conf`;

const planted: readonly Row[] = [
  ["root-accounts", "toor", "useradd -o -u 0 -M -s /bin/bash toor", "userdel -f toor"],
  ["empty-passwords", "nopass", "useradd -M nopass; passwd -d nopass", "userdel nopass"],
  [
    "empty-passwords",
    "hashed",
    `useradd -M -p "$(perl -e 'print crypt(q(), q($y$j9T$abcdefgh$))')" hashed`,
    "userdel hashed",
  ],
  ...[
    ["first-empty", ""],
    ["first-hashed", `$(perl -e 'print crypt(q(), q($6$abcdefgh$))')`],
  ].map(
    // As after a bad merge; userdel(8) refuses them.
    ([name, hash]): Row => [
      "empty-passwords",
      name!,
      `useradd -M ${name}; sed -i "s|^${name}:|${name}:${hash}:20000:0:99999:7:::\\n&|" /etc/shadow`,
      `sed -i '/^${name}:/d' /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid`,
    ],
  ),
  ["logins", "mallory", "useradd -m -s /bin/bash -p '$6$x$y' mallory", "userdel -r mallory"],
  [
    "login-keys",
    /^root SHA256:/,
    `mkdir -p /root/.ssh; cp -a /root/.ssh/authorized_keys /root/kept; echo '${key} stranger' >>/root/.ssh/authorized_keys`,
    "mv /root/kept /root/.ssh/authorized_keys",
  ],
  [
    "login-keys",
    /^TrustedUserCAKeys \/etc\/ssh\/ca.pub SHA256:/,
    `echo '${key} authority' >/etc/ssh/ca.pub; echo 'TrustedUserCAKeys /etc/ssh/ca.pub' >/etc/ssh/sshd_config.d/ca.conf`,
    "rm /etc/ssh/ca.pub /etc/ssh/sshd_config.d/ca.conf",
  ],
  [
    "login-keys",
    "AuthorizedKeysCommand /usr/local/sbin/akc %u",
    `printf 'Match User op\\nAuthorizedKeysCommand /usr/local/sbin/akc %%u\\nAuthorizedKeysCommandUser root\\n' >/etc/ssh/sshd_config.d/zz.conf`,
    "rm /etc/ssh/sshd_config.d/zz.conf",
  ],
  ["root-groups", "disk svc", "useradd -M -s /usr/sbin/nologin -G disk svc", "userdel svc"],
  [
    "root-groups",
    "super op",
    "groupadd -o -g $(getent group sudo | cut -d: -f3) super; gpasswd -a op super",
    "groupdel super",
  ],
  edited("startup-files", "/root/.profile", "/root/.profile", "echo : >>"),
  edited("startup-files", "/etc/profile", "/etc/profile", "echo : >>"),
  [
    "startup-files",
    "/etc/supervisor/conf.d/x.conf",
    "mkdir -p /etc/supervisor/conf.d; printf '[program:x]\\ncommand=/bin/true\\n' >/etc/supervisor/conf.d/x.conf",
    "rm -r /etc/supervisor",
  ],
  startupFile("/usr/local/share/dbus-1/system-services/org.x.service", "User=root"),
  startupFile("/usr/local/lib/modprobe.d/x.conf", "install dummy /bin/true"),
  startupFile("/usr/local/lib/udev/rules.d/9.rules", 'ACTION=="add", RUN+="/opt/x"'),
  startupFile("/etc/needrestart/conf.d/x.conf", "1;"),
  startupFile("/etc/grub.d/99_x", "#!/bin/sh"),
  startupFile("/usr/local/lib/binfmt.d/x.conf", ":x:M::x::/bin/true:"),
  startupFile("/etc/apt/apt.conf.d/97x", 'Dir::Bin::dpkg "/opt/dp";'),
  startupFile("/etc/logrotate.d/y", "compresscmd /opt/cmp"),
  startupFile("/etc/rsyslog.d/y.conf", 'module(load="/opt/e.so")'),
  startupFile("/etc/rsyslog.d/x.conf", "action(type=omprog)"),
  startupFile("/etc/logrotate.d/x", "postrotate"),
  startupFile("/etc/dpkg/dpkg.cfg.d/x", "post-invoke=true"),
  ...["/etc/systemd/user", "/etc/systemd/system.attached", "/usr/local/lib/systemd/user"].map(
    (folder): Row => {
      const unit = `${folder}/back-${folder.length}.service`;
      const text = "[Service]\\nExecStart=/bin/true\\n";
      return ["units", unit, `mkdir -p ${folder}; printf '${text}' >${unit}`, `rm ${unit}`];
    },
  ),
  [
    "preload",
    "systemctl show-environment LD_PRELOAD=/opt/z.so",
    "systemctl set-environment LD_PRELOAD=/opt/z.so",
    "systemctl unset-environment LD_PRELOAD",
  ],
  [
    "root-groups",
    "shadow by a password",
    "sed -i 's/^shadow:[^:]*:/shadow:$6$x$y:/' /etc/gshadow",
    "sed -i 's/^shadow:[^:]*:/shadow:*:/' /etc/gshadow",
  ],
  [
    "root-groups",
    "kmem by a password",
    "sed -i '/^kmem:/d' /etc/gshadow; sed -i 's/^kmem:[^:]*:/kmem:$6$x$y:/' /etc/group",
    "sed -i 's/^kmem:[^:]*:/kmem:x:/' /etc/group; echo 'kmem:*::' >>/etc/gshadow",
  ],
  [
    "root-groups",
    "wheel op",
    "groupadd wheel; sed -i 's/^wheel:.*/wheel:!::op/' /etc/gshadow",
    "groupdel wheel",
  ],
  edited(
    "root-groups",
    "disk admin login",
    "/etc/security/group.conf",
    "echo '*;*;admin;Al0000-2400;users, disk' >>",
  ),
  edited("startup-files", "/etc/sudo.conf", "/etc/sudo.conf", "echo 'Path sesh /opt/sesh' >>"),
  [
    "startup-files",
    "/etc/perl/strict.pm",
    "mkdir -p /etc/perl; cp $(ls -d /usr/lib/*/perl-base)/strict.pm /etc/perl/",
    "rm /etc/perl/strict.pm",
  ],
  [
    "startup-files",
    /^\/root\/[.]local\/lib\/python3[.]\d+\/site-packages\/apt$/,
    "mkdir -p /root/.local/lib/python3.13/site-packages/apt",
    "rm -r /root/.local/lib/python3.13",
  ],
  edited(
    "preload",
    "/etc/ssl/openssl.cnf module = /opt/e.so",
    "/etc/ssl/openssl.cnf",
    "printf '[evil]\\nmodule = /opt/e.so\\n' >>",
  ),
  [
    "preload",
    "/usr/lib/x86_64-linux-gnu/libnss_evil.so.2",
    `cp -a /etc/nsswitch.conf /opt/nsswitch; echo 'netgroup: files evil' >>/etc/nsswitch.conf
    cp /lib/x86_64-linux-gnu/libutil.so.1 /usr/lib/x86_64-linux-gnu/libnss_evil.so.2`,
    "mv /opt/nsswitch /etc/nsswitch.conf; rm /usr/lib/x86_64-linux-gnu/libnss_evil.so.2",
  ],
  ...["user:op:rwx", "group:op:rwx"].map((who, at): Row => {
    const folder = ["/usr/sbin", "/etc/logrotate.d"][at]!;
    return [
      "writable-programs",
      folder,
      `mkdir -p ${folder}; perl -e '${acl}' ${folder} ${who.startsWith("user") ? 2 : 8} $(id -u op)`,
      `perl -e '${noAcl}' ${folder}; chmod 755 ${folder}`,
    ];
  }),
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
    "sudo-rules",
    "svc (root) NOPASSWD: SETENV: /usr/bin/id",
    "echo 'svc ALL=(root) NOPASSWD:SETENV: /usr/bin/id' >/etc/sudoers.d/env",
    "rm /etc/sudoers.d/env",
  ],
  ...(
    [
      ["sudo-rules", "Defaults:op, !dora !authenticate"],
      ["sudo-rules", "Defaults exempt_group=op"],
      ["sudo-rules", "Defaults:svc setenv"],
      ["sudo-rules", 'Defaults env_keep+="LANG LD_PRELOAD"'],
      // With a rule of ALL, which is planted, too.
      ["sudo-for-everybody", "Defaults>root !authenticate"],
    ] as const
  ).map(
    ([kind, line], at): Row => [
      kind,
      line,
      `echo '${line}' >/etc/sudoers.d/default${at}; runuser -u op -- sudo -n true`,
      `rm /etc/sudoers.d/default${at}`,
    ],
  ),
  [
    "setuid-files",
    "/etc/fstab /home/op/u.img /mnt/u",
    "cp -a /etc/fstab /root/fstab; echo '/home/op/u.img /mnt/u ext4 noauto,loop,users,suid,exec 0 0' >>/etc/fstab",
    "mv /root/fstab /etc/fstab",
  ],
  [
    "sudo-rules",
    "svc (ALL) NOPASSWD: /bin/dash",
    "echo 'svc ALL=(ALL) NOPASSWD: /bin/dash' >/etc/sudoers-rs",
    "rm /etc/sudoers-rs",
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
  edited(
    "preload",
    "/etc/environment LD_PRELOAD=/opt/x.so",
    "/etc/environment",
    "echo 'LD_PRELOAD=/opt/x.so' >>",
  ),
  [
    "preload",
    "/usr/local/lib/libcrypt.so.1",
    "cp -L /usr/lib/x86_64-linux-gnu/libcrypt.so.1 /usr/local/lib/; printf x >>/usr/local/lib/libcrypt.so.1; ldconfig",
    "rm /usr/local/lib/libcrypt.so.1; ldconfig",
  ],
  ["startup-files", "/usr/local/bin/env", "ln -s /bin/printenv /usr/local/bin/env", "rm /usr/local/bin/env"],
  ...["zz.pth", "sitecustomize.py", "apt_pkg.py"].map((name): Row => {
    const folder = "$(ls -d /usr/local/lib/python3*/dist-packages)";
    const path = new RegExp(`^/usr/local/lib/python3.*/${name}$`);
    return ["startup-files", path, `echo 'import os' >${folder}/${name}`, `rm ${folder}/${name}`];
  }),
  [
    "writable-programs",
    "/opt/app",
    `mkdir -p /opt/app; cp /bin/true /opt/app/run; chown -R op /opt/app
    printf '[Service]\\nExecStart=/opt/app/run --now\\n' >/etc/systemd/system/app.service`,
    "rm -r /etc/systemd/system/app.service /opt/app",
  ],
  [
    "writable-programs",
    "/opt/job.sh",
    "echo true >/opt/job.sh; chmod 666 /opt/job.sh; echo '5 4 * * * root sh /opt/job.sh' >/etc/cron.d/job",
    "rm /opt/job.sh /etc/cron.d/job",
  ],
  [
    "writable-programs",
    "/usr/lib/python3/dist-packages",
    "chown op /usr/lib/python3/dist-packages",
    "chown root /usr/lib/python3/dist-packages",
  ],
  [
    "writable-programs",
    "/opt/work",
    `mkdir -p /opt/work; echo true >/opt/work/app.py; chown op /opt/work
    printf '[Service]\\nWorkingDirectory=/opt/work\\nExecStart=/bin/sh app.py\\n' >/etc/systemd/system/work.service`,
    "rm -r /etc/systemd/system/work.service /opt/work",
  ],
  [
    "writable-programs",
    "/opt/goes",
    `mkdir -p /etc/cron.d /opt/goes; echo true >/opt/goes/run.sh; chown op /opt/goes
    echo '@daily root cd /opt/goes && ./run.sh' >/etc/cron.d/goes`,
    "rm -r /etc/cron.d/goes /opt/goes",
  ],
  [
    "writable-programs",
    "/opt/bin",
    `mkdir /opt/bin; chown op /opt/bin; echo 'Defaults secure_path="/opt/bin:/usr/bin"' >/etc/sudoers.d/path`,
    "rm -r /etc/sudoers.d/path /opt/bin",
  ],
  [
    "preload",
    "/opt/app.env LD_PRELOAD=/opt/y.so",
    `echo LD_PRELOAD=/opt/y.so >/opt/app.env
    printf '[Service]\\nEnvironmentFile=-/opt/app.env\\nExecStart=/bin/true\\n' >/etc/systemd/system/env.service`,
    "rm /etc/systemd/system/env.service /opt/app.env",
  ],
  ["sudo-for-everybody", "doas permit nopass capd", doasRules, "rm /etc/doas.conf"],
  ["sudo-for-everybody", "doas permit nopass capb", "true", "true"],
  ["sudo-rules", "doas permit setenv {A=1}capc", "true", "true"],
  [
    "pam-modules",
    "echoes: any password",
    "printf 'auth sufficient pam_echo.so\\nauth required pam_unix.so\\n' >/etc/pam.d/echoes",
    "rm /etc/pam.d/echoes",
  ],
  [
    "pam-modules",
    "stressed: any password",
    "mkdir -p /usr/lib/pam.d; printf 'auth sufficient pam_stress.so\\nauth required pam_unix.so\\n' >/usr/lib/pam.d/stressed",
    "rm /usr/lib/pam.d/stressed",
  ],
  [
    "pam-modules",
    "wheel: sufficient pam_wheel.so trust group=op",
    "echo 'auth sufficient pam_wheel.so trust group=op' >/etc/pam.d/wheel",
    "rm /etc/pam.d/wheel",
  ],
  edited(
    "pam-modules",
    "common-auth: any password",
    "/etc/pam.d/common-auth",
    "sed -i 's/default=ignore/default=1/'",
  ),
  [
    "pam-modules",
    /^\/opt\/pamx: sufficient pam_debug[.]so/,
    "cp -a /etc/pam.d/su /opt/kept-su; echo 'AUTH sufficient pam_debug.so' >/opt/pamx; sed -i '1i @include /opt/pamx' /etc/pam.d/su",
    "mv /opt/kept-su /etc/pam.d/su; rm /opt/pamx",
  ],
  [
    "writable-programs",
    "/tmp/gone.sh",
    "mkdir -p /etc/cron.d; echo '@daily root sh /tmp/gone.sh' >/etc/cron.d/gone",
    "rm /etc/cron.d/gone",
  ],
  [
    "writable-programs",
    "/home/op",
    "printf '[Service]\\nExecStart=/home/op/gone --now\\n' >/etc/systemd/system/gone.service",
    "rm /etc/systemd/system/gone.service",
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
  edited("setuid-files", "/usr/bin/find", "/usr/bin/find", "chmod u+s"),
  [
    "setuid-files",
    "/usr/bin/head",
    "dpkg-statoverride --update --add root root 4755 /usr/bin/head; dpkg-statoverride --update --add root sudo 4750 /usr/bin/mount",
    `dpkg-statoverride --remove /usr/bin/head; dpkg-statoverride --remove /usr/bin/mount
    chmod 755 /usr/bin/head; chgrp root /usr/bin/mount; chmod 4755 /usr/bin/mount`,
  ],
  [
    "writable-programs",
    "/usr/local/sbin",
    "chgrp op /usr/local/sbin; chmod g+w /usr/local/sbin",
    "chgrp root /usr/local/sbin; chmod g-w /usr/local/sbin",
  ],
  ["writable-programs", "/usr/bin/free", "chown op /usr/bin/free", "chown root /usr/bin/free"],
  ["file-capabilities", "/opt/cap", "cp /bin/bash /opt/cap; setcap cap_setuid+ep /opt/cap", "rm /opt/cap"],
  edited("changed-files", "/usr/bin/uptime", "/usr/bin/uptime", "echo x >>"),
  ...["debconf/confmodule", "perl5/Debconf/Log.pm", "python3/runtime.d/public_modules.rtinstall"].map(
    (name) => edited("changed-files", `/usr/share/${name}`, `/usr/share/${name}`, "echo '#' >>"),
  ),
  ...["--local", "--package gone"].map((by, at): Row => {
    const path = ["/usr/bin/vmstat", "/usr/lib/apt/apt.systemd.daily"][at]!;
    return [
      "changed-files",
      path,
      `dpkg-divert ${by} --rename --add ${path}; printf '#!/bin/sh\\nexit 0\\n' >${path}; chmod 755 ${path}`,
      `rm ${path}; dpkg-divert ${by} --rename --remove ${path}`,
    ];
  }),
];

/** Its sshd has programs of its own for each login. */
const onNewer: Row = [
  "startup-files",
  "/etc/ssh/sshd_config.d/50-x.conf",
  "echo 'SshdSessionPath /opt/ss' >/etc/ssh/sshd_config.d/50-x.conf",
  "rm /etc/ssh/sshd_config.d/50-x.conf",
];

/** As scripts of clamav-daemon, upgrades, and units of prometheus-node-exporter and mariadb-server have it. */
const packages = `mkdir -p /etc/cron.d /var/lib/made/data; useradd -r made; chown -R made /var/lib/made
  echo '@daily root true' >/etc/cron.d/made; md5sum /etc/cron.d/made >>/var/lib/ucf/hashfile
  cp /etc/cron.daily/dpkg /etc/cron.daily/dpkg.dpkg-dist
  printf '[Service]\\nExecStart=/bin/sh -c "true | sponge /var/lib/made/data/x"\\n' >/usr/lib/systemd/system/made.service
  cd /; md5sum usr/lib/systemd/system/made.service >/var/lib/dpkg/info/made.md5sums
  useradd -r mysql; mkdir -p /usr/lib/mysql/plugin/auth_pam_tool_dir
  chmod 700 /usr/lib/mysql/plugin/auth_pam_tool_dir; chown mysql /usr/lib/mysql/plugin/auth_pam_tool_dir`;

const ownJob = "echo '@daily root sh /var/lib/made/data/x' >>/etc/cron.d/made";

const noPackages = `rm -r /etc/cron.d/made /etc/cron.daily/dpkg.dpkg-dist /usr/lib/systemd/system/made.service /var/lib/dpkg/info/made.md5sums
  sed -i /made/d /var/lib/ucf/hashfile; userdel made; userdel mysql; rm -r /var/lib/made /usr/lib/mysql`;

const hostileNames = `mkdir -p /etc/cron.d; cd /opt
  for name in "$(printf 'a\\nsetuid\\tforged\\tnone')" "$(printf 'b\\033[31mred')" "$(printf 'c\\377\\376')"; do
    cp /bin/true "$name"; chmod 4755 "$name"
  done
  mkdir deep; cd deep
  for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do mkdir $(printf '%0250d' 0); cd $(printf '%0250d' 0); done
  cp /bin/true x; chmod 4755 x
  cp /etc/passwd /root/passwd; printf 'r\\033[2J:x:0:0::/:/bin/sh\\n' >>/etc/passwd
  : >"/etc/cron.d/$(printf 'j\\npreload\\tforged')"`;

const noHostileNames =
  "mv /root/passwd /etc/passwd; find /opt -mindepth 1 -delete; find /etc/cron.d -name 'j*' -delete";

const noFiles = `mkdir -p /etc/cron.d; mkfifo /etc/cron.d/fifo /etc/pam.d/fifo /etc/doas.conf /var/lib/dpkg/info/fifo.md5sums
  mkdir /etc/cron.d/folder; ln -s /dev/zero /etc/cron.d/zero; ln -s loop /etc/systemd/system/loop.service
  echo 'no rule of sudo' >/etc/sudoers.d/broken
  systemd-run -q --unit changing --uid op sh -c 'cd; while :; do cp /bin/true a; chmod 4755 a; mv a b; rm b; done'`;

const noMoreNoFiles = `systemctl stop changing; rm -f /home/op/a /home/op/b
  rm -r /etc/cron.d/fifo /etc/pam.d/fifo /etc/doas.conf /var/lib/dpkg/info/fifo.md5sums \
    /etc/cron.d/folder /etc/cron.d/zero /etc/systemd/system/loop.service /etc/sudoers.d/broken`;

describe.skipIf(inject("docker") !== "").each(sample("inventory", bothDistros, 1))(
  "the inventory of %s",
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "full");
    }, 120_000);
    afterAll(() => host?.remove());

    const wrong = (file = profile) => wrongParts(host, file, "--only", "privileges");

    const unexplained = async () => (await wrong()).map(({ kind, object }) => ({ kind, object }));

    const unknownKinds = (parts: Awaited<ReturnType<typeof wrong>>) =>
      [...new Set(parts.flatMap(({ kind, verdict }) => (verdict === "error" ? [kind] : [])))].sort();

    /** With these done to the host, and then undone. */
    async function meanwhile<T>(plant: string, takeAway: string, ask: () => Promise<T>): Promise<T> {
      const { code, stderr } = await host.exec(plant);
      expect(code, `${plant}: ${stderr}`).toBe(0);
      try {
        return await ask();
      } finally {
        expect((await host.exec(takeAway)).code, takeAway).toBe(0);
      }
    }

    test("has no entry that nothing explains as it comes", async () => {
      expect(await unexplained()).toEqual([]);
    });

    test("names each planted entry, and none of them when they are gone", async () => {
      const others = [
        ...peopleRows,
        ...writableRows,
        ...configuredRows,
        ...stateRows,
        ...sourceRows,
        ...accessRows,
        ...startupRows,
      ];
      const all = [...planted, ...others, ...(distro === "debian13" ? [onNewer] : [])];
      for (const [, , plant] of all) expect((await host.exec(plant)).code, plant).toBe(0);
      const found = await unexplained();
      for (const [, , , takeAway] of all) expect((await host.exec(takeAway)).code, takeAway).toBe(0);
      const isFound = ([kind, name]: Row) =>
        found.some(
          ({ kind: of, object }) =>
            of === kind && (typeof name === "string" ? object === name : name.test(object)),
        );
      expect(all.filter((row) => !isFound(row)).map(([kind, name]) => `${kind} ${name}`)).toEqual([]);
      expect(found.filter(({ object }) => /\/not-root([.]conf)?$/.test(object))).toEqual([]);
      const ranges = all.filter(([kind]) => kind === "subordinate-ids");
      expect(found.filter(({ kind }) => kind === "subordinate-ids")).toHaveLength(ranges.length);
      // By one name each: ./run.sh is in its folder, not in another one called so.
      expect(found.filter(({ object }) => /\/\.(\/|$)/.test(object))).toEqual([]);
      expect(await unexplained()).toEqual([]);
    });

    test("whoever has the report alone can try no guess at a file that only root may read", async () => {
      const text = "* * * * * root mysqldump -pwinter2024";
      const paths = ["/etc/cron.d/open", "/etc/cron.d/kept"];
      const plant = `mkdir -p /etc/cron.d; for f in ${paths.join(" ")}; do echo '${text}' >$f; done; chmod 600 ${paths[1]}`;
      const [open, kept] = await meanwhile(plant, `rm ${paths.join(" ")}`, async () => {
        const { stdout } = await harden(host, [
          ...["audit", host.target("root"), "--profile", profile, "--inventory", "--format", "json"],
        ]);
        return paths.map(
          (path) => new RegExp(`${path} is of no package \\(sum (\\w{12})\\)`).exec(stdout)?.[1],
        );
      });
      const sum = createHash("md5").update(`${text}\n`).digest("hex").slice(0, 12);
      expect(open).toBe(sum);
      expect(kept).toMatch(/^\w{12}$/);
      expect(kept).not.toBe(sum);
    });

    test("packages explain what their scripts made, and their units' own folders, until a job of the host's names them", async () => {
      const [explained, found] = await meanwhile(packages, noPackages, async () => [
        await unexplained(),
        await meanwhile(ownJob, ":", unexplained),
      ]);
      expect(explained).toEqual([]);
      expect(found).toEqual([
        { kind: "jobs", object: "/etc/cron.d/made" },
        { kind: "writable-programs", object: "/var/lib/made/data" },
        { kind: "writable-programs", object: "/var/lib/made" },
      ]);
    });

    test("has no entry of what a web server hands out and of a service's own data", async () => {
      expect(await meanwhile(handedOut, notHandedOut, unexplained)).toEqual([]);
    });

    test("hostile names are entries of their own kind alone, without control characters", async () => {
      const found = await meanwhile(hostileNames, noHostileNames, unexplained);
      const names = (kind: string) => found.filter((each) => each.kind === kind).map(({ object }) => object);
      expect(names("setuid-files").map((name) => name.slice(0, 40))).toEqual([
        "/opt/a\\x0asetuid\\x09forged\\x09none",
        "/opt/b\\x1b[31mred",
        "/opt/c\\xff\\xfe",
        `/opt/deep/${"0".repeat(30)}`,
      ]);
      expect(names("jobs")).toEqual(["/etc/cron.d/j\\x0apreload\\x09forged"]);
      expect(names("root-accounts")).toEqual(["r\\x1b[2J"]);
      expect(found.map(({ object }) => object)).not.toContain("forged");
    });

    test("what is no file, or changes while it is read, makes nothing not known but itself", async () => {
      const found = await meanwhile(noFiles, noMoreNoFiles, wrong);
      const listed = found.filter(({ verdict }) => verdict !== "error").map(({ object }) => object);
      const ofTest = /^\/home\/op\/[ab]$|changing\.service$/;
      expect(listed.filter((object) => !ofTest.test(object))).toEqual([]);
      expect(unknownKinds(found)).toEqual(["sudo-for-everybody", "sudo-rules"]);
    });

    test("without dpkg's database the kinds that go by it are not known", async () => {
      const status = "/var/lib/dpkg/status";
      const found = await meanwhile(`mv ${status} /opt/status`, `mv /opt/status ${status}`, wrong);
      expect(unknownKinds(found)).toEqual([
        ...["changed-files", "configured-paths", "file-capabilities", "jobs", "pam-modules", "preload"],
        ...["setuid-files", "startup-files", "units"],
      ]);
    });

    test("what can't be finished in the time for it is not known, with the reason, and the rest is", async () => {
      const hurried = profileFile("extends: production\nprivileges: {seconds: 20}\n");
      const huge = "mv /usr/bin/uptime /opt/uptime; truncate -s 4T /usr/bin/uptime";
      const found = await meanwhile(huge, "mv /opt/uptime /usr/bin/uptime", () => wrong(hurried));
      expect(unknownKinds(found)).toEqual(["changed-files"]);
    });

    test("an apply is confirmed whatever the inventory says", async () => {
      const both = profileFile("sysctl: {}\nprivileges: {}\n");
      const applied = await meanwhile("useradd -o -u 0 -M toor", "userdel -f toor", () =>
        harden(host, ["apply", host.target("root"), "--profile", both, "--yes"]),
      );
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 2 });
      expect(applied.stdout).toMatch(/privileges\.root-accounts/);
      const runs = await harden(host, ["runs", host.target("root"), "--format", "json"]);
      expect(JSON.stringify(JSON.parse(runs.stdout))).toContain("confirmed");
    });
  },
);
