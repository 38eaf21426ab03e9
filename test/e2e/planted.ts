/** What somebody plants on a host that a boot reads or runs: what it does to what is ours, or that it does nothing. */

export interface Planted {
  readonly what: string;
  readonly change: string;
  /** Checks that are no longer green, each with a part of what it says; none where all stay green. */
  readonly told?: Readonly<Record<string, string>>;
  /** It concerns every control, not only those of the checks above. */
  readonly all?: true;
}

const system = "/etc/systemd/system";
const lib = "/usr/lib/systemd/system";
export const mine = `${system}/mine.service`;

/** All that a row makes is named `mine`, so that one command takes it away. */
export const unplant = `
  find /etc /run/systemd /run/udev /usr/lib/systemd /usr/lib/tmpfiles.d /usr/local /root/.config /home /var/lib/cloud /var/lib/confexts \\
    \\( -name 'mine*' -o -name '00-mine*' -o -name 'wg-quick@mine*' \\) -prune -exec rm -rf {} + 2>/dev/null
  rm -f /etc/credstore*/tmpfiles.extra /etc/rc.local /etc/systemd/system/timers.target /var/spool/cron/crontabs/* /var/lib/systemd/linger/admin /etc/default/grub
  rmdir /etc/systemd/system/*.requires /etc/systemd/system/*.d 2>/dev/null
  for kept in $(find /usr/lib/systemd /etc -name '*.kept'); do mv "$kept" "\${kept%.kept}"; done
  systemctl daemon-reload`;

const file = (path: string, text: string) =>
  `mkdir -p ${path.slice(0, path.lastIndexOf("/"))}; cat >${path} <<'MINE'\n${text}\nMINE\nchmod 0755 ${path}`;
const link = (target: string, path: string) =>
  `mkdir -p ${path.slice(0, path.lastIndexOf("/"))}; ln -s ${target} ${path}`;
const wanted = (name = "mine.service") => link(`../${name}`, `${system}/multi-user.target.wants/${name}`);
const enabled = (text: string, path = mine) => `${file(path, text)}\n${wanted()}`;
/** As systemd knows it; the others lie on the disk only, before any daemon-reload. */
const service = (unit: string, exec = "/bin/sleep infinity", more = "") =>
  `[Unit]\n${unit}\n[Service]\nExecStart=${exec}\n${more}`;
const exec = (line: string, more = "") => enabled(`[Service]\nType=oneshot\n${more}ExecStart=${line}`);

const ssh = (place: string) => ({ "ssh.at-boot": place });
const shut = (unit: string, place: string): Pick<Planted, "change" | "told"> => ({
  change: enabled(service(unit)),
  told: ssh(place),
});

const opens = file("/usr/local/mine/open.sh", "#!/bin/sh\nufw --force disable");
const opened = { "firewall.enabled": "/usr/local/mine/open.sh:2" };

