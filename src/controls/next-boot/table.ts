/** What runs at a boot or at another time besides our units' own files: a row each. What no row names is not looked at. */
import { basename } from "node:path/posix";
import type { BootFile } from "../../facts/boot-files.ts";
import { concernsOfCode, concernsOfCommand } from "./commands.ts";
import { allBelow, below, everywhere, unitFolders } from "./folders.ts";
import {
  credentialGlobs,
  ofCredential,
  ofCredentialLine,
  ofCrontab,
  ofHook,
  ofKernelWords,
  ofLogrotate,
  ofManager,
  ofModule,
  ofNetwork,
  ofPreset,
  ofRule,
  ofSysuser,
  ofTmpfile,
} from "./other-lines.ts";
import { type Concern, concerns, concernsOfUnit, started } from "./ours.ts";
import { linesOfUnits, ofUnitLine, wordsOf } from "./unit-lines.ts";

export interface BootSource {
  readonly what: string;
  /** Only files that no package explains are asked for. */
  readonly globs: readonly string[];
  /** Whether it names programs, whose scripts are read as well. */
  readonly runs: boolean;
  /** Nothing of it is read: a file or folder counts by its path. */
  readonly isSealed?: true;
  /** When it is read or run, where that is not the next boot. */
  readonly when?: string;
  /** Names of files that its reader passes over. */
  readonly passesOver?: RegExp;
  /** A file may be machine code, which is read of nothing. */
  readonly isProgram?: true;
  /** Of the lines that are asked of a host; those that the shell's programs are in are asked for anyway. */
  readonly lines?: string;
  /** Which of ours a line concerns, so that of their next boot nothing is known. */
  readonly touches: (line: string, file: BootFile) => readonly Concern[];
}

const command = { runs: true, touches: concernsOfCommand } as const;
/** What dpkg, ucf and editors leave beside a file: cron(8), run-parts(8), logrotate(8), apt.conf(5), dpkg(1). */
const leftBeside = { passesOver: /\.(dpkg|ucf)-\w+$|~$/ } as const;
const atTimes = { when: "at their times", ...leftBeside } as const;
const byCron = { when: "by cron, at its times", ...leftBeside } as const;
const crontab = { ...byCron, runs: true, touches: ofCrontab } as const;

