/** What some daemons need beyond what systemctl does for all: fixed words, each a function of `checks.sh`. */
import { units } from "../platform.ts";

export interface Daemon {
  /** A way in: it goes last of all. */
  readonly wayIn?: true;
  /** Its configuration is proven by this check before an undo reloads or restarts it; else it is left running. */
  readonly check?: "sshd" | "docker";
  /** After a reload it listens anew on each port that it says itself. */
  readonly listens?: "sshd";
  /** After a start, restart or reload it isn't there before this answers. */
  readonly ready?: "fail2ban" | "rsyslog" | "docker";
  /** What it changes when it starts, and is set back behind it. */
  readonly keeps?: "audit" | "docker";
  /** It can't reload: what a given back file says comes by a restart. */
  readonly restarts?: true;
  /** Where this is active systemd listens for it, and starts it for whoever comes: nobody's state whether it runs. */
  readonly socket?: string;
  /** It can't start while this runs. */
  readonly frees?: string;
}

const daemons: Readonly<Record<string, Daemon>> = {
  [units.ssh]: { wayIn: true, check: "sshd", listens: "sshd", socket: units.sshSocket },
  // systemd refuses to start it while ssh.service runs, and would leave nobody listening.
  [units.sshSocket]: { wayIn: true, frees: units.ssh },
  [units.fail2ban]: { ready: "fail2ban" },
  [units.journald]: { restarts: true, keeps: "audit" },
  [units.journalFlush]: { restarts: true },
  [units.rsyslog]: { ready: "rsyslog", restarts: true },
  [units.docker]: { check: "docker", ready: "docker", keeps: "docker", restarts: true },
};

/** `unit` as systemctl(1) takes it: without an ending it is a service. */
export const daemonOf = (unit: string): Daemon =>
  daemons[/\.\w+$/.test(unit) ? unit : `${unit}.service`] ?? {};

/** Words of a step, such as `ready=fail2ban`. */
export const daemonWords = (unit: string): readonly string[] => {
  const { wayIn: _planned, restarts: _given, ...words } = daemonOf(unit);
  return Object.entries(words).map(([name, value]) => `${name}=${value}`);
};
