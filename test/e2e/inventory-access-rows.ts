/** What is planted on a host: sources that nobody signs, state of package managers, homes, shells at terminals, devices, keys and sockets that others reach. */
import { acl, type Row } from "./inventory-rows.ts";

const writable = "writable-programs";
const sources = "/etc/apt/sources.list.d";

/** The list of a folder, by which all that is made in it begins. */
const defaultAcl = acl.replace("_access", "_default");
const noDefaultAcl = `my $name = "system.posix_acl_default\\0"; my $folder = "$ARGV[0]\\0"; syscall(197, $folder, $name) == 0 or die $!`;

const source = (name: string, file: string, text: string): Row => [
  "package-sources",
  name,
  `printf '${text}\\n' >${file}`,
  `rm ${file}`,
];

const setting = (text: string, at: number) =>
  source(text.replace(/;$/, ""), `/etc/apt/apt.conf.d/98x${at}`, text);

/** A file or folder of root's, of which its owner or mode is changed. */
const loosened = (path: string, change: string, back: string): Row => [
  writable,
  path,
  `mkdir -p $(dirname ${path}); [ -e ${path} ] || mkdir ${path}; ${change} ${path}`,
  `${back} ${path}`,
];

const ofOp = (path: string) => loosened(path, "chown op", "chown root");
const ofAll = (path: string, mode = "755") => loosened(path, "chmod o+w", `chmod ${mode}`);

export const sourceRows: readonly Row[] = [
  source(
    `${sources}/x.list trusted=1 http://192.0.2.1/x ./`,
    `${sources}/x.list`,
    "deb [ arch=amd64 Trusted=1 ] http://u:secret@192.0.2.1/x ./ # ours",
  ),
  source(
    `${sources}/x.sources allow-weak=yes https://192.0.2.1/y a b`,
    `${sources}/x.sources`,
    "# ours\\nTypes: deb\\nURIs: https://192.0.2.1/y\\nSuites: a\\n b\\nAllow-Weak: yes\\n\\nTypes: deb\\nURIs: https://192.0.2.1/z\\nSuites: ./\\nTrusted: yes\\nEnabled: no",
  ),
  ...[
    'APT::Get::AllowUnauthenticated "true";',
    'Acquire::AllowInsecureRepositories "1";',
    'Binary::apt::Acquire::AllowWeakRepositories "yes";',
    'Acquire::https::192.0.2.1::Verify-Peer "false";',
    'Acquire::https::Verify-Host "0";',
    'APT::Hashes::SHA1::Weak "no";',
    'Acquire::gpgv::Options:: "--keyring=/opt/k";',
  ].map(setting),
  [
    writable,
    "/opt/keys",
    `mkdir /opt/keys; : >/opt/keys/a.gpg; chown op /opt/keys; echo 'deb [signed-by=/opt/keys/a.gpg] http://192.0.2.1/k ./' >${sources}/k.list`,
    `rm -r /opt/keys ${sources}/k.list`,
  ],
  [
    writable,
    "/opt/packages",
    `mkdir /opt/packages; chown op /opt/packages; echo 'deb file:/opt/packages ./' >${sources}/p.list`,
    `rm -r /opt/packages ${sources}/p.list`,
  ],
  [
    writable,
    "/opt/parts",
    `mkdir /opt/parts; chown op /opt/parts; echo 'Dir::Etc::preferencesparts "/opt/parts";' >/etc/apt/apt.conf.d/98parts`,
    "rm -r /opt/parts /etc/apt/apt.conf.d/98parts",
  ],
];

export const stateRows: readonly Row[] = [
  ofAll("/var/lib/dpkg/alternatives"),
  ofAll("/var/lib/dpkg/status", "644"),
  // As a new unpacking changes all of the package.
  loosened("/var/lib/dpkg/info/sudo.postinst", "chown op", "chown root /var/lib/dpkg/info/sudo.*"),
  ofOp("/var/lib/apt/lists"),
  ofAll("/var/lib/ucf"),
  ofAll("/var/cache/debconf"),
  ofOp("/var/cache/apt/archives"),
  ofAll("/var/lib/systemd"),
  ofOp("/var/spool/cron/crontabs"),
  ofOp("/var/lib/extensions"),
  ...["/etc/profile.d", "/usr/lib/systemd/system", "/var/lib/dpkg/updates"].map(
    (folder): Row => [
      writable,
      folder,
      `perl -e '${defaultAcl}' ${folder} 2 $(id -u op)`,
      `perl -e '${noDefaultAcl}' ${folder}`,
    ],
  ),
];

const startup = (path: string, plant: string, takeAway = `rm ${path}`): Row => [
  "startup-files",
  path,
  plant,
  takeAway,
];

