/** What a boot reads or runs besides our units' own files: a row each. What no row names is not looked at. */
import { type BootFile, bootFiles } from "../../facts/boot-files.ts";
import { concernsOfCode, concernsOfCommand, netfilter } from "./commands.ts";
import { isHarmlessOfManager } from "./harmless.ts";
import {
  type Concern,
  concerns,
  concernsOfPath,
  concernsOfUnit,
  isKernelName,
  kernelNames,
  ours,
  roots,
} from "./ours.ts";
import { linesOfUnits, ofUnitLine, wordsOf } from "./unit-lines.ts";

export interface Source {
  readonly what: string;
  /** Only files that no package explains are asked for. */
  readonly globs: readonly string[];
  /** Whether it names programs, whose scripts are read as well. */
  readonly runs: boolean;
  /** Of the lines that are asked of a host; those that the shell's programs are in are asked for anyway. */
  readonly lines?: string;
  /** Which of ours a line concerns, so that of their next boot nothing is known. */
  readonly touches: (line: string, file: BootFile) => readonly Concern[];
}

const unitFolders = [
  ...["/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/generator.early"],
  ...[
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
  ],
  ...["/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"],
  ...["/run/systemd/generator.late", "/etc/systemd/user", "/root/.config/systemd/user"],
];

const below = (folders: readonly string[], pattern: string) =>
  folders.map((folder) => `${folder}/${pattern}`);
const everywhere = (name: string) =>
  ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((folder) => `${folder}/${name}`);
const ofManager = (line: string): readonly Concern[] => {
  const [, key = "", value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
  return key === "" || isHarmlessOfManager(key, value) ? [] : concerns;
};

const ofPreset = (line: string): readonly Concern[] => {
  const [verb, name = ""] = wordsOf(line);
  return verb === "disable" ? concernsOfUnit(name) : [];
};

const ofTmpfile = (line: string): readonly Concern[] => {
  const [type = "", path = ""] = wordsOf(line);
  return /^[fFwLCrRpbcDzZ]/.test(type) ? concernsOfPath(path, /^[RLDCZ]/.test(type)) : [];
};

const ofModule = (line: string): readonly Concern[] => {
  const [verb = "", name = "", ...command] = wordsOf(line);
  if (!/^(install|blacklist|remove)$/.test(verb)) return [];
  return netfilter.test(name.replaceAll("-", "_")) ? ["firewall"] : concernsOfCommand(command.join(" "));
};

const ofRule = (line: string): readonly Concern[] => {
  const set = [...line.matchAll(/SYSCTL\{([^}]*)\}/g)].some(([, key = ""]) => isKernelName(key));
  const run = [...line.matchAll(/(?:RUN|PROGRAM)(?:\{\w+\})?\s*[+:]?={1,2}\s*"([^"]*)"/g)];
  return [...(set ? (["sysctl"] as const) : []), ...run.flatMap(([, text = ""]) => concernsOfCommand(text))];
};

/** kernel-command-line(7) and systemd(1). */
const ofKernelWords = (line: string): readonly Concern[] =>
  wordsOf(line.replace(/^GRUB_\w+=/, "")).flatMap((word): readonly Concern[] => {
    const [key, value = ""] = [word.split("=", 1)[0]!, word.slice(word.indexOf("=") + 1)];
    if (/^(rescue|emergency|single|s|S|1|-b|systemd\.run)$/.test(key)) return concerns;
    if (key === "systemd.unit") return roots.includes(value) ? [] : concerns;
    if (key === "init") return /\/(init|systemd)$/.test(value) ? [] : concerns;
    if (key === "systemd.mask") return concernsOfUnit(value);
    if (key === "audit") return value === "0" ? ["auditd"] : [];
    return key.startsWith("sysctl.") && isKernelName(key.slice("sysctl.".length)) ? ["sysctl"] : [];
  });

const command = { runs: true, touches: concernsOfCommand } as const;

export const sources: readonly Source[] = [
  {
    what: "units and drop-ins that are started at boot, or run now",
    globs: [...below(unitFolders, "*"), ...below(unitFolders, "*.d/*.conf")],
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
      ...wordsOf(line.replace(/[^\w@.-]+/g, " ")).flatMap(concernsOfUnit),
    ],
  },
  {
    what: "generators of all units' environment",
    globs: below(everywhere("systemd/system-environment-generators"), "*"),
    runs: true,
    lines: "/system-environment-generators/",
    touches: () => concerns,
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
    touches: (line) => (/^\s*IPv4ReversePathFilter\s*=/.test(line) ? ["sysctl"] : []),
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
    what: "@reboot of cron",
    globs: ["/etc/crontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/root"],
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
      ...["/var/lib/cloud/instance/boothooks/*", "/var/spool/cron/atjobs/a*", "/etc/wireguard/*.conf"],
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

/** What the sources above run, one step far; and units and crontabs of users who may become root. */
export const script: Source = { what: "scripts that these run", globs: [], ...command };

const words = [
  ...concerns.flatMap((concern) => [
    ...ours[concern].units.map((name: string) => name.replace(/\.\w+$/, "")),
    ...[...ours[concern].processes, ...ours[concern].paths],
  ]),
  ...[
    "tables",
    "nft",
    "ufw",
    "firewall-cmd",
    "netfilter-persistent",
    "shorewall",
    "ferm",
    "auditctl",
    "sysctl",
  ],
  ...kernelNames,
];

const regexp = (word: string) => word.replace(/[.+*?]/g, "[$&]");

/** Commands that may mean anything of ours without its name. */
const unnamed = [
  "systemctl|systemd1",
  "(service|kill).*[$%*]|(^|[ \"'>=])/etc/[^ ]*[$%*?[]|(rmmod|modprobe).*_|mount.*/etc|(rm|mv).*/etc",
];

export const bootFilesProbe = bootFiles({
  pattern: [
    ...new Set([...words.map(regexp), ...unnamed]),
    ...sources.flatMap(({ lines }) => (lines === undefined ? [] : [lines])),
  ].join("|"),
  data: "^/(proc|etc/kernel|etc/default)/|/(tmpfiles[.]d|system-preset|network|system[.]conf[.]d)/|/system[.]conf$",
  globs: sources.flatMap(({ globs }) => globs),
  links: [
    ...["wants", "requires", "upholds"].flatMap((kind) => below(unitFolders, `*.${kind}/*`)),
    ...below(["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"], "*.target*"),
  ],
});
