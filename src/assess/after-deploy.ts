/** What is looked at after a deployment, in the guide's order. Pure. */
import type { Line } from "./lines.ts";

const fromOutside = "Run it from another machine than the host, without a jump host.";

export const afterDeploy: readonly Line[] = [
  {
    ...{
      id: "deployed.ssh",
      section: "server",
      says: "sshd runs, and its configuration is in force (sshd -t proves its syntax only)",
    },
    checks: ["ssh.running", "ssh.start", "ssh.password-authentication", "ssh.permit-root-login"],
  },
  {
    ...{ id: "deployed.firewall", section: "server", says: "ufw's rules are in force" },
    checks: [
      ...["firewall.enabled", "firewall.default-incoming-ipv4", "firewall.default-incoming-ipv6"],
      ...["firewall.rules", "firewall.published"],
    ],
  },
  {
    ...{ id: "deployed.fail2ban", section: "server", says: "fail2ban runs" },
    checks: ["fail2ban.running", "fail2ban.jail"],
  },
  {
    ...{
      id: "deployed.capabilities",
      section: "container",
      says: "what each container may do: CapDrop, CapAdd",
    },
    checks: ["containers.capabilities", "containers.privileged"],
  },
  {
    ...{
      id: "deployed.security-options",
      section: "container",
      says: "SecurityOpt: no new privileges, confined",
    },
    checks: ["containers.no-new-privileges", "containers.confinement"],
  },
  {
    ...{ id: "deployed.host", section: "container", says: "no container has a way to the host" },
    checks: [
      ...["containers.docker-socket", "containers.sensitive-mounts", "containers.namespaces"],
      "containers.devices",
    ],
  },
  {
    ...{ id: "deployed.user", section: "container", says: "no container runs as root" },
    checks: ["containers.user"],
  },
  {
    ...{ id: "deployed.health", section: "container", says: "each container is healthy" },
    checks: ["containers.health"],
  },
  {
    ...{
      id: "deployed.ports",
      section: "network",
      says: "only what should be is published, and answers from here",
    },
    checks: ["exposure.internal-only", "exposure.entry-points", "exposure.reached"],
    measure: fromOutside,
  },
  {
    ...{ id: "deployed.listeners", section: "network", says: "nothing listens that no rule wants" },
    checks: ["exposure.listeners"],
  },
  {
    ...{ id: "deployed.networks", section: "network", says: "networks keep apart what must not meet" },
    checks: ["networks.internal", "networks.frontend", "networks.database", "networks.default"],
  },
  {
    ...{ id: "deployed.tls", section: "network", says: "TLS is as clients want it" },
    checks: ["tls.versions", "tls.chain", "tls.name", "tls.expiry", "tls.redirect"],
    measure: fromOutside,
  },
];
