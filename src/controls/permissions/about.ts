/** What is said of each check of permissions. */
import { type Abouts, sealed } from "../about.ts";

const modes = (...paths: readonly string[]) => `ls -ld ${paths.join(" ")}`;

const keysOfRoot =
  "`AuthorizedKeysFile /etc/ssh/authorized_keys/%u`, root's files: nobody changes a key without root, not even its owner.";

export const about: Abouts = {
  accounts: {
    why: "Whoever can write these lists makes an account of their own, with root's number.",
    leavesOpen: "root, and whatever runs as root, changes them: auditd.passwd tells of it at best.",
    stricter: sealed,
    look: modes("/etc/passwd", "/etc/group", "/etc/shells"),
  },
  hashes: {
    why: "Whoever can read the hashes has all night to guess the passwords.",
    breaks:
      "Nothing with 0640 root:shadow; with 0600 chage, and screens that are unlocked by a password, fail for users.",
    leavesOpen:
      "root, the group shadow and each backup have the hashes: a weak password is guessed from any of them.",
    stricter:
      "No password at all where keys are enough (`passwd -l LOGIN`): the console and sudo can't ask for one.",
    look: modes("/etc/shadow", "/etc/gshadow"),
  },
  sudoers: {
    why: "Whoever can write these files becomes root.",
    leavesOpen: "What the files say isn't judged: NOPASSWD: ALL in a file of mode 0440 passes.",
    stricter: sealed,
    look: modes("/etc/sudoers", "/etc/sudoers.d"),
  },
  cron: {
    why: "What stands here runs as root by itself; who reads it knows when, and by which scripts.",
    breaks: "Monitoring that reads these files without being root.",
    leavesOpen: "The scripts that cron starts lie elsewhere: who can write one of them is root.",
    stricter: "/etc/cron.allow with root alone: nobody else keeps a crontab.",
    look: modes("/etc/crontab", "/etc/cron.*"),
  },
  "login-keys": {
    why: "Whoever can write there adds a key of their own, and logs in; sshd's StrictModes refuses such keys, which shuts out the owner.",
    leavesOpen: "Whatever runs as the owner adds a key, and stays.",
    stricter: keysOfRoot,
    look: modes("/root/.ssh", "/root/.ssh/authorized_keys", "/home/*/.ssh", "/home/*/.ssh/authorized_keys"),
  },
  "login-key-owners": {
    why: "A file that belongs to a third one opens the account to whomever that one likes.",
    leavesOpen: "Whatever runs as the owner adds a key, and stays.",
    stricter: keysOfRoot,
    look: modes("/home/*/.ssh/authorized_keys"),
  },
  "world-writable": {
    why: "A file that everybody may write to is one that any intruder, of any service, can use.",
    breaks: "`fix`: programs of several users that share such a file; give it a group instead.",
    by: ["worldWritable"],
    leavesOpen:
      "Only /etc and `worldWritable.paths` are looked through, and what a group may write to passes.",
    stricter: "More in `paths`, such as /srv and /opt: the search takes as long as they are large.",
    look: "find /etc -xdev -perm -002 \\( -type f -o -type d ! -perm -1000 \\)",
  },
};
