/** What each code is about that a host gives with a reason to refuse, or with a note of a run: `refuse` and `note` of its shell. */

export const refusals = {
  "audit-locked": "The audit rules are locked until the next boot",
  "dangling-link": "A path is a link to nothing",
  download: "A package could not be downloaded",
  "dpkg-half-configured": "An earlier installation has not ended",
  "dpkg-locked": "Another program holds the lock of packages",
  "hard-link": "A file has more than one name, and replacing it would part them",
  immutable: "A file or its folder has the immutable or append-only flag",
  "lease-lost": "Another run has taken the host over",
  manifest: "What harden has set on the host can't be told, for the file that says it is cut off",
  "missing-folder": "The folder of a file isn't there",
  "more-packages": "apt would bring packages that the plan doesn't name",
  "mount-point": "Something is mounted on the file itself",
  "no-account": "An owner or a group that is wanted isn't there",
  "no-backup": "A run has no backup of what is to be given back",
  "no-package": "apt finds no such package",
  "no-shell": "The shell of an account isn't there",
  "no-space": "There is too little room on the file system",
  "no-sysctl": "The kernel has no such key",
  "no-systemd": "systemd is not the first process, so that nothing would roll back by itself",
  "no-tool": "The host lacks a program",
  "no-unit": "systemd knows no such unit",
  "not-a-file": "A path is no regular file",
  "not-armed": "What would roll back by itself could not be started",
  "not-lasting": "A reset would lose what rolls back by itself",
  "not-root": "Only root can apply",
  "other-account": "An account that would be given something by its name is another one by now",
  "others-folder": "Somebody else than root can replace a folder that leads to a file",
  "read-only": "A file system or a value of the kernel's can't be written",
  "run-exists": "A run of this name was here before",
  stale: "The host is not as the plan has it",
  "stops-containers": "A restart of the engine stops containers that go with their data",
  unreadable: "A value can't be read",
  "unreadable-rules": "The kernel's rules can't be read in a way that could be undone",
  "would-remove": "apt would remove other packages",
} as const;

export const notes = {
  "account-kept": "An account that the run had made is in use, or may be another by now, and stays",
  "changed-by-others": "What somebody else has changed during the run is left as it is",
  differs: "Something is not as it was before the run",
  "dpkg-locked": "Another program holds the lock of packages",
  "flows-end": "Open connections end at the confirm",
  "flows-not-kept": "Open connections may be cut",
  "group-kept": "A group that the run had made is in use, and stays",
  "not-finalized": "The run is confirmed, and a step after the confirm has failed",
  "not-removed": "Something that was there for the run alone is still there",
  "not-restored": "Something could not be given back",
  "not-set": "Something was left as it is, for it is not as it was planned",
  "package-kept": "A package that the run had installed stays",
  "port-taken": "A program of a user's had taken a port of sshd's, and was ended",
  "slow-reload": "A service has not opened a new socket at once",
  "still-working": "Something that the run had started has not ended",
  "stopped-containers": "A restart of the engine has stopped containers",
  "tables-unknown": "What ufw's files say of other tables can't be told apart",
  "third-state":
    "Somebody set something during the run, which is as before the run again: the note says what it was",
  "third-version": "Somebody changed something during the run: what is kept of that, the note says",
  upgrade: "A package was upgraded on the way, which a rollback doesn't undo",
} as const;

/** Notes that take nothing from an undo: nothing is left of what the run had made or changed. Each other one does. */
const harmlessNotes: ReadonlySet<string> = new Set<keyof typeof notes>([
  "changed-by-others",
  "flows-end",
  "flows-not-kept",
  "not-set",
  "slow-reload",
  // What has not come back has a note of its own.
  "stopped-containers",
  "tables-unknown",
  // All is as it was before the run.
  "third-state",
  "upgrade",
]);

/** Notes of an undo that say what it has left. */
export const leftOf = <N extends { readonly code: string }>(told: readonly N[]): readonly N[] =>
  told.filter(({ code }) => !harmlessNotes.has(code));

const keptNotes: ReadonlySet<string> = new Set<keyof typeof notes>([
  "account-kept",
  "group-kept",
  "package-kept",
]);

/** A note of what stays, as the host needs it, or as it may be somebody else's. */
export const isKept = ({ code }: { readonly code: string }): boolean => keptNotes.has(code);

/** What a run is busy with, or waits for; of each that has a subject its name follows. */
const progress: Readonly<Record<string, string>> = {
  downloading: "downloading",
  renewing: "certbot renews",
  "updating-lists": "updating the lists of packages",
  "waiting-for-dpkg": "waiting for another package manager:",
  "waiting-for-lock": "waiting for another program's lock:",
  "rollback-waits": "the rollback waits:",
};

export const isProgress = (code: string): boolean => Object.hasOwn(progress, code);

export const progressText = ({ what, text }: { readonly what: string; readonly text: string }) =>
  [progress[what] ?? what, text].join(" ").trim();
