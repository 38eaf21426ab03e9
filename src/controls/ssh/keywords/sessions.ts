/** The keywords of sessions: when one ends, what it may forward, and what is logged of it. Pure. */
import { references } from "../../references.ts";
import { atMost, opening, ranked, shellTimeout } from "../want.ts";
import { type Keyword, numbers } from "./keyword.ts";

const noForwarding =
  "`DisableForwarding yes` in a file of your own: no tunnel at all, nor a ProxyJump over this host.";

/** What logs least first; DEBUG is left out, for it tells what people do (sshd_config(5)). */
const levels = ["VERBOSE", "INFO", "ERROR", "FATAL", "QUIET"];

export const sessions: readonly Keyword[] = [
  {
    name: "ClientAliveInterval",
    want: ({ clientAliveInterval }) => atMost(clientAliveInterval),
    check: {
      id: "ssh.client-alive-interval",
      title: "Silent clients are asked",
      severity: "low",
      why: "A session whose other end is gone stays for hours, with all that it may do.",
      breaks: "Clients behind a link that is silent for longer than this times the count.",
      leavesOpen:
        "A client that answers is never dropped, and one that is gone lasts interval times count, 10 minutes as it comes.",
      stricter: "`clientAliveInterval: 1m`: a short loss of the network, as on a train, ends the session.",
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
      why: "Without a count a dead client is never dropped.",
      leavesOpen: "A client that answers is never dropped, however long nobody types.",
      stricter: "`clientAliveCountMax: 1`: one answer that is lost ends the session.",
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
      why: "A shell on a screen that somebody has left is a shell for whoever passes by. ClientAlive ends dead clients only.",
      breaks:
        "Work that waits at a prompt ends: use tmux or screen. A shell that prints, and commands without a terminal, live on.",
      by: ["idleTimeout"],
      leavesOpen:
        "An open screen within the time; what prints now and then (`top`); a shell run as a command (`ssh -t HOST bash`).",
      stricter: "`idleTimeout: 2m`: whoever reads for longer has to log in again.",
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
      why: "A connection without a session keeps its way in open, unseen.",
      breaks: "Tunnels that nobody uses (`ssh -N -L`) end, and masters of ControlPersist without a session.",
      by: ["idleTimeout"],
      leavesOpen: "A tunnel that carries traffic lasts for as long as it does, whoever dug it.",
      stricter: noForwarding,
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
      why: "A program on the host could read the keyboard and the screen of whoever comes with `ssh -X`.",
      breaks: "Programs with windows that are started on the host.",
      leavesOpen: "Ports and sockets are still forwarded, and a screen can be reached through these.",
      stricter: noForwarding,
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
      why: "root on this host can log in elsewhere with the agent of those who are here.",
      breaks: "`ssh -A` and git over it: use ProxyJump, or a key of the host's own.",
      leavesOpen:
        "Whoever has a shell can bring a forwarder of their own, and keys that lie on the host are root's to use.",
      stricter:
        "Agents that ask each time (`ssh-add -c`, or a key on hardware): one press more at each login.",
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
      criteria: ["CC7.2"],
      why: "At INFO the log doesn't say which of several keys of an account came in.",
      leavesOpen:
        "It says which key came from where, and nothing of what was done then: auditd.root-commands does.",
      references: numbers("5.1.14", "5.1.15"),
    },
  },
];
