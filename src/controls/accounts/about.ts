/** What is said of each check of accounts. */
import type { Abouts } from "../about.ts";

export const about: Abouts = {
  users: {
    why: "Without an account of their own people share root's, and nobody can tell who did what, nor shut one of them out.",
    leavesOpen: "root can make more accounts, and one that the profile doesn't name stays as it is.",
    stricter:
      "Accounts of one directory (SSSD) with `allowUsers` for them alone: while it is away, only cached logins get in.",
    look: "getent passwd",
  },
  groups: {
    why: "A login that lacks a group can't do its work, and somebody will give it more than the group would.",
    breaks: "Some groups are as good as root: docker, disk, lxd.",
    by: ["users"],
    leavesOpen:
      "Groups that the profile doesn't name aren't judged: a member of docker or disk is root by another way.",
    stricter: "A line of sudo for the one command in place of such a group: each new need is a new line.",
    look: "id LOGIN",
  },
  keys: {
    why: "Who should get in can't, and will ask for a password to be let in by.",
    by: ["users"],
    leavesOpen:
      "A listed key opens the login for whoever has its private half, from anywhere that the firewall lets through.",
    stricter:
      'Options before the key, `from="NETWORK",restrict`: no tunnels, no agent, and nothing from elsewhere.',
    look: "sshd -T -C user=LOGIN,host=h,addr=127.0.0.1 | grep authorizedkeysfile; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  },
  "other-keys": {
    why: "A key that nobody knows of any more still opens the login: of a colleague who left, of an intruder.",
    breaks: "remove: whoever, or whatever machine, comes in by such a key is shut out.",
    by: ["otherKeys"],
    leavesOpen:
      "Whoever copied the private half of a listed key comes in by it, and nothing shows that there are two.",
    stricter: "Listed keys of the type sk-ssh-ed25519@openssh.com, on hardware: no login without the device.",
    look: "ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  },
  leavers: {
    why: "Whoever has left still comes in: harden takes nobody's account away, with what is in its home.",
    by: ["users"],
    leavesOpen:
      "Sessions that are open go on, and what the account left behind (files, units, tokens elsewhere) stays.",
    stricter:
      "`usermod -L -e 1 LOGIN` and `loginctl terminate-user LOGIN`: its cron jobs and units stop, too.",
    look: "grep -w account /var/lib/harden/manifest; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  },
  expiry: {
    why: "A benchmark's `PASS_MAX_DAYS` ages passwords that nobody has: on that day every key is refused, and the console is left.",
    by: ["users"],
    leavesOpen: "A login that never ends opens the host for as long as somebody holds its key.",
    stricter:
      "`usermod -e DAY LOGIN` for people who come for a while, never for the planned login: each has to be prolonged by hand.",
    look: "chage -l LOGIN",
  },
  sudo: {
    why: "A login that can't become root can mend nothing, and with root's own login shut nobody could.",
    breaks: "nopasswd: whoever steals the key is root.",
    by: ["users"],
    leavesOpen: "Who may become root may do all that root may, and change the log of it.",
    stricter:
      "sudo for named commands alone, in a file of your own below /etc/sudoers.d: each new need is a new line.",
    look: "sudo -l -U LOGIN",
  },
};
