/** How the calls of a look are spread: which run beside each other, and how long each may take. */
import type { Collector } from "./probe.ts";

/** Collectors whose program is slow to start: they run beside the others and print to stderr. */
const slow: ReadonlySet<Collector> = new Set([
  "unit",
  "sshd_start",
  "fail2ban",
  "fail2ban_waits",
  "fail2ban_loads",
  "sshd_heard",
  "apt_config",
  "apt_targets",
  "installation",
  "pending",
  "wanted",
  "purge_loses",
  "sshd_sockets",
  "world_writable",
  "journals",
  "journal_disk",
  "forwarder",
  "renewal",
  "renewal_next",
  "acme_answers",
  "ssh_servers",
]);

/** What waits for the container engine, or reads much: in a lane beside these, and printed behind them. */
const long: ReadonlySet<Collector> = new Set([
  "apt_policy",
  "boot_files",
  "docker",
  "container_logs",
  "containers",
  "engine_authorities",
  "service_auth",
  "inventory",
  "empty_hashes",
  "hash_copies",
]);

/** Read when all others are done, so that no run begins behind its look: see `runs_seen` in the host's journal.sh. */
const last: ReadonlySet<Collector> = new Set(["unsettled"]);

export type Lane = "quick" | "slow" | "long" | "last";

export const laneOf = (collector: Collector): Lane =>
  slow.has(collector) ? "slow" : long.has(collector) ? "long" : last.has(collector) ? "last" : "quick";

/**
 * Seconds after which a collector's programs are killed, and its facts unknown. Little for what a user of the host can make
 * slow: a run waits for it. Much for what only the host itself can, such as apt's simulation on a slow disk.
 */
export const usualSeconds = 20;
const ownSeconds: Partial<Readonly<Record<Collector, number>>> = {
  sockets: 10,
  sshd_sockets: 10,
  port_taken: 5,
  journals: 10,
  forwarder: 10,
  renewal_after: 50,

  authorized_keys: 10,
  keys: 10,
  bits: 10,
  fail2ban: 10,
  fail2ban_waits: 10,
  bans: 10,
  containers: 40,
  service_auth: 50,
  journal_disk: 10,

  apt_policy: 45,
  boot_files: 45,
  pending: 45,
  installation: 45,
  world_writable: 50,
  audit_log: 58,
  next_rules: 45,
  container_logs: 40,
  wanted: 45,
  purge_loses: 45,
  inventory: 58,
};

export const secondsOf = (collector: Collector): number => ownSeconds[collector] ?? usualSeconds;
