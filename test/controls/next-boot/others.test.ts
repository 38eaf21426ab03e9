import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concernsOfCommand } from "../../../src/controls/next-boot/commands.ts";
import { othersOf } from "../../../src/controls/next-boot/others.ts";
import { type Concern, concerns, started } from "../../../src/controls/next-boot/ours.ts";
import { bootFilesProbe } from "../../../src/controls/next-boot/probe.ts";
import { sources } from "../../../src/controls/next-boot/table.ts";
import { absent, present, unknown } from "../../../src/facts/probe.ts";
import { pathMatcher } from "../../../src/glob.ts";
import { processorMs } from "../../setup/processor.ts";

fc.configureGlobal({ seed: 831610384 });

const mine = "/etc/systemd/system/mine.service";
/** What the collector prints. */
const toldOf = (printed: string) => {
  const fact = present(bootFilesProbe.parse(Buffer.from(printed)));
  return Object.fromEntries(
    concerns.flatMap((concern) => {
      const doubt = othersOf(fact, concern);
      return doubt === undefined ? [] : [[concern, doubt.why]];
    }),
  );
};
const hostile = fc.constantFrom(
  ...[
    "$(",
    ")",
    "${",
    "}",
    "`",
    ">",
    "<",
    "&",
    "#",
    "\u00010",
    " ",
    "\n",
    "/",
    "/etc",
    "*",
    "kill",
    "cp",
    "-t",
    "tar",
    "-x",
  ],
);
const fileOf = (path: string, ...lines: readonly string[]) =>
  [`file ${path}`, ...lines.map((line, index) => `| ${index + 1} ${line}`), ""].join("\n");
const concernsOf = (path: string, ...lines: readonly string[]) => Object.keys(toldOf(fileOf(path, ...lines)));

