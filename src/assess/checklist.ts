/** The lines of the checklist before a deployment, in its order. Pure. */
import type { Line } from "./lines.ts";

const fromOutside =
  "Run it from another machine than the host, which is where users are, and without a jump host.";
const withFiles = "Name the compose files that are to be deployed.";

export const checklist: readonly Line[] = [
  {
    ...{ id: "server.ssh-keys", section: "server", says: "ssh takes keys only" },
    checks: ["ssh.password-authentication", "ssh.keyboard-interactive", "ssh.empty-passwords"],
  },
  {
    ...{ id: "server.root-login", section: "server", says: "root's login is restricted" },
    checks: ["ssh.permit-root-login"],
  },
  {
    ...{ id: "server.firewall", section: "server", says: "the firewall is on, and denies by default" },
    checks: [
      ...["firewall.enabled", "firewall.default-incoming-ipv4", "firewall.default-incoming-ipv6"],
      "firewall.other-rules",
    ],
  },
  {
    ...{ id: "server.fail2ban", section: "server", says: "fail2ban runs, and looks for failed logins" },
    checks: ["fail2ban.running", "fail2ban.jail", "fail2ban.filter", "fail2ban.backend", "fail2ban.port"],
  },
  {
    ...{ id: "server.audit-logging", section: "server", says: "the audit log is kept" },
    checks: ["auditd.running", "auditd.enabled"],
  },
  {
    ...{ id: "server.updates", section: "server", says: "security updates come by themselves" },
    checks: ["updates.installed", "updates.daily", "updates.timers", "updates.origins-match"],
  },
  {
    ...{ id: "container.capabilities", section: "container", says: "all: cap_drop ALL" },
    checks: ["containers.capabilities", "containers.privileged"],
  },
  {
    ...{ id: "container.host", section: "container", says: "all: no way to the host, and confined" },
    checks: [
      ...["containers.docker-socket", "containers.sensitive-mounts", "containers.namespaces"],
      ...["containers.devices", "containers.confinement"],
    ],
  },
  {
    ...{ id: "container.no-new-privileges", section: "container", says: "all: no-new-privileges" },
    checks: ["containers.no-new-privileges"],
  },
  {
    ...{ id: "container.user", section: "container", says: "all: not root" },
    checks: ["containers.user"],
  },
  {
    ...{
      id: "container.read-only",
      section: "container",
      says: "a root that is read-only; others by a waiver",
    },
    checks: ["containers.read-only"],
  },
  {
    ...{ id: "container.limits", section: "container", says: "all: limits of memory, CPU and processes" },
    checks: ["containers.memory", "containers.cpu", "containers.pids"],
  },
  {
    ...{ id: "container.logging", section: "container", says: "all: logs that turn over" },
    checks: ["containers.logging"],
  },
  {
    ...{ id: "network.database", section: "network", says: "databases are on internal networks only" },
    checks: ["networks.database", "networks.internal"],
  },
  {
    ...{ id: "network.ports", section: "network", says: "no port is open that nobody needs" },
    checks: ["exposure.internal-only", "exposure.entry-points", "exposure.listeners", "exposure.reached"],
    measure: fromOutside,
  },
  {
    ...{ id: "network.authentication", section: "network", says: "services ask each other for a password" },
    checks: ["auth.redis", "auth.postgres", "auth.others"],
  },
  {
    ...{ id: "network.tls", section: "network", says: "what comes from outside comes by TLS" },
    checks: ["tls.versions", "tls.chain", "tls.name", "tls.expiry", "tls.redirect"],
    measure: fromOutside,
  },
  {
    ...{ id: "network.security-groups", section: "network", says: "security groups let in the least" },
    checks: [
      "cloud.default-deny",
      "cloud.ssh-source",
      "cloud.entry",
      "cloud.app-source",
      "cloud.data-source",
    ],
    ...{ attestable: true, measure: "Write the tiers into harden.yaml." },
  },
  {
    ...{ id: "secret.none", section: "secrets", says: "no secret in code or environment" },
    ...{ checks: ["secrets.found", "secrets.visible", "secrets.git"], must: ["secrets.found"] },
    ...{ attestable: true, measure: withFiles },
  },
  {
    ...{ id: "secret.encrypted", section: "secrets", says: "secrets are encrypted at rest" },
    ...{ checks: ["secrets.encrypted"], must: ["secrets.encrypted"], attestable: true, measure: withFiles },
  },
  {
    ...{ id: "secret.rotation", section: "secrets", says: "secrets are changed every 90 days" },
    ...{ checks: ["secrets.age"], must: ["secrets.age"], attestable: true, measure: withFiles },
  },
  {
    ...{
      id: "monitoring.access",
      section: "monitoring",
      says: "monitoring is reached by VPN or bastion alone",
    },
    ...{ checks: [], attestable: true },
  },
  {
    ...{ id: "monitoring.logs", section: "monitoring", says: "somebody reads the logs, elsewhere" },
    ...{ checks: ["logging.forwarding"], must: ["logging.forwarding"], attestable: true },
    measure: "Give logging.forwarding a collector.",
  },
];
