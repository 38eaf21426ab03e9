/** The kinds of the inventory: each is a check, and a key of the profile's section. */
export const kindNames = [
  ...["root-accounts", "empty-passwords", "logins", "login-keys", "root-groups"],
  "subordinate-ids",
  ...["sudo-rules", "sudo-for-everybody", "preload", "jobs", "units", "startup-files", "pam-modules"],
  ...["kernel-modules", "setuid-files", "file-capabilities", "changed-files", "writable-programs"],
  "configured-paths",
  ...["package-sources", "raw-access"],
  ...["listeners", "ssh-servers", "ssh-password-servers"],
] as const;

export type KindName = (typeof kindNames)[number];
