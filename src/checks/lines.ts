/** Lines of the lists before and after a deployment: each check's record says which of them it answers. */
export interface CheckLine {
  /** Stable: what an attestation names. */
  readonly id: string;
  readonly section: string;
  /** What holds. */
  readonly says: string;
  /** Whether a person may answer it where no check does. */
  readonly attestable?: true;
  /** What to do where it could not be measured. */
  readonly measure?: string;
}

const fromOutside =
  "Run it from another machine than the host, which is where users are, and without a jump host.";
const fromElsewhere = "Run it from another machine than the host, without a jump host.";
const withFiles = "Name the compose files that are to be deployed.";

/** Before a deployment, in its order. */
export const checklist = [
  {
    id: "server.ssh-keys",
    section: "server",
    says: "ssh takes keys only",
  },
  {
    id: "server.root-login",
    section: "server",
    says: "root's login is restricted",
  },
  {
    id: "server.ssh-sources",
    section: "server",
    says: "ssh is not open to the whole world",
    attestable: true,
    measure: "Give the profile a firewall section and access.from.",
  },
  {
    id: "server.firewall",
    section: "server",
    says: "the firewall is on, and denies by default",
  },
  {
    id: "server.fail2ban",
    section: "server",
    says: "fail2ban runs, and looks for failed logins",
  },
  {
    id: "server.audit-logging",
    section: "server",
    says: "the audit log is kept",
  },
  {
    id: "server.updates",
    section: "server",
    says: "security updates come by themselves",
  },
  {
    id: "container.capabilities",
    section: "container",
    says: "all: cap_drop ALL",
  },
  {
    id: "container.host",
    section: "container",
    says: "all: no way to the host, and confined",
  },
  {
    id: "container.no-new-privileges",
    section: "container",
    says: "all: no-new-privileges",
  },
  {
    id: "container.user",
    section: "container",
    says: "all: not root",
  },
  {
    id: "container.read-only",
    section: "container",
    says: "a root that is read-only; others by a waiver",
  },
  {
    id: "container.limits",
    section: "container",
    says: "all: limits of memory, CPU and processes",
  },
  {
    id: "container.logging",
    section: "container",
    says: "all: logs that turn over",
  },
  {
    id: "network.database",
    section: "network",
    says: "databases are on internal networks only",
  },
  {
    id: "network.ports",
    section: "network",
    says: "no port is open that nobody needs",
    measure: fromOutside,
  },
  {
    id: "network.authentication",
    section: "network",
    says: "services ask each other for a password",
  },
  {
    id: "network.tls",
    section: "network",
    says: "what comes from outside comes by TLS",
    measure: fromOutside,
  },
  {
    id: "network.security-groups",
    section: "network",
    says: "security groups let in the least",
    attestable: true,
    measure: "Write the tiers into harden.yaml.",
  },
  {
    id: "secret.none",
    section: "secrets",
    says: "no secret in code or environment",
    attestable: true,
    measure: withFiles,
  },
  {
    id: "secret.encrypted",
    section: "secrets",
    says: "secrets are encrypted at rest",
    attestable: true,
    measure: withFiles,
  },
  {
    id: "secret.rotation",
    section: "secrets",
    says: "secrets are changed every 90 days",
    attestable: true,
    measure: withFiles,
  },
  {
    id: "monitoring.access",
    section: "monitoring",
    says: "monitoring is reached by VPN or bastion alone",
    attestable: true,
  },
  {
    id: "monitoring.logs",
    section: "monitoring",
    says: "somebody reads the logs, elsewhere",
    attestable: true,
    measure: "Give logging.forwarding a collector.",
  },
] as const satisfies readonly CheckLine[];

/** After a deployment, in the guide's order. */
export const afterDeploy = [
  {
    id: "deployed.ssh",
    section: "server",
    says: "sshd runs, and its configuration is in force (sshd -t proves its syntax only)",
  },
  {
    id: "deployed.firewall",
    section: "server",
    says: "ufw's rules are in force",
  },
  {
    id: "deployed.fail2ban",
    section: "server",
    says: "fail2ban runs",
  },
  {
    id: "deployed.capabilities",
    section: "container",
    says: "what each container may do: CapDrop, CapAdd",
  },
  {
    id: "deployed.security-options",
    section: "container",
    says: "SecurityOpt: no new privileges, confined",
  },
  {
    id: "deployed.host",
    section: "container",
    says: "no container has a way to the host",
  },
  {
    id: "deployed.user",
    section: "container",
    says: "no container runs as root",
  },
  {
    id: "deployed.health",
    section: "container",
    says: "each container is healthy",
  },
  {
    id: "deployed.ports",
    section: "network",
    says: "only what should be is published, and answers from here",
    measure: fromElsewhere,
  },
  {
    id: "deployed.listeners",
    section: "network",
    says: "nothing listens that no rule wants",
  },
  {
    id: "deployed.networks",
    section: "network",
    says: "networks keep apart what must not meet",
  },
  {
    id: "deployed.authentication",
    section: "network",
    says: "services ask each other for a password",
  },
  {
    id: "deployed.tls",
    section: "network",
    says: "TLS is as clients want it",
    measure: fromElsewhere,
  },
] as const satisfies readonly CheckLine[];

export type LineId = (typeof checklist | typeof afterDeploy)[number]["id"];