export const planted: readonly Planted[] = [
  { what: "a unit conflicts with sshd", ...shut("Conflicts=ssh.service", `${mine}:2 Conflicts=ssh.service`) },
  {
    what: "by another name of sshd, with blanks",
    ...shut("  Conflicts = sshd.service", "Conflicts = sshd.service"),
  },
  {
    what: "in a list, over two lines",
    ...shut("Conflicts=a.service \\\n; none\n b.service ssh.service", `${mine}:2 Conflicts`),
  },
  { what: "in quotes", ...shut('Conflicts=a.service "ssh.service"', "Conflicts") },
  { what: "with Windows line ends", ...shut("Conflicts=ssh.service\r", "Conflicts") },
  { what: "with sshd's socket", ...shut("Conflicts=ssh.socket", "ssh.socket") },
  { what: "PartOf", ...shut("PartOf=ssh.service", "PartOf") },
  { what: "BindsTo", ...shut("BindsTo=ssh.service", "BindsTo") },
  { what: "Requisite", ...shut("Requisite=ssh.service", "Requisite") },
  { what: "PropagatesStopTo", ...shut("PropagatesStopTo=ssh.service", "PropagatesStopTo") },
  {
    what: "one that has to be done before sshd and never is",
    change: enabled(service("Before=ssh.service", "/bin/sleep infinity", "Type=oneshot")),
    told: ssh("Before=ssh.service"),
  },
  {
    what: "the others of ours",
    change: enabled(
      service(
        "Conflicts=ufw.service fail2ban.service\nConflicts=apt-daily-upgrade.timer systemd-sysctl.service",
      ),
    ),
    told: {
      "firewall.enabled": `${mine}:2`,
      "firewall.ssh-open": `${mine}:2`,
      "fail2ban.running": `${mine}:2`,
      "updates.timers": `${mine}:3`,
      "sysctl.rp-filter": `${mine}:3`,
    },
  },
  {
    what: "unattended-upgrades",
    change: enabled(service("Conflicts=unattended-upgrades.service")),
    told: { "updates.timers": "unattended-upgrades" },
  },
  {
    what: "a target that all are started by",
    change: enabled(service("Conflicts=multi-user.target")),
    told: { "ssh.at-boot": "multi-user.target", "fail2ban.running": "multi-user.target" },
    all: true,
  },
  {
    what: "an instance of a template, by its specifier",
    change: `${file(`${system}/mine@.service`, service("Conflicts=%i.service"))}
${link("../mine@.service", `${system}/multi-user.target.wants/mine@ssh.service`)}`,
    told: ssh("Conflicts=%i.service"),
    all: true,
  },
  {
    what: "a drop-in of a packaged unit",
    change: file(`${system}/dbus.service.d/mine.conf`, "[Unit]\nConflicts=ssh.service"),
    told: ssh(`${system}/dbus.service.d/mine.conf:2`),
  },
  {
    what: "a drop-in of all services",
    change: file(`${system}/target.d/mine.conf`, "[Unit]\nConflicts=ssh.service"),
    told: ssh(`${system}/target.d/mine.conf:2`),
  },
  {
    what: "a packaged unit that was edited",
    change: `cp -a ${lib}/dbus.service ${lib}/dbus.service.kept; sed -i 's/^\\[Unit\\]/&\\nConflicts=ssh.service/' ${lib}/dbus.service`,
    told: ssh(`${lib}/dbus.service:2`),
  },
  {
    what: "a unit in /usr/lib that no package has",
    change: `${file(`${lib}/mine.service`, service("Conflicts=ssh.service"))}\n${link("../mine.service", `${lib}/multi-user.target.wants/mine.service`)}`,
    told: ssh(`${lib}/mine.service:2`),
  },
  {
    what: "a unit in /usr/local",
    change: enabled(service("Conflicts=ssh.service"), "/usr/local/lib/systemd/system/mine.service"),
    told: ssh("/usr/local/lib/systemd/system/mine.service:2"),
  },
  {
    what: "a unit that is a link to somewhere",
    change: `${file("/usr/local/mine", service("Conflicts=ssh.service"))}\n${link("/usr/local/mine", mine)}\n${wanted()}`,
    told: ssh(`${mine}:2`),
  },
  {
    what: "a unit that a timer starts",
    change: `${file(mine, service("Conflicts=ssh.service"))}
${file(`${system}/mine.timer`, "[Timer]\nOnBootSec=1")}\n${link("../mine.timer", `${system}/timers.target.wants/mine.timer`)}`,
    told: ssh(`${mine}:2`),
  },
  {
    what: "a unit that another one starts when it fails",
    change: `${file(mine, service("Conflicts=ssh.service"))}
${file(`${system}/mine-too.service`, "[Unit]\nOnFailure=mine.service\n[Service]\nExecStart=/bin/false")}\n${wanted("mine-too.service")}`,
    told: ssh(`${mine}:2`),
  },
  {
    what: "a unit that runs though nothing enables it",
    change: `${file(mine, service("BindsTo=ssh.service"))}\nsystemctl daemon-reload; systemctl start mine`,
    told: ssh(`${mine}:2`),
  },
  {
    what: "sshd needs a unit that is not there",
    change: link("/nowhere/mine.service", `${system}/ssh.service.requires/mine.service`),
    told: ssh(`${system}/ssh.service.requires/mine.service`),
  },
  {
    what: "basic.target needs something",
    change: file(`${system}/basic.target.d/mine.conf`, "[Unit]\nRequires=mine.service"),
    told: { "ssh.at-boot": "basic.target.d/mine.conf:2", "fail2ban.running": "basic.target.d/mine.conf:2" },
    all: true,
  },
  {
    what: "a generator names sshd's unit",
    change: file("/etc/systemd/system-generators/mine", '#!/bin/sh\nln -s /dev/null "$2/ssh.service"'),
    told: ssh("/etc/systemd/system-generators/mine:2"),
  },
  {
    what: "a generator is a program",
    change:
      "mkdir -p /usr/local/lib/systemd/system-generators; cp /bin/true /usr/local/lib/systemd/system-generators/mine",
    told: { "ssh.at-boot": "system-generators/mine", "firewall.enabled": "system-generators/mine" },
    all: true,
  },
  {
    what: "a preset disables it",
    change: file("/etc/systemd/system-preset/00-mine.preset", "# all\ndisable ssh*"),
    told: ssh("/etc/systemd/system-preset/00-mine.preset:2 disable ssh*"),
  },
  {
    what: "tmpfiles.d makes /etc/nologin",
    change: file("/etc/tmpfiles.d/mine.conf", "f /etc/nologin - - - -"),
    told: ssh("/etc/tmpfiles.d/mine.conf:1 f /etc/nologin"),
  },
  {
    what: "tmpfiles.d removes what is ours",
    change: file(
      "/usr/lib/tmpfiles.d/mine.conf",
      "R /etc/uf*\nw /proc/sys/net/ipv4/tcp_syncookies - - - - 0",
    ),
    told: { "firewall.enabled": "mine.conf:1", "sysctl.tcp-syncookies": "mine.conf:2" },
  },
  {
    what: "a unit stops it",
    change: exec("/bin/systemctl --no-block stop ssh"),
    told: ssh("systemctl --no-block stop ssh"),
  },
  {
    what: "a unit's shell masks it",
    change: exec("/bin/sh -c 'sleep 5; systemctl mask --now \"ssh\".service'"),
    told: ssh("systemctl mask"),
  },
  {
    what: "a unit goes to rescue",
    change: exec("systemctl isolate rescue.target"),
    told: ssh("isolate rescue.target"),
    all: true,
  },
  { what: "a unit kills it", change: exec("/usr/bin/pkill -9 sshd"), told: ssh("pkill -9 sshd") },
  {
    what: "a unit writes its configuration",
    change: exec("/bin/sh -c 'echo PermitRootLogin yes > /etc/ssh/sshd_config.d/00-x.conf'"),
    told: ssh("PermitRootLogin"),
  },
  {
    what: "a unit sets the kernel",
    change: exec("/sbin/sysctl -w net.ipv4.conf.all.rp_filter=0"),
    told: { "sysctl.rp-filter": "rp_filter=0" },
  },
  {
    what: "a unit writes below /proc/sys",
    change: exec(
      "/bin/sh -c 'for i in /proc/sys/net/ipv4/conf/*/accept_redirects; do echo 1 >$i; done; echo 0 >/proc/sys/net/ipv4/tcp_syncookies'",
    ),
    told: { "sysctl.accept-redirects": "accept_redirects" },
  },
  {
    what: "a unit's script opens the firewall",
    change: `${file("/usr/local/sbin/mine-start", "#!/bin/sh\n# rules\nif true; then iptables -P INPUT ACCEPT; fi")}\n${exec("/usr/local/sbin/mine-start --now")}`,
    told: { "firewall.default-incoming-ipv4": "/usr/local/sbin/mine-start:3" },
  },
  {
    what: "a unit's script without a path",
    change: `${file("/usr/local/bin/mine-start", "#!/bin/sh\nfail2ban-client stop sshd")}\n${exec("mine-start")}`,
    told: { "fail2ban.running": "/usr/local/bin/mine-start:2" },
  },
  {
    what: "cron runs a script at boot",
    change: `${file("/usr/local/bin/mine-start", "ufw disable")}\n${file("/etc/cron.d/mine", "@reboot root sh /usr/local/bin/mine-start")}`,
    told: { "firewall.enabled": "/usr/local/bin/mine-start:1" },
  },
  {
    what: "root's crontab stops it at boot",
    change:
      "mkdir -p /var/spool/cron/crontabs; echo '@reboot service ssh stop' >/var/spool/cron/crontabs/root",
    told: ssh("/var/spool/cron/crontabs/root:1"),
  },
  {
    what: "rc.local",
    change: file("/etc/rc.local", "#!/bin/sh\nsystemctl stop ssh"),
    told: ssh("/etc/rc.local:2"),
  },
  {
    what: "a hook of the network",
    change: file("/etc/network/if-pre-up.d/mine", "#!/bin/sh\nnft flush ruleset"),
    told: { "firewall.enabled": "/etc/network/if-pre-up.d/mine:2" },
  },
  {
    what: "a hook of networkd-dispatcher",
    change: file("/etc/networkd-dispatcher/routable.d/mine", "#!/bin/sh\nsysctl --system"),
    told: { "sysctl.rp-filter": "/etc/networkd-dispatcher/routable.d/mine:2" },
  },
  {
    what: "a rule for devices runs something",
    change: file("/etc/udev/rules.d/mine.rules", 'SUBSYSTEM=="net", RUN+="/usr/sbin/ufw disable"'),
    told: { "firewall.enabled": "/etc/udev/rules.d/mine.rules:1" },
  },
  {
    what: "a module of the firewall is never loaded",
    change: file("/etc/modprobe.d/mine.conf", "install nf_tables /bin/false"),
    told: { "firewall.enabled": "/etc/modprobe.d/mine.conf:1" },
  },
  {
    what: "the next boot's kernel is told to mask it",
    change: "echo 'GRUB_CMDLINE_LINUX=\"quiet systemd.mask=ssh.service\"' >/etc/default/grub",
    told: ssh("/etc/default/grub:1"),
  },
  {
    what: "systemd gives no unit the time to start",
    change: file("/etc/systemd/system.conf.d/mine.conf", "[Manager]\nDefaultTimeoutStartSec=1ms"),
    told: { "ssh.at-boot": "/etc/systemd/system.conf.d/mine.conf:2", "firewall.enabled": "1ms" },
    all: true,
  },
  {
    what: "the slice of all services takes their addresses",
    change: file(`${system}/system.slice.d/mine.conf`, "[Slice]\nIPAddressDeny=any"),
    told: { "ssh.at-boot": `${system}/system.slice.d/mine.conf:2`, "firewall.enabled": "IPAddressDeny" },
    all: true,
  },
  {
    what: "a unit with cron's name opens the firewall, below a comment that ends in a backslash",
    change: `${file(`${system}/mine-cron.service`, "[Service]\nType=oneshot\n# first \\\nExecStart=/usr/sbin/ufw --force disable")}\n${wanted("mine-cron.service")}`,
    told: { "firewall.enabled": `${system}/mine-cron.service:4` },
  },
  {
    what: "a unit has systemd's own program set the kernel",
    change: exec("/usr/lib/systemd/systemd-sysctl /etc/app.conf"),
    told: { "sysctl.rp-filter": "systemd-sysctl /etc/app.conf" },
  },
  {
    what: "a unit's script in Python",
    change: `${file("/usr/local/mine", 'import subprocess\nfor name in ["ufw"]:\n  subprocess.run([name, "--force", "disable"])')}\n${exec("/usr/bin/python3 /usr/local/mine")}`,
    told: { "firewall.enabled": "/usr/local/mine:2" },
  },
  {
    what: "a sudoer's crontab opens the firewall",
    change:
      "mkdir -p /var/spool/cron/crontabs; echo '*/15 * * * * sudo ufw --force disable' >/var/spool/cron/crontabs/admin",
    told: { "firewall.enabled": "/var/spool/cron/crontabs/admin:1" },
  },
  {
    what: "a sudoer who lingers stops it by a unit of his own",
    change: `${file("/home/admin/.config/systemd/user/mine.service", "[Service]\nExecStart=sudo systemctl stop fail2ban")}
${link("../mine.service", "/home/admin/.config/systemd/user/default.target.wants/mine.service")}
mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/admin`,
    told: { "fail2ban.running": "/home/admin/.config/systemd/user/mine.service:2" },
  },
  {
    what: "cloud-init runs it at each boot",
    change: file(
      "/etc/cloud/cloud.cfg.d/mine.cfg",
      "runcmd:\n - ufw enable\nbootcmd:\n - [ufw, --force, disable]",
    ),
    told: { "firewall.enabled": "/etc/cloud/cloud.cfg.d/mine.cfg:4" },
  },
  {
    what: "a wireguard that comes up opens the firewall",
    change: `${file("/etc/wireguard/mine.conf", "[Interface]\nPrivateKey = ufw\nPostUp = ufw --force disable")}
${link(`${lib}/wg-quick@.service`, `${system}/multi-user.target.wants/wg-quick@mine.service`)}`,
    told: { "firewall.enabled": "/etc/wireguard/mine.conf:3" },
  },
  {
    what: "a unit's script starts another unit",
    change: `${file("/usr/local/bin/mine-start", "#!/bin/sh\nsystemctl start mine-too")}
${file(`${system}/mine-too.service`, "[Service]\nExecStart=/usr/sbin/ufw --force disable")}
${exec("/usr/local/bin/mine-start")}`,
    told: { "firewall.enabled": `${system}/mine-too.service:2` },
  },
  {
    what: "a cron's line starts another unit",
    change: `${file(`${system}/mine-too.service`, "[Service]\nExecStart=/usr/sbin/ufw --force disable")}
${file("/etc/cron.d/mine", "@reboot root systemctl start mine-too")}`,
    told: { "firewall.enabled": `${system}/mine-too.service:2` },
  },
  {
    what: "a unit's shell reads its commands from a file",
    change: `${file("/usr/local/mine", "ufw --force disable")}\n${exec("/bin/sh", "StandardInput=file:/usr/local/mine\n")}`,
    told: { "firewall.enabled": "/usr/local/mine:1" },
  },
  {
    what: "a unit's shell runs what a variable says",
    change: `${file("/usr/local/mine", 'COMMAND="ufw --force disable"')}\n${exec('/bin/sh -c "$COMMAND"', "EnvironmentFile=/usr/local/mine\n")}`,
    told: { "firewall.enabled": `${mine}:4`, "ssh.at-boot": `${mine}:4` },
    all: true,
  },
  {
    what: "a target that all are started by is masked",
    change: `ln -s /dev/null ${system}/timers.target`,
    told: { "ssh.at-boot": `${system}/timers.target`, "updates.timers": `${system}/timers.target` },
    all: true,
  },
  {
    what: "a generator sets the environment of all units",
    change: file("/etc/systemd/system-environment-generators/mine", "#!/bin/sh\necho SSHD_OPTS=-oPort=1"),
    told: { "ssh.at-boot": "/etc/systemd/system-environment-generators/mine:2" },
    all: true,
  },
  {
    what: "a credential of systemd-tmpfiles makes /etc/nologin",
    change: file("/etc/credstore/tmpfiles.extra", "f /etc/nologin - - - -"),
    told: ssh("/etc/credstore/tmpfiles.extra:1 f /etc/nologin"),
  },
  {
    what: "a credential of systemd-tmpfiles is encrypted",
    change: file("/etc/credstore.encrypted/tmpfiles.extra", "WhQZht+JQJax1aZemmGLxmiAAAA"),
    told: ssh("/etc/credstore.encrypted/tmpfiles.extra"),
    all: true,
  },
  {
    what: "an extension lays files over /etc",
    change: file("/var/lib/confexts/mine/etc/ssh/sshd_config.d/00-a.conf", "PasswordAuthentication yes"),
    told: ssh("/var/lib/confexts/mine"),
    all: true,
  },
  {
    what: "what a login runs for the message of the day",
    // Each login of this test runs it, too.
    change: file("/etc/update-motd.d/mine", "#!/bin/sh\n[ ! -e /srv/flush ] || iptables -F"),
    told: { "firewall.enabled": "/etc/update-motd.d/mine:2" },
  },
  {
    what: "rc.local runs a script of the folder that it goes to",
    change: `${opens}\n${file("/etc/rc.local", "#!/bin/sh\ncd /usr/local/mine && ./open.sh")}`,
    told: opened,
  },
  {
    what: "rc.local runs a script of a folder in a variable",
    change: `${opens}\n${file("/etc/rc.local", '#!/bin/sh\nDIR=/usr/local/mine\n"$DIR"/open.sh')}`,
    told: opened,
  },
  {
    what: "a unit runs a script of its working directory",
    change: `${opens}\n${exec("/bin/sh open.sh", "WorkingDirectory=/usr/local/mine\n")}`,
    told: opened,
  },
  {
    what: "a unit's shell runs a script of the folder that it goes to",
    change: `${opens}\n${exec('/bin/sh -c "cd /usr/local/mine; ./open.sh"')}`,
    told: opened,
  },
];

