/** What is said of each check of accounts. */
import type { Abouts } from "../about.ts";

export const about: Abouts = {
  users: {
    why: "Without an account of their own people share root's, and nobody can tell who did what, nor shut one of them out.",
    look: "getent passwd",
  },
  groups: {
    why: "A login that lacks a group can't do its work, and somebody will give it more than the group would.",
    breaks: "Some groups are as good as root: docker, disk, lxd.",
    by: ["users"],
    look: "id LOGIN",
  },
  keys: {
    why: "Who should get in can't, and will ask for a password to be let in by.",
    by: ["users"],
    look: "sshd -T -C user=LOGIN,host=h,addr=127.0.0.1 | grep authorizedkeysfile; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  },
  "other-keys": {
    why: "A key that nobody knows of any more still opens the login: of a colleague who left, of an intruder.",
    breaks: "remove: whoever, or whatever machine, comes in by such a key is shut out.",
    by: ["otherKeys"],
    look: "ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  },
  leavers: {
    why: "Whoever has left still comes in: harden takes nobody's account away, with what is in its home.",
    by: ["users"],
    look: "grep -w account /var/lib/harden/manifest; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  },
  sudo: {
    why: "A login that can't become root can mend nothing, and with root's own login shut nobody could.",
    breaks: "nopasswd: whoever steals the key is root.",
    by: ["users"],
    look: "sudo -l -U LOGIN",
  },
};
