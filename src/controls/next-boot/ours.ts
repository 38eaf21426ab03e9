/** What is ours, by the control that manages it: a row each. */
import { pathMatcher } from "../../glob.ts";
import { units } from "../../platform.ts";
import { table as kernelSettings } from "../sysctl/settings.ts";

export interface Ours {
  /** Names that systemd knows them by. */
  readonly units: readonly string[];
  readonly processes: readonly string[];
  /** Files, and folders with all that is below. */
  readonly paths: readonly string[];
  readonly packages: readonly string[];
  /** What else counts of a path, wherever it stands. */
  readonly anywhere?: RegExp;
}

/** Who is there, with which password, and who becomes root. */
const people = ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d"];
const keys = /\/\.ssh(\/|$)/;

export const ours = {
  ssh: {
    units: [units.ssh, "sshd.service", units.sshSocket, units.sshOfConnection, units.userSessions],
    processes: ["sshd"],
    paths: ["/etc/ssh", "/etc/default/ssh", "/etc/nologin", "/run/nologin", "/var/run/nologin"],
    packages: ["openssh-server"],
  },
  firewall: {
    units: [units.ufw],
    processes: [],
    paths: ["/etc/ufw", "/etc/default/ufw", "/usr/lib/ufw", "/lib/ufw"],
    packages: ["ufw", "iptables"],
  },
  fail2ban: {
    units: [units.fail2ban],
    processes: ["fail2ban-server"],
    paths: ["/etc/fail2ban"],
    packages: ["fail2ban"],
  },
  sysctl: {
    units: [units.sysctl, "procps.service"],
    processes: [],
    paths: ["/etc/sysctl.d", "/etc/sysctl.conf", "/usr/lib/sysctl.d", "/run/sysctl.d"],
    packages: [],
  },
  updates: {
    units: [
      ...[units.aptDownload, units.aptDownloadTimer, units.aptUpgrade, units.aptUpgradeTimer],
      "unattended-upgrades.service",
    ],
    processes: [],
    paths: ["/etc/apt/apt.conf.d", "/etc/apt/apt.conf"],
    packages: ["unattended-upgrades"],
  },
  logging: {
    units: [units.journald, "systemd-journald.socket", units.journalFlush, units.rsyslog, "syslog.service"],
    processes: ["systemd-journald", "rsyslogd"],
    paths: [
      "/etc/systemd/journald.conf",
      "/etc/systemd/journald.conf.d",
      "/var/log/journal",
      "/etc/rsyslog.d",
    ],
    packages: ["rsyslog"],
  },
  auditd: {
    units: [units.auditd, units.auditRules],
    processes: ["auditd"],
    paths: ["/etc/audit"],
    packages: ["auditd"],
  },
  accounts: { units: [], processes: [], paths: people, packages: ["sudo"], anywhere: keys },
  permissions: {
    units: [],
    processes: [],
    paths: [
      ...people,
      "/etc/crontab",
      ...["d", "hourly", "daily", "weekly", "monthly"].map((each) => `/etc/cron.${each}`),
    ],
    packages: [],
    anywhere: keys,
  },
  daemon: {
    units: [],
    processes: [],
    packages: [],
    // Units of applications name its own for good reasons.
    paths: ["/etc/docker", "/etc/default/docker", "/run/docker.sock", "/var/run/docker.sock"],
  },
} as const satisfies Record<string, Ours>;

export type Concern = keyof typeof ours;
export const concerns = Object.keys(ours) as readonly Concern[];
/** Those that are what they are only while something of theirs is started. */
export const started = concerns.filter((concern) => ours[concern].units.length > 0);

/** Without these none of ours is started. */
export const roots: readonly string[] = [
  ...["sysinit.target", "basic.target", "sockets.target", "timers.target"],
  ...["multi-user.target", "graphical.target", "default.target"],
];

/** Of these those that hold up what comes after them. */
export const gates: readonly string[] = roots.slice(0, 4);

/** What bounds all units of ours: the slices above them, and `slice.d`, which is of each. */
export const slices = /^((-|system|system-(sshd?)?)\.)?slice$/;

/** Names of ours in /proc/sys, without the folders: `rp_filter`. */
export const kernelNames: readonly string[] = [
  ...new Set(kernelSettings.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))),
];

/** As a unit's line or a command names it, where a specifier, a variable or a glob may be anything. */
const wildcards = /\$\(.*|\$\{?\w+\}?|%[A-Za-z]|\[[^\]]*\]|[*?]/;

export const isWild = (word: string) => wildcards.test(word);

/** Whether a word may mean one of these names. */
export function mayMean(word: string, names: readonly string[]): boolean {
  if (!isWild(word)) return names.includes(word);
  const parts = word
    .split(new RegExp(wildcards, "g"))
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`);
  return names.some((name) => pattern.test(name));
}

/** An instance of `ssh@.service` counts as each of them. */
export const concernsOfUnit = (word: string): readonly Concern[] =>
  concerns.filter((concern) => mayMean(word.replace(/^ssh@[^.]*\./, "ssh@harden."), ours[concern].units));

/** A path in or, with `above`, over what is ours; up to a wildcard it is known. */
export function concernsOfPath(path: string, above = false): readonly Concern[] {
  if (isKernelName(path)) return ["sysctl"];
  const at = path.search(wildcards);
  const known = at === -1 ? path.replace(/\/+$/, "") : path.slice(0, at);
  if (!/^\/./.test(known)) return [];
  return concerns.filter((concern) => {
    const { paths, anywhere }: Ours = ours[concern];
    return (
      anywhere?.test(known) === true ||
      paths.some(
        (own) =>
          own === known ||
          known.startsWith(`${own}/`) ||
          (at !== -1 ? mayMeet(path, own, known) : above && own.startsWith(`${known}/`)),
      )
    );
  });
}

/** Whether what is known of a path leads to `own`, or what a glob names lies over it or below. */
function mayMeet(path: string, own: string, known: string): boolean {
  if (!own.startsWith(known) || !/^[^$%]*$/.test(path)) return own.startsWith(known);
  const [wanted, names] = [path.split("/"), own.split("/")];
  const depth = Math.min(wanted.length, names.length);
  return pathMatcher(wanted.slice(0, depth).join("/"))(names.slice(0, depth).join("/"));
}

/** `/proc/sys/net/ipv4/conf/all/rp_filter`, `net.ipv4.conf.all.rp_filter`, or below its folder. */
export function isKernelName(word: string): boolean {
  const last = /[^./]*$/.exec(word)![0];
  const isOfKernel = /^(\/proc\/sys\/|net[./])/.test(word);
  return kernelNames.includes(last) || (isOfKernel && isWild(word) && mayMean(last, kernelNames));
}