/** A shell with the bit, in a folder that is made for it. */
const setuid = (path: string, make: string): Row => [
  "setuid-files",
  path,
  `${make}; cp /bin/sh ${path}; chmod 4755 ${path}`,
  `rm -r $(dirname ${path})`,
];

const key = "/etc/ssh/ssh_host_ed25519_key";

export const accessRows: readonly Row[] = [
  [writable, "/home/admin/.bashrc", "chown op /home/admin/.bashrc", "chown admin /home/admin/.bashrc"],
  [
    writable,
    "/home/admin/.profile",
    `perl -e '${acl}' /home/admin/.profile 2 $(id -u op)`,
    `perl -e '${noDefaultAcl.replace("_default", "_access")}' /home/admin/.profile; chmod 644 /home/admin/.profile`,
  ],
  [
    writable,
    "/home/op/.config/systemd/user",
    "mkdir -p /home/op/.config/systemd/user; chown -R op /home/op/.config; chown admin /home/op/.config/systemd/user",
    "rm -r /home/op/.config",
  ],
  [
    writable,
    "/opt/login-shell",
    "cp /bin/sh /opt/login-shell; chown op /opt/login-shell; usermod -s /opt/login-shell admin",
    "usermod -s /bin/bash admin; rm /opt/login-shell",
  ],
  startup(
    "/opt/root-shell",
    "cp /bin/sh /opt/root-shell; sed -i '1s|[^:]*$|/opt/root-shell|' /etc/passwd",
    "sed -i '1s|[^:]*$|/bin/bash|' /etc/passwd; rm /opt/root-shell",
  ),
  startup(
    "/opt/root home/.bash_login",
    "mkdir '/opt/root home'; : >'/opt/root home/.bash_login'; chown op '/opt/root home/.bash_login'; echo 'root2:*:0:0::/opt/root home:/bin/sh' >>/etc/passwd",
    "sed -i '/^root2:/d' /etc/passwd; rm -r '/opt/root home'",
  ),
  startup("/etc/ca-certificates/update.d/x", "echo : >/etc/ca-certificates/update.d/x"),
  startup(
    "/usr/lib/lsb/init-functions.d/x",
    "echo : >/lib/lsb/init-functions.d/x",
    "rm /lib/lsb/init-functions.d/x",
  ),
  startup(
    "/etc/ucf.conf",
    ": >/opt/ucf-hook; chown op /opt/ucf-hook; echo '. /opt/ucf-hook' >>/etc/ucf.conf",
    "sed -i /ucf-hook/d /etc/ucf.conf; rm /opt/ucf-hook",
  ),
  [writable, "/opt/ucf-hook", ":", ":"],
  startup(
    "/etc/login.defs USERDEL_CMD /opt/udel",
    "echo 'USERDEL_CMD /opt/udel' >>/etc/login.defs",
    "sed -i /^USERDEL_CMD/d /etc/login.defs",
  ),
  ["empty-passwords", "debug-shell.service", "systemctl enable debug-shell", "systemctl disable debug-shell"],
  [
    "empty-passwords",
    "getty@.service",
    "mkdir /etc/systemd/system/getty@.service.d; printf '[Service]\\nExecStart=\\nExecStart=-/sbin/agetty --autologin root %%I $TERM\\n' >/etc/systemd/system/getty@.service.d/x.conf",
    "rm -r /etc/systemd/system/getty@.service.d",
  ],
  [
    "empty-passwords",
    "emergency.service",
    "mkdir /etc/systemd/system/emergency.service.d; printf '[Service]\\nEnvironment=SYSTEMD_SULOGIN_FORCE=1\\n' >/etc/systemd/system/emergency.service.d/x.conf",
    "rm -r /etc/systemd/system/emergency.service.d",
  ],
  [
    "empty-passwords",
    "/etc/default/grub.d/x.cfg systemd.debug_shell=tty2",
    `mkdir -p /etc/default/grub.d; echo 'GRUB_CMDLINE_LINUX="quiet systemd.debug_shell=tty2"' >/etc/default/grub.d/x.cfg`,
    "rm -r /etc/default/grub.d",
  ],
  [
    "raw-access",
    "/srv/disk",
    "mknod -m 666 /srv/disk b 8 0; mknod -m 666 /srv/null c 1 3",
    "rm /srv/disk /srv/null",
  ],
  ["raw-access", "/srv/memory", "mknod -m 660 /srv/memory c 1 1; chgrp op /srv/memory", "rm /srv/memory"],
  [
    "raw-access",
    "/srv/nosuid/disk",
    `mkdir /srv/nosuid; mount -t tmpfs -o mode=755,nosuid nosuid /srv/nosuid; mknod -m 666 /srv/nosuid/disk b 8 0
    cp /bin/sh /srv/nosuid/not-root; chmod 4755 /srv/nosuid/not-root`,
    "umount /srv/nosuid; rmdir /srv/nosuid",
  ],
  [
    "raw-access",
    "/srv/nodev/host-key",
    `mkdir /srv/nodev; mount -t tmpfs -o mode=755,nosuid,nodev nodev /srv/nodev; install -m 644 ${key} /srv/nodev/host-key
    mknod -m 666 /srv/nodev/not-root b 8 0`,
    "umount /srv/nodev; rmdir /srv/nodev",
  ],
  ["raw-access", "/dev/sdz", "mknod -m 604 /dev/sdz b 8 400", "rm /dev/sdz"],
  [
    "raw-access",
    "/dev/sdy",
    "mknod -m 660 /dev/sdy b 8 384; chgrp disk /dev/sdy; setfacl -m u:op:r /dev/sdy",
    "rm /dev/sdy",
  ],
  [
    "raw-access",
    "/opt/listed-copy",
    `install -m 600 ${key} /opt/listed-copy; setfacl -m u:op:r /opt/listed-copy`,
    "rm /opt/listed-copy",
  ],
  setuid(
    "/var/lib/listed/sh",
    `mkdir -m 700 /var/lib/listed; setfacl -m u:op:x /var/lib/listed; mkdir -m 710 /var/lib/listed/shut
    cp /bin/sh /var/lib/listed/shut/not-root; chmod 4755 /var/lib/listed/shut/not-root`,
  ),
  setuid(
    "/var/lib/many/sh",
    "mkdir -m 700 /var/lib/many; seq -f 'u:%.0f:x' 5000 5200 | setfacl -M - /var/lib/many",
  ),
  setuid("/..x/sh", "mkdir /..x"),
  [
    "setuid-files",
    "/opt/second/sh",
    `mkdir -p /root/first /opt/second; mount -t tmpfs -o mode=755 first /root/first; mkdir /root/first/in
    cp /bin/sh /root/first/in/sh; chmod 4755 /root/first/in/sh; mount --bind /root/first/in /opt/second`,
    "umount /opt/second /root/first; rmdir /opt/second /root/first",
  ],
  [
    "raw-access",
    "/opt/swap",
    ": >/opt/swap; echo '/opt/swap none swap sw 0 0' >>/etc/fstab",
    "sed -i /.opt.swap/d /etc/fstab; rm /opt/swap",
  ],
  ["raw-access", "/var/backups/copy", `install -m 644 ${key} /var/backups/copy`, "rm /var/backups/copy"],
  ["raw-access", "/opt/its-copy", `install -m 600 -o op ${key} /opt/its-copy`, "rm /opt/its-copy"],
  [
    "raw-access",
    "/srv/tls-key.bak",
    "printf -- '-----BEGIN PRIVATE KEY-----\\nx\\n' >/srv/tls-key.bak; cp /srv/tls-key.bak /srv/own-key.pem; chmod 600 /srv/own-key.pem",
    "rm /srv/tls-key.bak /srv/own-key.pem",
  ],
  [
    writable,
    "/opt/disk.img",
    ": >/opt/disk.img; chown op /opt/disk.img; echo '/opt/disk.img /mnt ext4 loop 0 0' >>/etc/fstab",
    "sed -i /.opt.disk/d /etc/fstab; rm /opt/disk.img",
  ],
  [
    "listeners",
    "tcp 8123 python",
    "systemd-run -q --unit=near-tcp python3 -m http.server -b 127.0.0.1 8123; until grep -q 0100007F:1FBB /proc/net/tcp; do sleep 0.05; done",
    "systemctl stop near-tcp",
  ],
  [
    "listeners",
    /^unix \/srv\/cmd[.]sock python/,
    `systemd-run -q --unit=near-unix python3 -c 'import os, socket, time
s = socket.socket(socket.AF_UNIX); s.bind("/srv/cmd.sock"); os.chmod("/srv/cmd.sock", 0o666); s.listen(); time.sleep(9999)'; until grep -q /srv/cmd.sock /proc/net/unix; do sleep 0.05; done`,
    "systemctl stop near-unix; rm /srv/cmd.sock",
  ],
  [
    "listeners",
    /^unix @cmd python/,
    `systemd-run -q --unit=near-none python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX); s.bind(b"\\0cmd"); s.listen(); time.sleep(9999)'; until grep -q @cmd /proc/net/unix; do sleep 0.05; done`,
    "systemctl stop near-none",
  ],
];