/** An application as hosts have one: nothing of ours changes. */
export const harmless: readonly Planted[] = [
  {
    what: "an application after the network and sshd",
    change: enabled(
      service(
        "Description=stop ssh\nAfter=network.target ssh.service\nWants=ssh.service\nConflicts=shutdown.target",
        "/opt/app/bin/server --port 8080",
        "User=www-data\nEnvironment=A=ssh.service",
      ),
    ),
  },
  {
    what: "one that conflicts with sshd and that nothing starts",
    change: file(mine, service("Conflicts=ssh.service")),
  },
  {
    what: "a script that only looks",
    change: `${file("/usr/local/bin/mine-start", "#!/bin/sh\n# never stop ssh, no iptables -F\nsystemctl is-active ssh && ufw status && nft list ruleset >/var/tmp/rules\niptables -L -n; sysctl -n net.ipv4.tcp_syncookies; fail2ban-client status\necho 'ufw disable'\nssh backup@host 'systemctl stop app'")}\n${exec("/usr/local/bin/mine-start")}`,
  },
  {
    what: "a setting of the kernel that is none of ours",
    change: exec("/sbin/sysctl -w vm.max_map_count=262144"),
  },
  { what: "a restart of sshd", change: exec("/bin/systemctl try-restart ssh") },
  {
    what: "a backup of what is ours",
    change: `${file("/etc/cron.d/mine", "@reboot root cp -a /etc/ssh /etc/ufw /srv/backup/\n5 4 * * * root ufw status\n")}`,
  },
  {
    what: "folders, devices and presets of an application",
    change: [
      file(
        "/etc/tmpfiles.d/mine.conf",
        "d /run/mine 0755 www-data www-data -\nf /var/lib/mine - - - -\nd /run/sshd 0755",
      ),
      file("/etc/udev/rules.d/mine.rules", 'KERNEL=="ttyUSB0", SYMLINK+="mine", RUN+="/bin/true"'),
      file("/etc/systemd/system-preset/00-mine.preset", "enable ssh.service\ndisable mine.service"),
      file("/etc/modprobe.d/mine.conf", "blacklist pcspkr"),
    ].join("\n"),
  },
  {
    what: "a generator of an application",
    change: file("/etc/systemd/system-generators/mine", '#!/bin/sh\necho "[Unit]" >"$1/mine-made.service"'),
  },
  {
    what: "limits of all units",
    change: [
      file(
        "/etc/systemd/system.conf.d/mine.conf",
        "[Manager]\nDefaultLimitNOFILE=65536\nRuntimeWatchdogSec=30",
      ),
      file(`${system}/system.slice.d/mine.conf`, "[Slice]\nMemoryAccounting=yes"),
    ].join("\n"),
  },
  {
    what: "a script in Python that only looks",
    change: `${file("/usr/local/mine", '#!/usr/bin/python3\nimport subprocess\nsubprocess.run(["ssh", "backup@host"])\nsubprocess.run(["ufw", "status"])')}\n${exec("/usr/local/mine")}`,
  },
  {
    what: "what cloud-init ran once, and a shell with the arguments of an application",
    change: [
      file("/etc/cloud/cloud.cfg.d/mine.cfg", "bootcmd:\n - ufw status\nruncmd:\n - ufw --force disable"),
      exec('/bin/sh -c "exec /opt/app -c $CONFIG"'),
    ].join("\n"),
  },
  {
    what: "the crontab of a user who can't become root, and a wireguard that isn't up",
    change: [
      "mkdir -p /var/spool/cron/crontabs; echo '0 3 * * * sudo ufw disable' >/var/spool/cron/crontabs/www-data",
      file("/etc/wireguard/mine.conf", "[Interface]\nPostUp = ufw --force disable"),
    ].join("\n"),
  },
  {
    what: "a unit that no script starts",
    change: `${file("/usr/local/bin/mine-start", "#!/bin/sh\nsystemctl restart app")}
${file(`${system}/mine-too.service`, "[Service]\nExecStart=/usr/sbin/ufw --force disable")}
${exec("/usr/local/bin/mine-start")}`,
  },
  {
    what: "one that multi-user.target needs",
    change: `${file(mine, service("After=network.target"))}
${link("../mine.service", `${system}/multi-user.target.requires/mine.service`)}`,
  },
  {
    what: "a target of its own",
    change: file(`${system}/multi-user.target.d/mine.conf`, "[Unit]\nWants=mine.service\nAfter=mine.service"),
  },
  {
    what: "a credential of systemd-tmpfiles that makes a folder of an application",
    change: file("/etc/credstore/tmpfiles.extra", "d /srv/app 0755 - - -"),
  },
  {
    what: "an application that starts in its own folder",
    change: [
      file(
        "/usr/local/mine/start.sh",
        "#!/bin/sh\n. conf/app.env\nufw status\nexec ./server --config conf/app.yml",
      ),
      file("/usr/local/mine/conf/app.env", "PORT=8080\nDIR=/usr/local/mine"),
      file("/usr/local/mine/conf/app.yml", "title: stop ssh\nfirewall: ufw\npath: /etc/ssh"),
      exec(
        "/bin/sh -c 'cd /usr/local/mine && ./start.sh conf/app.yml'",
        "WorkingDirectory=/usr/local/mine\n",
      ),
    ].join("\n"),
  },
];