export const sources: readonly BootSource[] = [
  {
    what: "units and drop-ins that are started at boot, or run now",
    globs: [
      ...[...below(unitFolders, "*"), ...below(unitFolders, "*.d/*.conf")],
      // Not those of sessions and containers, of which there can be any number.
      ...allBelow(["/run/systemd/transient"], ["*.service", "*.timer", "*.path"]),
    ],
    runs: true,
    lines: linesOfUnits,
    touches: ofUnitLine,
  },
  {
    what: "settings of systemd itself",
    globs: [...everywhere("systemd/system.conf"), ...below(everywhere("systemd/system.conf.d"), "*.conf")],
    runs: false,
    lines: "/systemd/system[.]conf([.]d/[^:]*)?:",
    touches: ofManager,
  },
  {
    what: "generators",
    globs: [
      ...["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"].flatMap((folder) =>
        below([folder], "system-generators/*"),
      ),
      "/usr/lib/systemd/system-shutdown/*",
    ],
    runs: true,
    touches: (line) => [
      ...concernsOfCommand(line),
      // Of a folder of drop-ins, too.
      ...wordsOf(line.replace(/[^\w@.-]+/g, " ")).flatMap((word) => concernsOfUnit(word.replace(/\.d$/, ""))),
    ],
  },
  {
    what: "generators of all units' environment",
    globs: below(everywhere("systemd/system-environment-generators"), "*"),
    runs: true,
    lines: "/system-environment-generators/",
    touches: () => started,
  },
  {
    what: "presets of units",
    globs: below(everywhere("systemd/system-preset"), "*.preset"),
    runs: false,
    lines: "system-preset/[^:]*:[ \\t]*disable[ \\t]",
    touches: ofPreset,
  },
  {
    what: "files that are made or removed",
    globs: below(everywhere("tmpfiles.d"), "*.conf"),
    runs: false,
    lines: 'tmpfiles[.]d/[^:]*:[ \\t]*[a-zA-Z][-+!=~^$]*[ \\t]+"?[/%]',
    touches: ofTmpfile,
  },
  {
    what: "accounts that are made, and their groups",
    globs: below(everywhere("sysusers.d"), "*.conf"),
    runs: false,
    lines: "sysusers[.]d/[^:]*:[ \\t]*[um]!?[ \\t]",
    touches: ofSysuser,
  },
  {
    what: "rules for devices",
    globs: below(everywhere("udev/rules.d"), "*.rules"),
    runs: true,
    lines: "rules[.]d/.*(SYSCTL|RUN|PROGRAM)",
    touches: ofRule,
  },
  {
    what: "kernel modules",
    globs: below(everywhere("modprobe.d"), "*.conf"),
    runs: true,
    lines: "modprobe[.]d/[^:]*:[ \\t]*(install|blacklist|remove)[ \\t]",
    touches: ofModule,
  },
  {
    what: "networks of systemd-networkd",
    globs: [
      ...below(everywhere("systemd/network"), "*.network"),
      ...below(everywhere("systemd/network"), "*.network.d/*.conf"),
    ],
    runs: false,
    lines: ":[ \\t]*IPv4ReversePathFilter[ \\t]*=",
    touches: ofNetwork,
  },
  {
    what: "credentials for units of systemd",
    globs: allBelow([...everywhere("credstore"), "/run/credentials/@system"], credentialGlobs),
    runs: false,
    lines: "/(credstore|credentials/@system)/[^/:]*:.",
    touches: (line, { path }) => ofCredentialLine(line, basename(path)),
  },
  {
    what: "encrypted credentials for units of systemd",
    globs: allBelow([...everywhere("credstore.encrypted"), "/run/credentials/@encrypted"], credentialGlobs),
    runs: false,
    isSealed: true,
    touches: (_line, { path }) => ofCredential(basename(path)),
  },
  {
    what: "images and folders that are laid over /etc and /usr",
    globs: allBelow(
      ["confexts", "extensions", "extensions.mutable"].flatMap((name) => [
        ...everywhere(name),
        `/var/lib/${name}`,
      ]),
      ["*", ".[!.]*"],
    ),
    runs: false,
    isSealed: true,
    touches: () => concerns,
  },
  {
    what: "the kernel's command line",
    globs: ["/proc/cmdline", "/etc/kernel/cmdline", "/etc/default/grub", "/etc/default/grub.d/*.cfg"],
    runs: false,
    lines:
      '(^/(proc|etc/kernel)/cmdline:|:GRUB_CMDLINE).*(systemd[.]|sysctl[.]|audit=|[ :="]init=|rescue|emergency|single|[ :"=]([sS1]|-b)([ "]|$))',
    touches: (line, { path }) =>
      path.startsWith("/etc/default/") && !line.startsWith("GRUB_CMDLINE") ? [] : ofKernelWords(line),
  },
  {
    what: "crontabs",
    globs: ["/etc/crontab", "/etc/anacrontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/root"],
    ...crontab,
  },
  {
    what: "scripts in the folders of cron",
    globs: ["hourly", "daily", "weekly", "monthly", "yearly"].map((each) => `/etc/cron.${each}/*`),
    ...byCron,
    ...command,
    isProgram: true,
  },
  { what: "jobs of at", globs: ["/var/spool/cron/atjobs/a*"], ...atTimes, ...command },
  {
    what: "files and scripts of logrotate",
    globs: ["/etc/logrotate.conf", "/etc/logrotate.d/*"],
    ...atTimes,
    runs: true,
    lines: '/logrotate[.](conf|d/[^:]*):[ \\t]*"?/',
    touches: ofLogrotate,
  },
  {
    what: "scripts that a login runs as root",
    globs: ["/etc/update-motd.d/*", "/etc/ssh/sshrc", "/root/.ssh/rc"],
    when: "at the next login",
    ...leftBeside,
    ...command,
  },
  {
    what: "hooks of apt and dpkg",
    globs: [
      ...["/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"],
      ...["/etc/dpkg/dpkg.cfg", "/etc/dpkg/dpkg.cfg.d/*"],
    ],
    when: "when apt or dpkg runs",
    ...leftBeside,
    runs: true,
    touches: ofHook,
  },
  {
    what: "hooks of certbot",
    globs: [
      ...["pre", "deploy", "post"].map((name) => `/etc/letsencrypt/renewal-hooks/${name}/*`),
      ...["/etc/letsencrypt/renewal/*.conf", "/etc/letsencrypt/cli.ini"],
    ],
    when: "when certbot renews",
    ...command,
  },
  {
    what: "scripts of the boot, of the network's coming, and of cloud-init",
    globs: [
      ...["/etc/rc.local", "/etc/rc[S2345].d/S*", "/etc/network/if-*up.d/*", "/etc/network/interfaces"],
      ...["/etc/network/interfaces.d/*", "/etc/networkd-dispatcher/*/*", "/usr/lib/networkd-dispatcher/*/*"],
      ...["/etc/NetworkManager/dispatcher.d/*", "/etc/NetworkManager/dispatcher.d/*.d/*"],
      ...[
        "/usr/lib/NetworkManager/dispatcher.d/*",
        "/etc/dhcp/dhclient-*-hooks",
        "/etc/dhcp/dhclient-*-hooks.d/*",
      ],
      ...["/etc/dhcpcd.*-hook", "/usr/lib/dhcpcd/dhcpcd-hooks/*", "/var/lib/cloud/scripts/per-boot/*"],
      ...["/var/lib/cloud/instance/boothooks/*", "/etc/wireguard/*.conf"],
    ],
    ...command,
  },
  {
    what: "what cloud-init runs at each boot",
    globs: [
      ...["/etc/cloud/cloud.cfg", "/etc/cloud/cloud.cfg.d/*.cfg", "/var/lib/cloud/instance/*.txt"],
      ...["/var/lib/cloud/seed/*/user-data", "/var/lib/cloud/seed/*/vendor-data"],
    ],
    runs: true,
    touches: (line) => concernsOfCode(line),
  },
];

/** Those of users who may become root. */
export const crontabs: BootSource = {
  what: "users' crontabs",
  globs: ["/var/spool/cron/crontabs/*"],
  ...crontab,
};

/** What the sources above run, two steps far; and units of users who may become root. */
export const script: BootSource = {
  what: "scripts that these run",
  globs: [],
  when: "when it runs",
  ...command,
};
