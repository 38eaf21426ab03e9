/** What is said of each check of permissions. */
import type { Abouts } from "../about.ts";

const modes = (...paths: readonly string[]) => `stat -c '%a %U:%G %n' ${paths.join(" ")}`;

export const about: Abouts = {
  accounts: {
    why: "Whoever can write these lists makes an account of their own, with root's number.",
    look: modes("/etc/passwd", "/etc/group", "/etc/shells"),
  },
  hashes: {
    why: "Whoever can read the hashes has all night to guess the passwords.",
    breaks:
      "Nothing with 0640 root:shadow; with 0600 chage, and screens that are unlocked by a password, fail for users.",
    look: modes("/etc/shadow", "/etc/gshadow"),
  },
  sudoers: {
    why: "Whoever can write these files becomes root.",
    look: modes("/etc/sudoers", "/etc/sudoers.d"),
  },
  cron: {
    why: "What stands here runs as root by itself; who reads it knows when, and by which scripts.",
    breaks: "Monitoring that reads these files without being root.",
    look: modes("/etc/crontab", "/etc/cron.*"),
  },
  "login-keys": {
    why: "Whoever can write there adds a key of their own, and logs in; sshd's StrictModes refuses such keys, which shuts out the owner.",
    look: modes("/root/.ssh", "/root/.ssh/authorized_keys", "/home/*/.ssh", "/home/*/.ssh/authorized_keys"),
  },
  "login-key-owners": {
    why: "A file that belongs to a third one opens the account to whomever that one likes.",
    look: modes("/home/*/.ssh/authorized_keys"),
  },
  "world-writable": {
    why: "A file that everybody may write to is one that any intruder, of any service, can use.",
    breaks: "`fix`: programs of several users that share such a file; give it a group instead.",
    by: ["worldWritable"],
    look: "find /etc -xdev -perm -002 \\( -type f -o -type d ! -perm -1000 \\)",
  },
};
