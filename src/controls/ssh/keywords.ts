/** Each keyword that the profile may speak of: what it wants, what else is as good, and how it is checked. Pure. */
import type { Effective } from "../../facts/sshd.ts";
import type { Reference, Severity } from "../control.ts";
import { references } from "../references.ts";
import type { SshParams } from "./params.ts";
import { atMost, flag, listed, opening, ranked, shellTimeout, type Want } from "./want.ts";

/** What sshd on this host knows. */
export interface Known {
  /** Before 8.7, `sshd -T` and sshd_config(5) know ChallengeResponseAuthentication. */
  readonly old: boolean;
  /** By its last `sshd -T`; undefined where there was none. */
  readonly effective: Effective | undefined;
}

export interface Keyword {
  /** As sshd_config(5) writes it. */
  readonly name: string | ((known: Known) => string);
  readonly want: (params: SshParams) => Want | undefined;
  /** The keyword of `sshd -T` that tells whether this sshd has it; one that each sshd has needs none. */
  readonly knownBy?: string;
  readonly check: {
    readonly id: string;
    readonly title: string;
    readonly severity: Severity;
    readonly references?: readonly Reference[];
  };
}

const numbers = (cis12: string, cis13: string = cis12, anssi?: string) =>
  references({ cis12, cis13, ...(anssi === undefined ? {} : { anssi }) });

/** What logs least first; DEBUG is left out, for it tells what people do (sshd_config(5)). */
const levels = ["VERBOSE", "INFO", "ERROR", "FATAL", "QUIET"];

export const keyboardName = ({ old }: Known) =>
  old ? "ChallengeResponseAuthentication" : "KbdInteractiveAuthentication";

/** In the order of the lines that are written. */
export const keywords: readonly Keyword[] = [
  {
    name: "PasswordAuthentication",
    want: ({ passwordAuthentication }) => opening(passwordAuthentication),
    check: {
      id: "ssh.password-authentication",
      title: "Passwords open no login",
      severity: "high",
      references: references({ anssi: "near R67" }),
    },
  },
  {
    name: "PubkeyAuthentication",
    want: ({ pubkeyAuthentication }) => flag(pubkeyAuthentication),
    check: { id: "ssh.pubkey-authentication", title: "Keys open a login", severity: "medium" },
  },
  {
    name: "PermitRootLogin",
    want: ({ permitRootLogin }) =>
      ranked(["no", "forced-commands-only", "prohibit-password", "yes"], permitRootLogin),
    check: {
      id: "ssh.permit-root-login",
      title: "root gets in as the profile says",
      severity: "high",
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
      references: numbers("5.1.16", "5.1.17"),
    },
  },
  {
    name: keyboardName,
    want: ({ keyboardInteractive }) => opening(keyboardInteractive),
    check: {
      id: "ssh.keyboard-interactive",
      title: "PAM asks no questions that a password could answer",
      severity: "high",
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
      references: numbers("5.1.10"),
    },
  },
  {
    name: "PermitEmptyPasswords",
    want: ({ permitEmptyPasswords }) => opening(permitEmptyPasswords),
    check: {
      id: "ssh.empty-passwords",
      title: "An empty password opens no login",
      severity: "high",
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
      references: numbers("5.1.11"),
    },
  },
  {
    name: "ClientAliveInterval",
    want: ({ clientAliveInterval }) => atMost(clientAliveInterval),
    check: {
      id: "ssh.client-alive-interval",
      title: "Silent clients are asked",
      severity: "low",
      references: numbers("5.1.7", "5.1.7", "R32"),
    },
  },
  {
    name: "ClientAliveCountMax",
    want: ({ clientAliveCountMax }) => atMost(clientAliveCountMax),
    check: {
      id: "ssh.client-alive-count-max",
      title: "Dead clients are dropped",
      severity: "low",
      references: numbers("5.1.7", "5.1.7", "R32"),
    },
  },
  {
    name: "ChannelTimeout",
    want: ({ idleTimeout }) => (idleTimeout === 0 ? undefined : shellTimeout(idleTimeout)),
    // `sshd -T` of 9.2 prints no ChannelTimeout where there is none.
    knownBy: "unusedconnectiontimeout",
    check: {
      id: "ssh.idle-shells",
      title: "A shell that nobody uses ends",
      severity: "low",
      references: references({ anssi: "R32" }),
    },
  },
  {
    name: "UnusedConnectionTimeout",
    want: ({ idleTimeout }) => (idleTimeout === 0 ? undefined : atMost(idleTimeout)),
    knownBy: "unusedconnectiontimeout",
    check: {
      id: "ssh.idle-connections",
      title: "A connection without a session or a tunnel in use ends",
      severity: "low",
      references: references({ anssi: "R32" }),
    },
  },
  {
    name: "X11Forwarding",
    want: ({ x11Forwarding }) => opening(x11Forwarding),
    check: {
      id: "ssh.x11-forwarding",
      title: "No windows of the host on the screens of those who come",
      severity: "low",
      references: numbers("5.1.8"),
    },
  },
  {
    name: "AllowAgentForwarding",
    want: ({ agentForwarding }) => opening(agentForwarding),
    check: {
      id: "ssh.agent-forwarding",
      title: "Nobody's agent can be used from this host",
      severity: "low",
      references: numbers("5.1.8"),
    },
  },
  {
    name: "LogLevel",
    want: ({ logLevel }) => ranked(levels, logLevel),
    check: {
      id: "ssh.log-level",
      title: "The log says which key opened a login",
      severity: "medium",
      references: numbers("5.1.14", "5.1.15"),
    },
  },
  {
    name: "AllowUsers",
    want: ({ allowUsers }) => listed(allowUsers, " "),
    check: {
      id: "ssh.allow-users",
      title: "Only the users of the profile may log in",
      severity: "medium",
      references: numbers("5.1.4", "5.1.4", "R79"),
    },
  },
  {
    name: "AllowGroups",
    want: ({ allowGroups }) => listed(allowGroups, " "),
    check: {
      id: "ssh.allow-groups",
      title: "Only the groups of the profile may log in",
      severity: "medium",
      references: numbers("5.1.4", "5.1.4", "R79"),
    },
  },
  {
    name: "KexAlgorithms",
    want: ({ kexAlgorithms }) => listed(kexAlgorithms, ","),
    check: {
      id: "ssh.kex",
      title: "Key exchanges of the profile",
      severity: "medium",
      references: numbers("5.1.12"),
    },
  },
  {
    name: "Ciphers",
    want: ({ ciphers }) => listed(ciphers, ","),
    check: {
      id: "ssh.ciphers",
      title: "Ciphers of the profile",
      severity: "medium",
      references: numbers("5.1.6"),
    },
  },
  {
    name: "MACs",
    want: ({ macs }) => listed(macs, ","),
    check: {
      id: "ssh.macs",
      title: "Message authentication codes of the profile",
      severity: "medium",
      references: numbers("5.1.15", "5.1.16"),
    },
  },
  {
    name: "HostKeyAlgorithms",
    want: ({ hostKeyAlgorithms }) => listed(hostKeyAlgorithms, ","),
    check: { id: "ssh.host-key-algorithms", title: "Host key signatures of the profile", severity: "low" },
  },
];
