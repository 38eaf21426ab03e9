/** What is known of each kind's check but its test. */
import type { Reads } from "../../checks/reads.ts";
import { references } from "../references.ts";
import type { Head } from "./head.ts";
import { filesHeads } from "./heads-files.ts";
import { networkHeads } from "./heads-network.ts";
import type { KindName } from "./kind-names.ts";

const atLogin: Reads = { only: ["file"], because: "Each login, and sudo, read these files anew." };

const atStart: Reads = {
  only: ["file"],
  because: "What root runs is read from these files when its time comes.",
};

const fileItself: Reads = {
  only: ["file"],
  because: "The kernel goes by the file itself at each start of the program.",
};

export const heads: Readonly<Record<KindName, Head>> = {
  "root-accounts": {
    title: "No account but root has its number",
    severity: "high",
    why: "A second name for root has a password and keys of its own, which nobody looks at.",
    look: "awk -F: '$3 == 0' /etc/passwd; ls /etc/userdb /run/userdb",
    stricter:
      "`unexplained.default: fail`: verify is red for every entry of the inventory that nothing explains, until somebody has looked.",
    leavesOpen:
      "A first account named root that somebody else uses passes, and so do accounts of sssd, ldap and the like.",
    references: references({ cis12: "5.4.2.1", anssi: "R33" }),
    reads: atLogin,
  },
  "empty-passwords": {
    title: "No account is without a password that needs none",
    cause: "empty passwords",
    severity: "high",
    why: "Who knows the name logs in at the console, by su, and by any service that takes passwords.",
    look: "awk -F: '$2 == \"\"' /etc/shadow",
    stricter:
      "No password at all where keys are enough (`passwd -l LOGIN`): the console and su can't ask for one.",
    leavesOpen:
      "A password that everybody can guess passes, and so does an empty one of an account of sssd, ldap and the like.",
    references: references({ cis12: "7.2.2" }),
    reads: atLogin,
  },
  logins: {
    title: "Every account that can log in is known",
    severity: "medium",
    why: "An account that nobody knows of is a way in that nobody closes.",
    look: "awk -F: '$7 !~ /nologin|false/' /etc/passwd",
    stricter:
      "`allowUsers` of ssh: a login that the profile doesn't name can't come by ssh, whatever its key; each new person is a change of the profile.",
    leavesOpen: "Accounts of a directory service are one entry, and not listed.",
    references: references({ anssi: "R30" }),
    reads: atLogin,
  },
  "login-keys": {
    title: "Every key that opens an account is known",
    severity: "medium",
    why: "A key that nobody knows of opens the account for whoever has its private half.",
    look: "sshd -T | grep -iE 'authorizedkeys|trustedusercakeys'; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
    stricter:
      "`accounts.otherKeys: remove`: keys that the profile doesn't list go, of its accounts; a colleague's new key goes as well.",
    leavesOpen:
      "Who has a certificate of a known authority, or a key that a known command prints, is not listed.",
    references: references({ anssi: "R30" }),
    reads: atLogin,
  },
  "root-groups": {
    title: "Every member of a group that is as good as root is known",
    severity: "medium",
    why: "Who may talk to Docker, or read the disk, is root by one command.",
    look: "getent group sudo docker lxd disk shadow kmem libvirt; getent gshadow sudo docker lxd disk shadow kmem libvirt",
    stricter:
      "Rootless Docker, and no member of docker: builds and compose run as each user, with ports above 1024 alone.",
    leavesOpen:
      "Other groups may own something by which their members become root; members by sssd, ldap and the like pass.",
    references: references({ anssi: "R38" }),
    reads: atLogin,
  },
  "subordinate-ids": {
    title: "No range of subordinate numbers holds an account's or a group's own",
    severity: "high",
    why: "newuidmap gives a user each number of its range in /etc/subuid, root's too where it is in there.",
    look: "cat /etc/subuid /etc/subgid; grep subid /etc/nsswitch.conf",
    stricter:
      "No newuidmap with the setuid bit (dpkg-statoverride): containers without root's rights don't start any more.",
    leavesOpen:
      "Numbers of accounts of a directory service, and of what has files in containers, may be in a range.",
    references: references({}),
    reads: { only: ["file"], because: "newuidmap and newgidmap read these files at each call." },
  },
  "sudo-rules": {
    title: "Every rule by which sudo or doas makes somebody root is known",
    severity: "medium",
    why: "A rule that nobody knows of makes its user root, often by a program that was thought harmless.",
    look: "cvtsudoers -e -f sudoers /etc/sudoers; cvtsudoers -e -f sudoers /etc/sudoers-rs; cat /etc/doas.conf",
    stricter: "One command in each rule, with its arguments: every new need is a new line.",
    leavesOpen: "Whether a command that a rule allows gives a shell is not judged.",
    references: references({ cis12: "5.2.4", anssi: ["R38", "R39"] }),
    reads: atLogin,
  },
  "sudo-for-everybody": {
    title: "sudo makes nobody root whom no rule names",
    severity: "high",
    why: "Every account of the host, a web server's too, is root without a password.",
    look: "cvtsudoers -e -f sudoers /etc/sudoers; cvtsudoers -e -f sudoers /etc/sudoers-rs",
    stricter:
      "No sudo at all: who administers logs in as root by a key of their own, and nobody shares a password.",
    leavesOpen: "An account that a rule names becomes root as it says: that is sudo-rules.",
    references: references({ cis12: "5.2.4", anssi: "R39" }),
    reads: atLogin,
  },
  preload: {
    title: "No library is loaded into every program",
    severity: "high",
    why: "What /etc/ld.so.preload or LD_PRELOAD names runs in each program, root's too, and can hide files and processes.",
    look: "cat /etc/ld.so.preload; grep -r LD_ /etc/environment /etc/security /etc/systemd/system.conf /etc/ssh/sshd_config",
    stricter:
      "`kernel.yama.ptrace_scope` and a signed image (dm-verity): the host is made anew for each change.",
    leavesOpen: "LD_PRELOAD that a unit or a script sets: the unit and the script are listed themselves.",
    references: references({}),
    reads: fileItself,
  },
  jobs: {
    title: "Every job that cron or at runs as root is known",
    severity: "medium",
    why: "A job of root's is how an intruder comes back after a reboot.",
    look: "cat /etc/crontab /etc/cron.d/*; crontab -l; atq",
    stricter: "/etc/cron.allow with root alone: users keep no crontab, and a timer needs a unit.",
    leavesOpen: "A script that a known job runs may have been changed since.",
    references: references({}),
    reads: atStart,
  },
  units: {
    title: "Every unit of systemd that no package brought is known",
    severity: "medium",
    why: "A unit, or a drop-in of one, runs as root at each boot.",
    look: "systemctl list-unit-files --state=enabled; ls /etc/systemd/system",
    stricter:
      "A signed image of the system (dm-verity), on which /etc is not to be written: each change is a new image.",
    leavesOpen: "Units of users who aren't root are not listed.",
    references: references({}),
    reads: atStart,
  },
  "startup-files": {
    title: "Every script that runs at boots, logins and new devices is known",
    severity: "medium",
    why: "What lies there runs as root, and nobody starts it by hand.",
    look: "ls /etc/rc.local /etc/init.d /etc/profile.d /etc/update-motd.d /etc/udev/rules.d /etc/tmpfiles.d /etc/userdb; grep -r Invoke /etc/apt/apt.conf.d",
    stricter: "A signed image of the system: a script for one host alone is a new image.",
    leavesOpen:
      "Files in the homes of users, what a known script runs, and compiled Python that does not come from its source, are not listed.",
    references: references({}),
    reads: atStart,
  },
  "pam-modules": {
    title: "Every module of PAM is a package's",
    severity: "high",
    why: "A module sees each password, and lets in whomever it likes.",
    look: "grep -rhoE 'pam_[a-z_]+[.]so' /etc/pam.d | sort -u; grep -E '^auth' /etc/pam.d/common-auth",
    stricter:
      "`integrity` of the kernel (IMA appraisal) for libraries: what isn't signed isn't loaded, nor is what you build yourself.",
    leavesOpen: "A module of a package that lets in by a secret of its own, such as a file, passes.",
    references: references({}),
    reads: atLogin,
  },
  "kernel-modules": {
    title: "Every loaded module of the kernel is its package's",
    severity: "high",
    why: "A module does anything, and hides it.",
    look: "lsmod",
    stricter:
      "kernel.modules_disabled=1 after the boot: no module at all is loaded any more, that of a new device neither.",
    leavesOpen: "A module that hides itself from /proc/modules.",
    references: references({}),
    reads: ["kernel"],
  },
  "setuid-files": {
    title: "Every program that runs with the rights of its owner is known",
    severity: "medium",
    why: "A copy of a shell with this bit makes whoever starts it root.",
    look: "find / -xdev -perm /6000 -type f; grep -E 'user|owner|group' /etc/fstab",
    stricter:
      "Mount data with nosuid, and take the bit away with dpkg-statoverride where nobody needs it: users can't change shell or name.",
    leavesOpen: "Folders that only root can enter, Docker's among them, are not looked through.",
    references: references({ cis12: "7.1.13", anssi: "R56" }),
    reads: fileItself,
  },
  "writable-programs": {
    title: "Only root can write to what root starts",
    severity: "high",
    why: "Whoever can replace a program of root's path is root when somebody, or a job, starts it.",
    look: "find /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin -perm /022 -o ! -user root",
    stricter: "Mount /usr read-only between upgrades: apt needs hooks that mount it anew.",
    leavesOpen: "What a script of a job or a unit starts in turn, outside of root's path, is not looked at.",
    references: references({ anssi: "R50" }),
    reads: fileItself,
  },
  "configured-paths": {
    title: "Only root can change what the settings of its programs name",
    severity: "high",
    why: "A file that root's daemons take in, load or start, and that an account can write, makes that account root.",
    look: "grep -rnE '(^|[ =\"|:])/(opt|srv|home)/' /etc; namei -l PATH",
    stricter:
      "What root's programs read lies below /etc and /usr alone, of root: a deployment installs it there by a rule of sudo.",
    leavesOpen:
      "Paths that files outside of /etc name, what a service's account has of its own, and what a web server hands out pass.",
    references: references({ anssi: "R50" }),
    reads: atStart,
  },
  "file-capabilities": {
    title: "Every program with capabilities is known",
    severity: "medium",
    why: "Some capabilities are as good as root, and no mode of the file shows them.",
    look: "getcap -r / 2>/dev/null",
    stricter:
      "Mount data with nosuid, which turns capabilities off, too: programs there that need them fail.",
    leavesOpen: "Folders that only root can enter, Docker's among them, are not looked through.",
    references: references({ anssi: "R56" }),
    reads: fileItself,
  },
  "changed-files": {
    title: "Programs, libraries and units are as their packages brought them",
    severity: "high",
    why: "A program that was changed does what its changer wants, with the rights of whoever starts it.",
    look: "dpkg --verify",
    stricter: "AIDE with its database elsewhere: every file's change is told, a package's upgrade too.",
    leavesOpen:
      "root can change the package's list of sums as well, or the time by which its scripts are judged, and a kernel can lie about what a file holds.",
    references: references({}),
    reads: fileItself,
  },
  ...filesHeads,
  ...networkHeads,
};
