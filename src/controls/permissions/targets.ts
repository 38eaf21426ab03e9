/** What belongs to root, and the loosest mode that is fine. */

export interface Target {
  readonly path: string;
  /** The loosest, as octal digits. */
  readonly mode: string;
  /** The group that it gets where its own is none of these. */
  readonly group: string;
  /** Groups that are fine. */
  readonly groups: readonly string[];
}

const roots = (mode: string, ...paths: readonly string[]): readonly Target[] =>
  paths.map((path) => ({ path, mode, group: "root", groups: ["root"] }));

const shadows = (...paths: readonly string[]): readonly Target[] =>
  paths.map((path) => ({ path, mode: "0640", group: "shadow", groups: ["shadow", "root"] }));

export const accountFiles = roots(
  "0644",
  ...["/etc/passwd", "/etc/passwd-", "/etc/group", "/etc/group-", "/etc/shells"],
);

export const hashFiles = [
  ...shadows("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"),
  ...roots("0600", "/etc/security/opasswd"),
];

/** Where a hash counts, and everybody reads it: with what each line is, and what moves hashes to where they belong. */
export const openLists = [
  { path: "/etc/passwd", what: "account", mend: "pwconv" },
  { path: "/etc/passwd-", what: "account", mend: "pwconv" },
  { path: "/etc/group", what: "group", mend: "grpconv" },
  { path: "/etc/group-", what: "group", mend: "grpconv" },
];

/** Folders whose files, of any name, may be copies of these: of package scripts, editors (`shadow~`, `.shadow.swp`) and people. */
export const copyFolders = ["/etc", "/var/backups"];

export const sudoFiles = [...roots("0440", "/etc/sudoers"), ...roots("0755", "/etc/sudoers.d")];

export const cronFiles = [
  ...roots("0600", "/etc/crontab"),
  ...roots("0700", "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly"),
  ...roots("0700", "/etc/cron.monthly"),
];

export const targets = [...accountFiles, ...hashFiles, ...sudoFiles, ...cronFiles];
