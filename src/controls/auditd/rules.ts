/** The built-in audit rules: what each watches, its key, and its lines for the host's architectures. */
import { type AuditRule, parseAuditLine } from "../../facts/audit-rule.ts";

export const ruleNames = [
  "root-commands",
  "passwd",
  "shadow",
  "sshd-config",
  "docker-daemon",
  "sudoers",
] as const;
export type RuleName = (typeof ruleNames)[number];

export const rulesPath = "/etc/audit/rules.d/50-harden.rules";
/** Letters sort after digits, and the last `-e` of all files is the one that counts. */
export const lockPath = "/etc/audit/rules.d/zz-harden-finalize.rules";

/** With the names that hardening guides search by: `ausearch -k identity` finds a key that contains the word. */
const keys: Readonly<Record<RuleName, string>> = {
  "root-commands": "harden-root_commands",
  passwd: "harden-identity",
  shadow: "harden-identity",
  "sshd-config": "harden-sshd_config",
  "docker-daemon": "harden-docker_config",
  sudoers: "harden-sudoers",
};
export const isOurKey = (key: string) => key.startsWith("harden-");

interface Watched {
  readonly title: string;
  readonly places: readonly {
    readonly words: string;
    /** The kernel refuses a rule whose folder doesn't exist. */
    readonly folder?: string;
  }[];
}

const path = (name: string) => `-F path=${name} -F perm=wa`;
const folder = (name: string) => `-F dir=${name} -F perm=wa`;

/** A folder's rule holds for what is put there later, too; a file's is enough for one file, there or not. */
const watched: Readonly<Record<RuleName, Watched>> = {
  "root-commands": {
    title: "All commands run as root",
    places: [{ words: "-S execve,execveat -F euid=0" }],
  },
  passwd: { title: "Changes of /etc/passwd", places: [{ words: path("/etc/passwd") }] },
  shadow: { title: "Changes of /etc/shadow", places: [{ words: path("/etc/shadow") }] },
  "sshd-config": {
    title: "Changes of sshd_config and of its folder",
    places: [{ words: folder("/etc/ssh"), folder: "/etc/ssh" }],
  },
  "docker-daemon": {
    title: "Changes of Docker's daemon.json",
    places: [{ words: path("/etc/docker/daemon.json"), folder: "/etc/docker" }],
  },
  sudoers: {
    title: "Changes of sudoers and of sudoers.d",
    places: [{ words: path("/etc/sudoers") }, { words: folder("/etc/sudoers.d"), folder: "/etc/sudoers.d" }],
  },
};

/**
 * Of people only: a daemon has no login uid (auid unset). Not auid>=1000: whoever logs in as root by key has login
 * uid 0, as root's cron jobs have.
 */
const ofSessions: Watched = {
  title: "Commands run as root by whoever logged in, and by cron",
  places: [{ words: "-S execve,execveat -F euid=0 -F auid!=unset" }],
};

/** Folders that may be missing on a host, and which a rule needs. */
const _folders = ["/etc/ssh", "/etc/docker", "/etc/sudoers.d"] as const;

/**
 * A 64-bit kernel also runs 32-bit programs on these, by system calls with numbers of their own.
 * Names of architectures are dpkg's.
 */
const both: ReadonlySet<string> = new Set(["amd64", "arm64", "mips64el", "s390x", "sparc64", "ppc64"]);
const only32: ReadonlySet<string> = new Set(["i386", "armhf", "armel", "mipsel", "powerpc", "hppa", "m68k"]);

/** What auditctl(8) calls the architectures of a host. */
export function arches(architecture: string): readonly string[] {
  if (both.has(architecture)) return ["b64", "b32"];
  return only32.has(architecture) ? ["b32"] : ["b64"];
}

export interface RuleGroup {
  readonly name: RuleName;
  readonly key: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly rules: readonly AuditRule[];
  /** Folders that this host doesn't have, so that their part of the rule can't be loaded. */
  readonly missing: readonly string[];
}

export interface RuleInput {
  readonly names: readonly RuleName[];
  readonly rootCommands: "all" | "sessions";
  readonly architecture: string;
  readonly isMissing: (folder: string) => boolean;
}

export function ruleGroups(input: RuleInput): readonly RuleGroup[] {
  return ruleNames.filter((name) => input.names.includes(name)).map((name) => group(name, input));
}

function group(name: RuleName, { architecture, isMissing, rootCommands }: RuleInput): RuleGroup {
  const key = keys[name];
  const sessions = name === "root-commands" && rootCommands === "sessions";
  const { title, places } = sessions ? ofSessions : watched[name];
  const there = places.filter(({ folder }) => folder === undefined || !isMissing(folder));
  const lines = there.flatMap(({ words }) =>
    arches(architecture).map((arch) => `-a always,exit -F arch=${arch} ${words} -F key=${key}`),
  );
  return {
    name,
    key,
    title,
    lines,
    rules: lines.flatMap((line) => {
      const parsed = parseAuditLine(line);
      return parsed?.kind === "rule" ? [parsed.rule] : [];
    }),
    missing: places.flatMap(({ folder }) => (folder !== undefined && isMissing(folder) ? [folder] : [])),
  };
}
