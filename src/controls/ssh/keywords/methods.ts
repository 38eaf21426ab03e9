/** The keywords that say by what a login is opened, in the order of the lines that are written. Pure. */
import { references } from "../../references.ts";
import { atMost, flag, opening, ranked } from "../want.ts";
import { type Keyword, keyboardName, numbers } from "./keyword.ts";

export const methods: readonly Keyword[] = [
  {
    name: "PasswordAuthentication",
    want: ({ passwordAuthentication }) => opening(passwordAuthentication),
    check: {
      id: "ssh.password-authentication",
      title: "Passwords open no login",
      opens: true,
      cause: "ssh passwords",
      severity: "high",
      answers: ["server.ssh-keys", "deployed.ssh"],
      guards: ["login.host"],
      why: "Passwords are guessed all day long, by machines that have time; one weak password of one account is enough.",
      breaks:
        "Whoever has no key is out: put keys into place first. A plan is blocked where the planned login has none.",
      leavesOpen: "A stolen private key opens the login, and the console and `su` still take passwords.",
      stricter:
        "Keys on hardware (`ssh-keygen -t ed25519-sk`, with `PubkeyAuthOptions verify-required`): no login without the device.",
      references: references({ anssi: "near R67" }),
    },
  },
  {
    name: "PubkeyAuthentication",
    want: ({ pubkeyAuthentication }) => flag(pubkeyAuthentication),
    check: {
      id: "ssh.pubkey-authentication",
      title: "Keys open a login",
      severity: "medium",
      answers: ["server.ssh-keys"],
      why: "With keys off only passwords are left, and the planned login of harden is one by key.",
      leavesOpen: "A key opens its account for as long as its line stands there, whoever holds it by then.",
      stricter:
        "Certificates of a CA of your own that end after hours (`TrustedUserCAKeys`): without the CA nobody gets in.",
    },
  },
  {
    name: "PermitRootLogin",
    want: ({ permitRootLogin }) =>
      ranked(["no", "forced-commands-only", "prohibit-password", "yes"], permitRootLogin),
    check: {
      id: "ssh.permit-root-login",
      title: "root gets in as the profile says",
      severity: "high",
      answers: ["server.root-login", "deployed.ssh"],
      guards: ["login.host"],
      why: "root is the one name that every attacker knows, and a login as root leaves no trace of who it was.",
      breaks: "`no` shuts out backups and tools that come as root by key; `prohibit-password` keeps them.",
      leavesOpen:
        "With prohibit-password a stolen key of root's is root at once, and several people may share it.",
      stricter:
        "`permitRootLogin: no`: whatever comes as root, backups among it, needs a login of its own with sudo.",
      references: numbers("5.1.20", "5.1.21", "R33"),
    },
  },
  {
    name: "MaxAuthTries",
    want: ({ maxAuthTries }) => atMost(maxAuthTries),
    check: {
      id: "ssh.max-auth-tries",
      title: "Few tries a connection",
      severity: "medium",
      why: "Each connection may guess that often before sshd cuts it; half of it is logged.",
      breaks:
        "An agent that offers more keys than this is refused before the right one: IdentitiesOnly in ssh's configuration.",
      leavesOpen: "The next connection guesses on: it bounds a connection, and fail2ban an address.",
      stricter: "`maxAuthTries: 1`: an agent with a second key is refused before the right one.",
      references: numbers("5.1.16", "5.1.17"),
    },
  },
  {
    name: keyboardName,
    want: ({ keyboardInteractive }) => opening(keyboardInteractive),
    check: {
      id: "ssh.keyboard-interactive",
      title: "PAM asks no questions that a password could answer",
      opens: true,
      cause: "ssh passwords",
      severity: "high",
      answers: ["server.ssh-keys", "deployed.ssh"],
      guards: ["login.host"],
      why: "PAM's questions include the password, so that passwords are off in name only.",
      breaks: "One-time codes that PAM asks for: switch it on, and passwords off in PAM.",
      leavesOpen: "Whoever has a key is in: nothing asks for a second factor.",
      stricter:
        "`AuthenticationMethods publickey,keyboard-interactive` with pam_oath: no login without the device or with a wrong clock.",
      references: references({ anssi: "near R67" }),
    },
  },
  {
    name: "UsePAM",
    want: ({ usePam }) => flag(usePam),
    check: {
      id: "ssh.use-pam",
      title: "Accounts and sessions go through PAM",
      severity: "medium",
      why: "Without PAM limits, session logs and the days of passwords don't count; Debian builds on it.",
      breaks:
        "The account lines of /etc/pam.d/sshd count: pam_access and the like may shut logins out. usePam: false shuts out each account whose password in shadow begins with `!`, by key, too; `*` is let in.",
      leavesOpen: "PAM does what /etc/pam.d/sshd says, which isn't judged by this.",
      stricter:
        "pam_access and pam_time there, from where and when somebody may come: a wrong line shuts everybody out.",
      references: numbers("5.1.22", "5.1.23", "R67"),
    },
  },
  {
    name: "GSSAPIAuthentication",
    want: ({ gssapiAuthentication }) => opening(gssapiAuthentication),
    knownBy: "gssapiauthentication",
    check: {
      id: "ssh.gssapi",
      title: "Kerberos tickets open no login",
      severity: "medium",
      answers: ["server.ssh-keys", "deployed.ssh"],
      why: "A way in that nobody here uses is one more to watch, and code that runs before anybody is known.",
      breaks: "Logins by Kerberos ticket, where a realm is in use.",
      by: ["gssapiAuthentication"],
      leavesOpen: "The other ways in are as they were.",
      references: numbers("5.1.9"),
    },
  },
  {
    name: "HostbasedAuthentication",
    want: ({ hostbasedAuthentication }) => opening(hostbasedAuthentication),
    check: {
      id: "ssh.host-based",
      title: "The word of another host opens no login",
      severity: "high",
      answers: ["server.ssh-keys", "deployed.ssh"],
      why: "Whoever is root on a trusted host, or has its key, is every user here.",
      breaks: "Clusters whose machines come to each other without keys of users.",
      by: ["hostbasedAuthentication"],
      leavesOpen: "Whoever takes over a machine with somebody's key on it still comes in by that key.",
      references: numbers("5.1.10"),
    },
  },
  {
    name: "PermitEmptyPasswords",
    want: ({ permitEmptyPasswords }) => opening(permitEmptyPasswords),
    check: {
      id: "ssh.empty-passwords",
      title: "An empty password opens no login",
      opens: true,
      severity: "high",
      answers: ["server.ssh-keys", "deployed.ssh"],
      guards: ["login.host"],
      why: "An account that was made without a password would be open to everybody, where passwords are on.",
      by: ["permitEmptyPasswords"],
      leavesOpen:
        "At the console, and by `su`, an empty password still opens its account where PAM says nullok.",
      stricter:
        "`passwd -l` for each such account, and no nullok in /etc/pam.d/common-auth: it opens at no console any more.",
      references: numbers("5.1.19", "5.1.20"),
    },
  },
  {
    name: "IgnoreRhosts",
    want: ({ ignoreRhosts }) => flag(ignoreRhosts, ["yes"]),
    check: {
      id: "ssh.ignore-rhosts",
      title: "No user's .rhosts or .shosts counts",
      severity: "medium",
      why: "A file that any user can write, .shosts, would say which hosts are trusted.",
      leavesOpen: "/etc/ssh/shosts.equiv, which is root's, would still count if host-based logins were on.",
      references: numbers("5.1.11"),
    },
  },
];
