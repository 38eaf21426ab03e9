/**
 * Which criteria of SOC 2 a check gives evidence for: by its group, and by itself where it is about something else.
 * Numbers are those of the AICPA's Trust Services Criteria of 2017, and the words are our own.
 */
import type { Reference } from "./control.ts";

export const soc2 = "SOC 2 TSC 2017";

/** A1 is availability, which not every report has in its scope. */
export const criteria = {
  "CC6.1": "Access: only who should reaches systems, secrets and rights",
  "CC6.6": "Boundary: what comes from outside is let in on purpose",
  "CC6.7": "Transport: what is sent can't be read, changed or led away",
  "CC7.1": "Drift: changes and known holes that weaken a system are found",
  "CC7.2": "Events: what happens on a system is seen and kept",
  "CC8.1": "Change: what runs was chosen, and is replaced in an orderly way",
  "A1.1": "Capacity (availability): what each part may use is bounded",
  "A1.2": "Recovery (availability): services and data come back",
} as const;

export type Criterion = keyof typeof criteria;

/** A control, or a group of checks of files and containers: what its checks are evidence for. */
const groups: Readonly<Record<string, readonly Criterion[]>> = {
  accounts: ["CC6.1"],
  auditd: ["CC7.2"],
  auth: ["CC6.1"],
  certificates: ["CC6.7"],
  cloud: ["CC6.6"],
  containers: ["CC6.1"],
  daemon: ["CC6.1"],
  exposure: ["CC6.6"],
  fail2ban: ["CC6.6"],
  firewall: ["CC6.6"],
  host: ["CC7.1"],
  images: ["CC8.1"],
  logging: ["CC7.2"],
  networks: ["CC6.6"],
  permissions: ["CC6.1"],
  secrets: ["CC6.1"],
  ssh: ["CC6.1"],
  sysctl: ["CC6.6"],
  tls: ["CC6.7"],
  updates: ["CC8.1"],
};

/** In place of those of its group. */
const own: Readonly<Record<string, readonly Criterion[]>> = {
  "auditd.docker-daemon": ["CC7.1", "CC7.2"],
  "auditd.on-disk": ["CC7.1", "CC7.2"],
  "auditd.sshd-config": ["CC7.1", "CC7.2"],
  "auditd.sudoers": ["CC7.1", "CC7.2"],
  "certificates.group": ["CC6.1"],
  "certificates.modes": ["CC6.1"],
  "certificates.service-back": ["A1.2"],
  "cloud.audit-trail": ["CC7.2"],
  "cloud.credentials": ["CC6.1"],
  "cloud.data-tier": ["CC6.1", "CC6.6"],
  "cloud.least-privilege": ["CC6.1"],
  "cloud.no-internet": ["CC6.6", "CC6.7"],
  "cloud.separation": ["CC6.1"],
  "containers.certificates": ["CC6.1", "CC6.7"],
  "containers.cpu": ["A1.1"],
  "containers.cpu-sum": ["A1.1"],
  "containers.data": ["A1.2"],
  "containers.health": ["CC7.2"],
  "containers.image-tag": ["CC8.1"],
  "containers.logging": ["CC7.2", "A1.1"],
  "containers.memory": ["A1.1"],
  "containers.memory-headroom": ["A1.1"],
  "containers.namespaces": ["CC6.1", "CC6.6"],
  "containers.pids": ["A1.1"],
  "containers.readable": ["CC7.1"],
  "containers.reservations": ["A1.1"],
  "containers.restart": ["A1.2"],
  "containers.tmpfs": ["A1.1"],
  "daemon.container-logs": ["CC7.2", "A1.1"],
  "daemon.live-restore": ["A1.2"],
  "daemon.log-opts": ["CC7.2", "A1.1"],
  "daemon.tcp": ["CC6.1", "CC6.6", "CC6.7"],
  "fail2ban.backend": ["CC6.6", "CC7.2"],
  "fail2ban.filter": ["CC6.6", "CC7.2"],
  "fail2ban.jail": ["CC6.6", "CC7.2"],
  "fail2ban.running": ["CC6.6", "CC7.2"],
  "firewall.default-outgoing": ["CC6.6", "CC6.7"],
  "firewall.only-ufw": ["CC6.6", "CC7.1"],
  "firewall.other-rules": ["CC6.6", "CC7.1"],
  "host.files": ["CC6.1", "CC7.1"],
  "host.leftovers": ["CC7.1", "CC8.1"],
  "images.ownership": ["CC6.1", "CC8.1"],
  "images.slim": ["CC7.1", "CC8.1"],
  "logging.bounded": ["CC7.2", "A1.1"],
  "logging.forwarding": ["CC6.7", "CC7.2"],
  "networks.internal": ["CC6.6", "CC6.7"],
  "secrets.age": ["CC6.1", "CC8.1"],
  "ssh.at-boot": ["A1.2"],
  "ssh.ciphers": ["CC6.7"],
  "ssh.host-key-algorithms": ["CC6.7"],
  "ssh.host-key-modes": ["CC6.1", "CC6.7"],
  "ssh.kex": ["CC6.7"],
  "ssh.log-level": ["CC7.2"],
  "ssh.macs": ["CC6.7"],
  "ssh.port": ["CC6.6"],
  "ssh.running": ["CC6.1", "CC7.1"],
  "ssh.start": ["CC6.1", "CC7.1"],
  "sysctl.log-martians": ["CC7.2"],
  "sysctl.tcp-syncookies": ["CC6.6", "A1.1"],
  "updates.fetched": ["CC7.1", "CC8.1"],
  "updates.package-lists": ["CC7.1", "CC8.1"],
  "updates.pending": ["CC7.1", "CC8.1"],
  "updates.restart": ["CC7.1", "CC8.1"],
};

/** Those of which the table says something by itself: each must be a check. */
export const namedAlone: readonly string[] = Object.keys(own);

const criteriaOf = (id: string): readonly Criterion[] => own[id] ?? groups[id.split(".")[0]!] ?? [];

/** A check as its reports carry it: with its criteria after its benchmarks. */
export const withCriteria = <T extends { readonly id: string; readonly references: readonly Reference[] }>(
  check: T,
): T => ({
  ...check,
  references: [...check.references, ...criteriaOf(check.id).map((number) => ({ benchmark: soc2, number }))],
});