describe("others' files at the next boot", () => {
  it("are named with line and text", () => {
    expect(toldOf(`link /a.wants/b\n${fileOf(mine, "[Unit]", "Conflicts=ssh.service")}`)).toEqual({
      ssh: `${mine}:2 Conflicts=ssh.service`,
    });
  });

  it("are unknown where they could not be read, and none where there are none", () => {
    expect(othersOf(unknown("needs root"), "ssh")).toEqual({ why: "needs root" });
    expect(othersOf(absent, "ssh")).toBeUndefined();
    expect(toldOf("")).toEqual({});
    expect(Object.keys(toldOf(`large ${mine}\n`))).toEqual(concerns);
    expect(Object.keys(toldOf("binary /etc/systemd/system-generators/a\n"))).toEqual(concerns);
    // What a crontab's line runs isn't read either where it is machine code.
    expect(toldOf("binary /etc/cron.daily/a\n")).toEqual({});
    expect(Object.keys(toldOf("large /etc/cron.daily/a\n"))).toEqual(concerns);
  });

  it("are not harden's own, of a run that waits for its confirm", () => {
    expect(
      concernsOf("/etc/systemd/system/harden-early-1-a.service", "Type=oneshot", "Before=ssh.service"),
    ).toEqual([]);
    expect(concernsOf("/var/lib/harden/runs/1/runtime.sh", "systemctl stop ssh")).toEqual([]);
    expect(concernsOf("/etc/systemd/system/harden-mine.service", "Conflicts=ssh.service")).toEqual(["ssh"]);
  });

  it.each([
    ["/etc/systemd/system/mine.service", "ExecStart=ufw disable", undefined],
    ["/etc/cron.d/mine", "*/15 * * * * root ufw disable", "by cron, at its times"],
    ["/etc/crontab", "@reboot root ufw disable", "by cron, at its times"],
    ["/var/spool/cron/crontabs/admin", "0 3 * * * sudo ufw disable", "by cron, at its times"],
    ["/etc/cron.hourly/mine", "ufw disable", "by cron, at its times"],
    ["/var/spool/cron/atjobs/a0001", "ufw disable", "at their times"],
    ["/etc/logrotate.d/mine", "ufw disable", "at their times"],
    ["/etc/apt/apt.conf.d/99mine", 'DPkg::Post-Invoke {"ufw disable";};', "when apt or dpkg runs"],
    ["/etc/update-motd.d/99-mine", "ufw disable", "at the next login"],
    ["/usr/local/bin/mine", "ufw disable", "when it runs"],
  ])("of %s say when", (path, line, when) => {
    const printed = bootFilesProbe.parse(Buffer.from(fileOf(path, line)));
    expect(othersOf(present(printed), "firewall")).toEqual({ why: `${path}:1 ${line}`, when });
  });

  it("are links by which ours needs another unit, but none of ours", () => {
    const system = "/etc/systemd/system";
    expect(Object.keys(toldOf(`link ${system}/ssh.service.requires/mine.service\n`))).toEqual(["ssh"]);
    expect(Object.keys(toldOf(`link ${system}/basic.target.requires/mine.service\n`))).toEqual(concerns);
    // A mask of what all need, as systemctl mask makes it.
    expect(Object.keys(toldOf(`link ${system}/timers.target\n`))).toEqual(concerns);
    expect(toldOf(`link ${system}/default.target\nlink ${system}/timers.target.wants\n`)).toEqual({});
    // As Ubuntu's ssh.socket is installed.
    expect(toldOf(`link ${system}/ssh.service.requires/ssh.socket\n`)).toEqual({});
    expect(toldOf(`link ${system}/multi-user.target.requires/mine.service\n`)).toEqual({});
    expect(toldOf(`link ${system}/ssh.service.wants/mine.service\n`)).toEqual({});
  });

  it("count by their path where nobody can read what they bring", () => {
    const of = (path: string) => Object.keys(toldOf(`link ${path}\n`));
    expect(of("/etc/credstore.encrypted/tmpfiles.extra")).toEqual(concerns);
    expect(of("/run/credentials/@encrypted/sysctl.extra")).toEqual(["sysctl"]);
    expect(of("/var/lib/confexts/a")).toEqual(concerns);
    expect(of("/etc/extensions/.a.raw")).toEqual(concerns);
  });

  it("never show the value of a credential on the kernel's command line", () => {
    const line = "quiet systemd.set_credential=tmpfiles.extra:SEC1 systemd.set_credential=a:SEC2";
    expect(toldOf(fileOf("/proc/cmdline", line))).toMatchObject({
      ssh: "/proc/cmdline:1 quiet systemd.set_credential=tmpfiles.extra:…",
    });
  });

  it("of a unit of ours concern the others of ours only: its own start is judged by its own files", () => {
    const dropIn = "/etc/systemd/system/ssh.service.d/mine.conf";
    expect(
      concernsOf(dropIn, "[Service]", "ExecStart=/usr/sbin/sshd -D", "ExecStartPost=/usr/sbin/ufw disable"),
    ).toEqual(["firewall"]);
  });

  it.each<[string, string, string, readonly Concern[]]>([
    ["a list in quotes", mine, `Conflicts=a.service 'ssh.socket' "ufw.service"`, ["ssh", "firewall"]],
    ["an instance of sshd", mine, "PartOf=ssh@1.service", ["ssh"]],
    ["a specifier", mine, "BindsTo=%i.service", started],
    ["its own name", mine, "PartOf=%N.service", []],
    ["an order alone", mine, "After=ssh.service ufw.service", []],
    ["what it needs", mine, "Requires=ssh.service", []],
    ["a target that all need", mine, "Conflicts=sysinit.target", started],
    ["a target that it is part of", mine, "PartOf=multi-user.target", []],
    ["a mount over ours", "/etc/systemd/system/etc-ssh.mount", "Where=/etc/ssh", ["ssh"]],
    ["a mount beside", "/etc/systemd/system/srv.mount", "Where=/srv", []],
    ["the end of the host", mine, "SuccessAction=poweroff", started],
    [
      "a condition of a root",
      "/etc/systemd/system/timers.target.d/a.conf",
      "ConditionPathExists=/x",
      started,
    ],
    ["a slice above all", "/etc/systemd/system/system.slice.d/a.conf", "IPAddressDeny=any", started],
    ["the root of the slices", "/etc/systemd/system/-.slice", "MemoryMax=1M", started],
    ["each slice", "/etc/systemd/system.control/slice.d/a.conf", "TasksMax=1", started],
    ["what a slice counts", "/etc/systemd/system/system.slice.d/a.conf", "MemoryAccounting=yes", []],
    ["another slice", "/etc/systemd/system/app.slice.d/a.conf", "IPAddressDeny=any", []],
    ["a time that no unit starts in", "/etc/systemd/system.conf", "DefaultTimeoutStartSec=1ms", started],
    ["capabilities", "/etc/systemd/system.conf.d/a.conf", "CapabilityBoundingSet=~CAP_NET_ADMIN", started],
    ["an environment of all", "/etc/systemd/system.conf.d/a.conf", "DefaultEnvironment=", started],
    ["too few files", "/etc/systemd/system.conf.d/a.conf", "DefaultLimitNOFILE=1", started],
    ["more files", "/etc/systemd/system.conf.d/a.conf", "DefaultLimitNOFILE=65536:524288", []],
    ["a watchdog", "/etc/systemd/system.conf.d/a.conf", "RuntimeWatchdogSec=30", []],
    ["commands on a shell's input", mine, "StandardInputText=ufw --force disable", ["firewall"]],
    ["an input that nobody can read", mine, "StandardInputData=dWZ3IGRpc2FibGU=", concerns],
    ["a shell that runs a variable", mine, 'ExecStart=/bin/sh -c "$COMMAND"', concerns],
    ["also after something else", mine, 'ExecStart=/bin/bash -ec "true; ${COMMAND} --now"', concerns],
    ["a variable that names a script", mine, "ExecStart=/usr/bin/env sh $SCRIPT", concerns],
    ["a program's variables", mine, 'ExecStart=/bin/sh -c "exec $HOME/bin/java -c $CONFIG"', []],
    ["a program's own process", mine, "ExecReload=/bin/kill -HUP $MAINPID", []],
    ["an environment of all", "/etc/systemd/system-environment-generators/a", "echo A=b", started],
    ["what cloud-init runs", "/etc/cloud/cloud.cfg", '- ["systemctl", stop, ssh]', ["ssh"]],
    ["what it says only", "/etc/cloud/cloud.cfg", "- systemctl restart app", []],
    ["a wireguard that comes up", "/etc/wireguard/wg0.conf", "PostUp = ufw disable", ["firewall"]],
    ["a user's unit", "/home/a/.config/systemd/user/a.service", "ExecStart=sudo ufw disable", ["firewall"]],
    [
      "a user's units among each other",
      "/home/a/.config/systemd/user/a.service",
      "Conflicts=ssh.service",
      [],
    ],
    ["a preset of all", "/etc/systemd/system-preset/0.preset", "disable *", started],
    ["a folder that tmpfiles makes", "/etc/tmpfiles.d/a.conf", "d /run/sshd 0755", []],
    ...(
      [
        ["e /var/log/journal/* - - - 0", ["logging"]],
        ["d /var/log/journal 2755 root systemd-journal 1d", ["logging"]],
        ["d /var/log/journal 2755 root systemd-journal 4w", []],
        ["d /var/log/journal 2755 root systemd-journal -", []],
        ["d /var/log/journal", []],
        ["v /var/log/journal/%m - - - bmA:12h", ["logging"]],
        ["q! /var/log - - - ~6d", ["logging"]],
        ["e /var/log/*/*/*.journal - - - 1h", ["logging"]],
        ["e /var/log/*.gz - - - 1h", []],
        ["e /var/log/nginx - - - 1h", []],
        ["e /etc/ssh/sshd_config.d - - - 90d", ["ssh"]],
        ["x /var/log/journal", []],
      ] as const
    ).map(
      ([line, expected]) =>
        [`an age of tmpfiles, ${line}`, "/etc/tmpfiles.d/a.conf", line, expected] as [
          string,
          string,
          string,
          readonly Concern[],
        ],
    ),
    ["files of the journal that rotate", "/etc/logrotate.d/a", "/var/log/journal/*/*.journal {", ["logging"]],
    ["them by another glob", "/etc/logrotate.d/a", '"/var/log/*/*/system*.journal"', ["logging"]],
    ["files beside them that rotate", "/etc/logrotate.d/a", "/var/log/*.log /var/log/*/*.log {", []],
    [
      "a mode that tmpfiles sets",
      "/etc/tmpfiles.d/a.conf",
      "z /etc/shadow 0644",
      ["accounts", "permissions"],
    ],
    ...(
      [
        ["a+ /etc/shadow - - - - u:op:rw", ["accounts", "permissions"]],
        ["A /etc/sudoers.d - - - - u:op:rwx", ["accounts", "permissions"]],
        ["m /etc/gshadow 0666", ["accounts", "permissions"]],
        ["a+ /etc/ssh/sshd_config.d - - - - u:op:rwx", ["ssh"]],
        ["a+ /root - - - - u:op:rwx", ["accounts"]],
        ["z / 0777", concerns],
        ["h /etc/audit - - - - +i", ["auditd"]],
        ["h /var/log/journal - - - - +C", []],
        ["z /usr/bin/find 4755 root root", ["permissions"]],
        ["C /usr/local/bin/rootsh 4755 root root - /bin/bash", ["permissions"]],
        ["z /srv/shared 2775", []],
        ["a+ /srv/shared - - - - g:www-data:rwx", []],
      ] as const
    ).map(
      ([line, expected]) =>
        [`access by tmpfiles, ${line}`, "/etc/tmpfiles.d/a.conf", line, expected] as [
          string,
          string,
          string,
          readonly Concern[],
        ],
    ),
    ["a key that it writes", "/etc/tmpfiles.d/a.conf", "f+ /home/a/.ssh/b 0600", ["accounts", "permissions"]],
    ["a group that sysusers gives", "/etc/sysusers.d/a.conf", "m kim sudo", ["accounts"]],
    ["a second root of sysusers", "/usr/local/lib/sysusers.d/a.conf", 'u toor 0:0 "x" /root', ["accounts"]],
    ["a user of an application", "/etc/sysusers.d/a.conf", 'u app - "App" /srv/app', []],
    ["the engine's configuration", "/etc/tmpfiles.d/a.conf", "r! /etc/docker/daemon.json", ["daemon"]],
    ["a unit of an application", mine, "PartOf=docker.service", []],
    [
      "a drop-in of a generator",
      "/etc/systemd/system-generators/a",
      'mkdir "$1/ufw.service.d"',
      ["firewall"],
    ],
    ["a timer of systemd-run", "/run/systemd/transient/run-1.service", "ExecStart=ufw disable", ["firewall"]],
    ["a mask that tmpfiles makes", "/etc/tmpfiles.d/a.conf", "L+ /etc/nologin - - - - /x", ["ssh"]],
    ["a key of udev", "/etc/udev/rules.d/a.rules", 'SYSCTL{net/ipv4/conf/$name/rp_filter}="0"', ["sysctl"]],
    ["a command of modprobe", "/etc/modprobe.d/a.conf", "install dummy /usr/sbin/ufw disable", ["firewall"]],
    ["the kernel's own line", "/proc/cmdline", "quiet systemd.unit=rescue.target", started],
    ["a usual one", "/proc/cmdline", "quiet init=/sbin/init systemd.unit=multi-user.target", []],
    [
      "a value for the kernel",
      "/proc/cmdline",
      "sysctl.net.ipv4.tcp_syncookies=0 audit=0",
      ["sysctl", "auditd"],
    ],
    ["a credential on it", "/proc/cmdline", "quiet systemd.set_credential=tmpfiles.extra:x", concerns],
    ["an app's credential", "/proc/cmdline", "systemd.set_credential=app.token:tmpfiles.extra", []],
    ["a file that a credential makes", "/etc/credstore/tmpfiles.extra", "f /etc/nologin 0644", ["ssh"]],
    ["another file of a credential", "/usr/lib/credstore/tmpfiles.a", "d /srv/app 0755", []],
    ["a value of a credential", "/run/credstore/sysctl.extra", "-net/ipv4/conf/*/rp_filter = 0", ["sysctl"]],
    ["another value of one", "/etc/credstore/sysctl.extra", "vm.swappiness=1", []],
    ["the journal's storage by one", "/etc/credstore/journal.storage", "volatile", ["logging"]],
    ["a key for root", "/etc/credstore/ssh.authorized_keys.root", "ssh-ed25519 AAAA", ["ssh"]],
    ["a unit of one", "/run/credentials/@system/systemd.extra-unit.a.service", "[Unit]", started],
    ["grub's time-out", "/etc/default/grub", "GRUB_TIMEOUT=1", []],
    ["a line of cron's", "/etc/cron.d/a", "*/5 * * * * root /usr/sbin/ufw disable", ["firewall"]],
    ["a hook of certbot's", "/etc/letsencrypt/renewal-hooks/pre/a", "ufw disable", ["firewall"]],
    ["a certificate's hook", "/etc/letsencrypt/renewal/a.conf", "pre_hook = ufw disable", ["firewall"]],
    ["another one", "/etc/letsencrypt/renewal/a.conf", "renew_hook = systemctl reload nginx", []],
    ["a day of cron's", "/etc/crontab", "@daily root iptables -I INPUT -j ACCEPT", ["firewall"]],
    ["what cron gives a shell", "/var/spool/cron/crontabs/root", "0 3 * * * sh%ufw disable%", ["firewall"]],
    ["a date in cron's line", "/etc/crontab", "0 3 * * * root ls /etc/ssh >/srv/$(date +\\%F)-ufw", []],
    [
      "what cron may restart",
      "/etc/cron.d/a",
      "*/5 * * * * root service ssh status || service ssh start",
      [],
    ],
    ["what cron says of the host", "/etc/cron.d/a", "0 3 * * * root ufw status | mail -s ufw ops", []],
    ["a script of anacron's", "/etc/cron.weekly/a", "fail2ban-client unban --all", ["fail2ban"]],
    ["a script of logrotate's", "/etc/logrotate.d/a", "systemctl stop fail2ban", ["fail2ban"]],
    ["what logrotate lets go on", "/etc/logrotate.d/a", "fail2ban-client flushlogs 1>/dev/null", []],
    ["what dpkg has left beside it", "/etc/logrotate.d/a.dpkg-dist", "systemctl stop fail2ban", []],
    ["a copy of cron's", "/etc/cron.d/a.dpkg-old", "* * * * * root ufw disable", []],
    ["its paths", "/etc/logrotate.d/a", "/var/log/ufw.log /var/log/fail2ban.log {", []],
    ["what logrotate has reread", "/etc/logrotate.d/a", "systemctl kill -s HUP rsyslog.service", []],
    ["a hook of apt", "/etc/apt/apt.conf.d/a", 'DPkg::Post-Invoke {"ufw disable";};', ["firewall"]],
    ["a hook in a list", "/etc/apt/apt.conf", '  "systemctl stop fail2ban || true";', ["fail2ban"]],
    ["a hook that is off", "/etc/apt/apt.conf", '//DPkg::Post-Invoke {"ufw disable";};', []],
    ["a list of packages", "/etc/apt/apt.conf.d/a", 'Package-Blacklist { "ufw"; "iptables"; };', []],
    ["a hook of dpkg", "/etc/dpkg/dpkg.cfg.d/a", "post-invoke=ufw disable", ["firewall"]],
    ["a network's filter", "/etc/systemd/network/a.network", "IPv4ReversePathFilter=no", ["sysctl"]],
  ])("are judged by what they say: %s", (_what, path, line, expected) => {
    expect(concernsOf(path, line)).toEqual(expected);
  });

  it.each<[string, readonly Concern[]]>([
    ["/bin/systemctl --no-block stop ssh", ["ssh"]],
    ["-/usr/bin/env systemctl disable --now ufw fail2ban.service", ["firewall", "fail2ban"]],
    ["systemctl restart ssh", []],
    ["systemctl kill ssh", ["ssh"]],
    ["systemctl kill --signal=HUP ssh", []],
    ["pkill -HUP rsyslogd", []],
    ["systemctl stop app", []],
    ["systemctl stop 'ss*'", ["ssh"]],
    ["systemctl set-default rescue.target", started],
    ["service ssh stop", ["ssh"]],
    ["/etc/init.d/fail2ban stop", ["fail2ban"]],
    ["killall -9 sshd", ["ssh"]],
    ["kill -HUP $MAINPID", []],
    ["iptables -L -n", []],
    ["iptables -wL", []],
    ["ip${v}tables -F", ["firewall"]],
    ["ip${v}tables -L", []],
    ["${pre}tables-restore /etc/x", ["firewall"]],
    ["$prog -F", []],
    ["iptables -w -I INPUT -j ACCEPT", ["firewall"]],
    ["iptables-save", []],
    ["ip6tables-legacy-restore /etc/rules", ["firewall"]],
    ["nft list ruleset", []],
    ["nft -f /etc/nftables.conf", ["firewall"]],
    ["ufw status verbose", []],
    ["sudo ufw --force disable", ["firewall"]],
    ["command -v ufw", []],
    ["echo ufw disable", []],
    ["ssh backup@host 'systemctl stop ssh'", []],
    ["sysctl -n net.ipv4.tcp_syncookies", []],
    ["sysctl -w vm.swappiness=1", []],
    ["sysctl net/ipv4/conf/eth0/accept_redirects=1", ["sysctl"]],
    ["sysctl -p /root/x.conf", ["sysctl"]],
    ["/usr/lib/systemd/systemd-sysctl /etc/app.conf", ["sysctl"]],
    ["/usr/lib/systemd/systemd-sysctl --cat-config", []],
    ["/usr/lib/ufw/ufw-init force-stop", ["firewall"]],
    ["[ -x /usr/sbin/ufw ]", []],
    [`python3 -c 'import os; x = "fail2ban"; os.system("systemctl stop " + x)'`, ["fail2ban"]],
    ["/usr/bin/python3 /opt/app/server.py --port 80", []],
    ["echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter", ["sysctl"]],
    ["cat /proc/sys/net/ipv4/conf/all/rp_filter", []],
    ["fail2ban-client status", []],
    ["fail2ban-client unban --all", ["fail2ban"]],
    ["journalctl -u sshd --since today", []],
    ["journalctl --vacuum-time=1s", ["logging"]],
    ["/usr/bin/journalctl -q --rotate --vacuum-time '2 days'", ["logging"]],
    ["journalctl --vacuum-time='2 weeks' >/dev/null 2>&1", []],
    ["journalctl --rotate --vacuum-time=30d", []],
    ["journalctl --vacuum-time=1month --vacuum-size=1M", ["logging"]],
    ["journalctl --vacuum-size=500M", []],
    ["journalctl --vacuum-size=$MOST", ["logging"]],
    ["journalctl --vacuum-files=1", ["logging"]],
    ["journalctl --vacuum-files=100", []],
    ["journalctl --vacuum-t 1s", ["logging"]],
    ["journalctl --relinquish-var", ["logging"]],
    ["journalctl --rotate; journalctl --flush", []],
    ["find /var/log/journal -type f -delete", ["logging"]],
    ["find /var/log/journal -name '*.journal' -mtime +1 -exec rm -f {} +", ["logging"]],
    ["cd /var/log/journal && find . -mmin +60 -delete", ["logging"]],
    ["find /var/log -type f -mtime +2 -delete", ["logging"]],
    ["find /var/log -type f -mtime +30 -delete", []],
    ["find /var/log -mtime +30 -name a -o -type f -delete", []],
    ["find /var/log -mtime +30 -user a -o -type f -delete", ["logging"]],
    ["find /var/log -name '*.gz' -delete", []],
    ["find /var/log ! -name '*.gz' -delete", ["logging"]],
    ["find /var/log \\( -name '*.log' -o -name '*.journal' \\) -delete", ["logging"]],
    ["find /var/log/journal -name '*.journal' -exec ls -l {} +", []],
    ["find /var/log -type d -empty -delete", []],
    ["find /etc/ufw -name '*.rules' -delete", ["firewall"]],
    ["find / -xdev -name core -delete", []],
    ["find /srv -name a -exec systemctl stop ssh ;", ["ssh"]],
    ["tmpreaper 1d /var/log", ["logging"]],
    ["tmpreaper 1d /tmp", []],
    ["rm -rf /var/log/journal", ["logging"]],
    ["rm -rf /var/log/*", ["logging"]],
    ["rm -f /var/log/*.gz /var/log/app-*.log", []],
    ["rm -rf /etc/ss*/sshd_config.d", ["ssh"]],
    ["tar czf /srv/backup.tgz /etc/ufw /etc/ssh /var/log", []],
    ["auditctl -D", ["auditd"]],
    ["auditctl -l", []],
    ["/usr/sbin/sshd -t", []],
    ["/usr/sbin/sshd -D -p 2222", []],
    ["/usr/sbin/sshd -D", ["ssh"]],
    ["touch /etc/nologin", ["ssh"]],
    ["rm -f /etc/nologin", []],
    ["cp -a /etc/ssh /srv/backup/", []],
    ["cp /root/jail.conf /etc/fail2ban/jail.d/z.conf", ["fail2ban"]],
    ["sed -i s/a/b/ /etc/apt/apt.conf.d/20x", ["updates"]],
    ["sed -n 1p /etc/ssh/sshd_config", []],
    ["apt-get -y purge ufw", ["firewall"]],
    ["apt-get install -y ufw", []],
    ["modprobe -r nf_tables", ["firewall"]],
    ["usermod -L -e 1 deploy", ["accounts"]],
    ["chage -l deploy", []],
    ["useradd --system app", []],
    ["useradd -o -u 0 toor", ["accounts"]],
    ["adduser app sudo", ["accounts"]],
    ["chmod 0644 /etc/shadow", ["accounts", "permissions"]],
    ["cp /srv/keys /root/.ssh/authorized_keys", ["accounts", "permissions"]],
    ["echo 'app ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/app", ["accounts", "permissions"]],
    ["awk -F: '{ print $1 }' /etc/passwd", []],
    ["chmod 0777 /etc/cron.daily", ["permissions"]],
    ["cp /srv/user.rules /etc/ufw/user.rules >/dev/null 2>&1", ["firewall"]],
    ["cp -f X /etc/ssh/sshd_config 2>/dev/null || true", ["ssh"]],
    ["cp /srv/passwd /etc/passwd 2>>/var/log/a.log # restored", ["accounts", "permissions"]],
    ["cp /srv/$(date +%F)/user.rules /etc/ufw/user.rules", ["firewall"]],
    ["cp ${RULES} /etc/ufw/user.rules &>/dev/null", ["firewall"]],
    ["cp /srv/app.conf /etc/ >/dev/null 2>&1", []],
    ["cp /srv/passwd /etc/", ["accounts", "permissions"]],
    ["cp -a /srv/etc/. /etc", concerns],
    ["cp /srv/conf/* /etc/app/", []],
    ["cp -r /root/.ssh /srv/backup/", []],
    ["cp -r /srv/.ssh /home/app/", ["accounts", "permissions"]],
    ["cp -t /etc/apt/apt.conf.d X", ["updates"]],
    ["install -m 0644 -Dt /etc/fail2ban/jail.d X", ["fail2ban"]],
    ["ln -s --target-directory=/etc/sysctl.d /srv/x.conf", ["sysctl"]],
    ["install -m 0644 -g shadow /srv/app.conf /etc/", []],
    ["mv -t /etc/ssh /srv/sshd_config", ["ssh"]],
    ["mv /srv/app.conf /etc/", []],
    ["mv /etc/ufw /srv/", ["firewall"]],
    ["rsync -a /srv/etc/ /etc/", concerns],
    ["rsync -a -e ssh host:/srv/app /etc/", []],
    ["rsync -an /srv/etc/ /etc/", []],
    ["rsync -a --delete /etc/ /srv/backup/ >/dev/null", []],
    ["tar -C / -xf X", concerns],
    ["tar xzf X -C /etc/fail2ban", ["fail2ban"]],
    ["tar -xf X -C / opt/app", []],
    ["cd / && tar xf X 2>/dev/null", concerns],
    ["tar xf X -C /srv/app", []],
    ["tar xPf X -C /srv/app", concerns],
    ["tar --extract --absolute-names -f X /etc/ufw/user.rules", ["firewall"]],
    ["tar cPf X /etc/ufw", []],
    ["dpkg -x X /", concerns],
    ["dpkg-deb --vextract X /etc/fail2ban", ["fail2ban"]],
    ["dpkg-deb -c X /", []],
    ["dpkg -i X", []],
    ["tar -C / -czf /srv/b.tgz etc var", []],
    ["unzip -qo X -d /etc/ufw", ["firewall"]],
    ["unzip -l X -d /etc/ufw", []],
    ["cd /etc; cpio -idm <X", concerns],
    ["find . | cpio -pdm /etc/audit", ["auditd"]],
    ["cpio -it <X", []],
    ["dd if=X of=/etc/sysctl.conf 2>/dev/null", ["sysctl"]],
    ["cat X | tee -a /etc/ssh/sshd_config >/dev/null", ["ssh"]],
    ["sort X | sponge /etc/rsyslog.d/a.conf", ["logging"]],
    ["newusers X", ["accounts"]],
    ["chpasswd <X", ["accounts"]],
    ["umount /var/log/journal", ["logging"]],
    ["umount -l /var/log", ["logging"]],
    ["umount /srv/backup", []],
    ["mount -o remount,rw /", []],
    ["mount -a", []],
    ["mount -t tmpfs tmpfs /etc/ufw -o ro", ["firewall"]],
    ["ufw allow from any to any app OpenSSH", ["firewall"]],
    ["ufw allow 22 comment status", ["firewall"]],
    ["ufw app list", []],
    ["nft add rule inet a b tcp dport 22 accept comment list", ["firewall"]],
    ["nft -a list ruleset", []],
    ["fail2ban-client set sshd unbanip status", ["fail2ban"]],
    ["kill $(cat /run/fail2ban/fail2ban.pid)", ["fail2ban"]],
    ["kill -9 `pidof sshd`", ["ssh"]],
    ["kill -TERM $(</run/rsyslogd.pid)", ["logging"]],
    ["kill -HUP $(cat /run/rsyslogd.pid)", []],
    ["kill $(cat /run/app/server.pid)", []],
    ["kill $(pgrep -f server.js)", []],
    ["pkill -f ^sshd", ["ssh"]],
    ["pkill -F /run/fail2ban/fail2ban.pid", ["fail2ban"]],
    ["systemctl stop $(cat /run/app.units)", []],
    ["pidof fail2ban-server | xargs -r kill -9", ["fail2ban"]],
    ["ps ax | grep sshd | cut -c1-7 | /usr/bin/xargs kill", ["ssh"]],
    ["find /etc/audit/rules.d -name x | xargs rm -f; true", ["auditd"]],
    ["find /etc/audit/rules.d -name x | xargs grep -l y", []],
    ["pgrep node | xargs kill", []],
  ])("run commands that concern what is ours, or not: %s", (text, expected) => {
    expect([...concernsOfCommand(text)].sort()).toEqual([...expected].sort());
  });

  it("are judged without a stall, whatever a host says", () => {
    for (const part of [
      "$(",
      "${a",
      "`",
      "kill $(a",
      ">",
      "2>&",
      "cp -t ",
      "tar xf ",
      "cd / && ",
      "|xargs a ",
      "cd a;",
      "$(a) ",
    ]) {
      const text = `cd /;${part.repeat(262_144 / part.length)}`;
      expect(
        processorMs(() => concernsOfCommand(text)),
        part,
      ).toBeLessThan(5000);
    }
    fc.assert(fc.property(fc.string({ unit: hostile }), (text) => void concernsOfCommand(text)));
  });

  it.each<[string, readonly Concern[], ...string[]]>([
    ["a list of words", ["firewall"], 'subprocess.run(["ufw", "--force", "disable"])'],
    ["a name alone", ["fail2ban"], 'for name in ["fail2ban"]:', '  run(["systemctl", "stop", name])'],
    ["sshd's unit by its short name", ["ssh"], 'for name in ["ssh"]:', '  run(["systemctl", "stop", name])'],
    ["the client ssh", [], 'run(["ssh", "backup@host", "uptime"])'],
    ["a command that only reads", [], 'run(["ufw", "status"])', 'run(["nft", "list", "ruleset"])'],
    ["a word that holds a name", [], 'run(["make-iptables-report"])', "ufw_state = 1"],
  ])("of another language than a shell's concern what they name: %s", (_what, expected, ...lines) => {
    expect(Object.keys(toldOf(`code /opt/a\n${fileOf("/opt/a", ...lines)}`))).toEqual(expected);
  });

  it("that not everybody may read are named by the line's number alone", () => {
    const said = fileOf("/etc/rc.local", "echo winter2024 | cryptsetup open a b; ufw disable");
    expect(JSON.stringify(toldOf(said))).toContain("winter2024");
    const closed = toldOf(`${said}closed /etc/rc.local\n`);
    expect(closed.firewall).toContain("/etc/rc.local:1");
    expect(JSON.stringify(closed)).not.toContain("winter2024");
  });

  it("are asked for by a pattern that has each line of the table", () => {
    const pattern = new RegExp(bootFilesProbe.args[0]!.replaceAll("[$%*?[]", "[$%*?\\[]"));
    const lines: readonly string[] = [
      `${mine}:Conflicts=%i.service`,
      `${mine}:ExecStart=systemctl isolate x`,
      "/etc/tmpfiles.d/a.conf:f /etc/nologin",
      "/etc/systemd/system-preset/a.preset:disable *",
      "/etc/default/grub:GRUB_CMDLINE_LINUX=systemd.mask=ssh.service",
      "/etc/credstore/journal.storage:volatile",
      "/etc/cron.d/a:* * * * * root rsync -a /srv/etc/ /etc/",
      "/etc/cron.d/a:* * * * * root tar -C / -xf X",
      "/etc/rc.local:cd / && tar xf X",
      "/etc/rc.local:umount /var/log",
      "/etc/rc.local:dpkg -x X /",
      "/etc/rc.local:dpkg-deb --extract X /",
      "/etc/rc.local:tar xPf X",
      "/etc/rc.local:pgrep fail2ban | xargs kill",
      "/etc/rc.local:newusers X",
      `${mine}:ExecStart=/usr/bin/journalctl --vacuum-time=1s`,
      "/etc/cron.d/a:* * * * * root journalctl --relinquish-var",
      "/etc/cron.d/a:* * * * * root rm -rf /var/log/*",
      "/etc/cron.d/a:* * * * * root find /var/log -type f -delete",
      "/etc/logrotate.d/a:/var/log/*/*/*.journal {",
    ];
    expect(lines.filter((line) => !pattern.test(line))).toEqual([]);
    expect(pattern.test(`${mine}:ExecStart=/opt/app/server --token=x`)).toBe(false);
    expect(pattern.test(`${mine}:ExecStart=tar -C /srv/app -xf /var/app/x`)).toBe(false);
  });

  it("are asked for by path with a glob that a shell leaves with its last star where nothing has the name", () => {
    const { args } = bootFilesProbe;
    expect(args.slice(args.indexOf("--") + 1).filter((glob) => !glob.endsWith("*"))).toEqual([]);
  });

  it("have a row in the docs", () => {
    const docs = readFileSync(new URL("../../../docs/verdicts.md", import.meta.url), "utf8");
    expect(sources.filter(({ what }) => !docs.includes(`\n| ${what} | `))).toEqual([]);
  });

  it("have one row of the table each", () => {
    const paths = sources.flatMap(({ globs }) =>
      globs.map((glob) => glob.replaceAll("*", "x").replace("[S2345]", "S")),
    );
    for (const path of paths) {
      const rows = sources.filter(({ globs }) => globs.some((glob) => pathMatcher(glob)(path)));
      expect(rows.length, path).toBe(1);
    }
  });
});
