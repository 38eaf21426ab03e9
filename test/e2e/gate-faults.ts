/** Faults that somebody could leave behind on a host or in its project, and which lines of the two lists each must open. */
import { changed, hardened } from "../compose/hardened.ts";
import { optionsOf } from "./containers.ts";

interface Opening {
  /** For a person, and no two alike. */
  readonly what: string;
  /** Lines of the list before a deployment, in its order, and of the one after it. */
  readonly opens: readonly string[];
}

export interface Fault extends Opening {
  /** On the host. */
  readonly plant: string;
  readonly mend: string;
  /** The only check that fails then. */
  readonly by?: string;
}

/** What a container is given that is well made; it is on an internal network, and its health is known at once. */
export const well = optionsOf({ health: "--health-cmd true --health-interval 300ms" });

/** Until its health check has passed, or failed. */
export const untilAnswered = (name: string) =>
  `until docker inspect --format '{{.State.Health.Status}}' ${name} | grep -q healthy; do sleep 0.1; done`;

const remove = "docker rm --force --volumes planted >/dev/null";
const sleeps = "app:1.0 sleep 9999";
const run = (options: string, command = sleeps) =>
  `docker run --detach --name planted ${options} ${command} >/dev/null`;

/** A container that is well made but for one thing, and gone again. */
const container = (without: string, instead = "", command = sleeps) => ({
  plant: `${run(changed(without, instead, well), command)}\n${untilAnswered("planted")}`,
  mend: remove,
});

/** With a rule before the profile's, for what no rule of it names. */
const letIn = (port: number, { plant, mend }: Pick<Fault, "plant" | "mend">) => {
  const rule = `DOCKER-USER -p tcp -m conntrack --ctorigdstport ${port} -j ACCEPT`;
  return { plant: `${plant}\niptables -I ${rule}`, mend: `${mend}; iptables -D ${rule}` };
};

const sshd = (line: string) => ({
  plant: `echo '${line}' >/etc/ssh/sshd_config.d/00-a.conf; systemctl reload ssh`,
  mend: "rm /etc/ssh/sshd_config.d/00-a.conf; systemctl reload ssh",
});

/** Where nginx reads the host's site, which is made of /etc/nginx/well. */
export const site = "/etc/nginx/sites-enabled/default";
// systemd gives up on what is started often.
const restart = "systemctl reset-failed nginx && systemctl restart nginx";
const served = (by: string, what: string, from: string, to: string): Fault => ({
  what,
  by,
  opens: ["network.tls", "deployed.tls"],
  plant: `sed 's|${from}|${to}|' /etc/nginx/well >${site} && ! cmp -s /etc/nginx/well ${site} && ${restart}`,
  mend: `cp /etc/nginx/well ${site} && ${restart}`,
});

export const faults: readonly Fault[] = [
  {
    what: "passwords over ssh",
    opens: ["server.ssh-keys", "deployed.ssh"],
    ...sshd("PasswordAuthentication yes"),
  },
  {
    what: "root's password over ssh",
    opens: ["server.root-login", "deployed.ssh"],
    ...sshd("PermitRootLogin yes"),
  },
  {
    what: "no firewall",
    opens: ["server.firewall", "deployed.firewall"],
    plant: "ufw disable >/dev/null",
    mend: "ufw --force enable >/dev/null",
  },
  {
    what: "fail2ban stopped",
    opens: ["server.fail2ban", "deployed.fail2ban"],
    plant: "systemctl stop fail2ban",
    mend: "systemctl start fail2ban; until fail2ban-client status sshd >/dev/null 2>&1; do sleep 0.1; done",
  },
  {
    what: "no timer of updates",
    opens: ["server.updates"],
    plant: "systemctl mask --now apt-daily-upgrade.timer 2>/dev/null",
    mend: "systemctl unmask apt-daily-upgrade.timer 2>/dev/null; systemctl start apt-daily-upgrade.timer",
  },
  {
    what: "updates of no package",
    opens: ["server.updates"],
    by: "updates.kept-back",
    plant: `echo 'Unattended-Upgrade::Package-Blacklist { ".*"; };' >/etc/apt/apt.conf.d/zzz`,
    mend: "rm /etc/apt/apt.conf.d/zzz",
  },
  {
    what: "bans of no address",
    opens: ["server.fail2ban"],
    by: "fail2ban.ignore-ip",
    plant: "fail2ban-client set sshd addignoreip 0.0.0.0/0 >/dev/null",
    mend: "fail2ban-client set sshd delignoreip 0.0.0.0/0 >/dev/null",
  },
  {
    what: "capabilities",
    opens: ["container.capabilities", "deployed.capabilities"],
    ...container("--cap-drop ALL"),
  },
  {
    what: "the host's processes",
    opens: ["container.host", "deployed.host"],
    ...container("--network inside", "--network inside --pid host"),
  },
  {
    what: "new privileges",
    opens: ["container.no-new-privileges", "deployed.security-options"],
    ...container("--security-opt no-new-privileges", "--security-opt no-new-privileges=false"),
  },
  {
    what: "a container of root's",
    opens: ["container.user", "deployed.user"],
    ...container("--user 1000:1000"),
  },
  { what: "a root to write to", opens: ["container.read-only"], ...container("--read-only") },
  { what: "any number of processes", opens: ["container.limits"], ...container("--pids-limit 64") },
  {
    // Made before daemon.json had bounds, it keeps what it was made with.
    what: "logs without bounds",
    opens: ["container.logging"],
    plant: `docker start old >/dev/null\n${untilAnswered("old")}`,
    mend: "docker stop --time 0 old >/dev/null",
  },
  {
    what: "a service that is not well",
    opens: ["deployed.health"],
    by: "containers.health",
    ...container("--health-cmd true", "--health-cmd false --health-retries 1"),
  },
  {
    what: "a service of which nobody knows yet",
    opens: ["deployed.health"],
    by: "containers.health",
    plant: run(changed("300ms", "1h", well)),
    mend: remove,
  },
  {
    what: "a service that has ended",
    opens: ["deployed.health"],
    by: "containers.health",
    plant: `${run(changed("unless-stopped", "on-failure:1", well), "app:1.0 false")}
until [ "$(docker inspect --format '{{.State.Status}}' planted)" = exited ]; do sleep 0.1; done`,
    mend: remove,
  },
  {
    what: "a cache for everybody",
    opens: ["network.database", "deployed.networks"],
    ...container("--network inside", "--network front --publish 6379:6379", "redis:7.4.1 sleep 9999"),
  },
  {
    what: "the engine's own network",
    opens: ["deployed.networks"],
    by: "networks.default",
    ...container("--network inside"),
  },
  {
    what: "a proxy's own pages, and a rule that lets in to them",
    opens: ["server.firewall", "network.ports", "deployed.firewall", "deployed.ports"],
    ...letIn(
      8443,
      container("--network inside", "--network front --publish 8443:8443", "nginx:1.28 sleep 9999"),
    ),
  },
  {
    what: "a forgotten service",
    opens: ["network.ports", "deployed.listeners"],
    by: "exposure.listeners",
    plant: `setsid perl -MIO::Socket::INET -e '
      my $s = IO::Socket::INET->new(LocalPort => 8099, Listen => 1) or die; sleep 999' </dev/null >/dev/null 2>&1 &
echo $! >/run/planted
until ss -Hltn | grep -q :8099; do sleep 0.1; done`,
    mend: "pkill -F /run/planted; while ss -Hltn | grep -q :8099; do sleep 0.1; done",
  },
  {
    what: "a redis that asks for no password",
    opens: ["network.authentication", "deployed.authentication"],
    by: "auth.redis",
    plant: `${run(well, "redis:7.4.1 redis-server --protected-mode no --save '' --dir /tmp")}
until docker logs planted 2>&1 | grep -q 'Ready to accept'; do sleep 0.1; done
${untilAnswered("planted")}`,
    mend: remove,
  },
  served("tls.versions", "TLS 1.1", "TLSv1.2 TLSv1.3;", "TLSv1.1 TLSv1.2; ssl_ciphers DEFAULT@SECLEVEL=0;"),
  served("tls.chain", "a certificate of nobody's", "good.pem", "self.pem"),
  served("tls.name", "another's certificate", "good.pem", "other.pem"),
  served("tls.expiry", "a certificate of five days", "good.pem", "soon.pem"),
  served("tls.redirect", "pages without TLS", "301 https://$host$request_uri", "200"),
];

/** What a project says of itself, beside its host. */
export interface Project {
  readonly compose: string;
  readonly tiers: string;
  readonly attestations: string;
  /** Of the file of its database's secret: permission bits, and days since its last change. */
  readonly secret: { readonly mode: number; readonly days: number };
  /** From where its profile lets ssh in. */
  readonly access: "controller" | "anywhere";
}

const attest = (line: string) =>
  `  - {line: ${line}, who: Ops, when: 2026-01-01, until: 2999-01-01, evidence: TICKET-1}\n`;

export const wellProject: Project = {
  compose: hardened,
  tiers: `tiers:
  web: {role: load-balancer, networks: [10.0.1.0/24], inbound: [{from: anywhere, why: visitors}]}
  app: {role: app, networks: [10.0.2.0/24], inbound: [{from: web}]}
  db: {role: data, networks: [10.0.3.0/24], services: [postgresql], inbound: [{from: app, port: 5432}]}
`,
  attestations: `attestations:\n${attest("monitoring.access")}${attest("monitoring.logs")}`,
  secret: { mode: 0o600, days: 3 },
  access: "controller",
};

export interface ProjectFault extends Opening {
  readonly planted: Partial<Project>;
}

const over = (line: string): ProjectFault => ({
  what: `nobody's word any more of ${line}`,
  opens: [line],
  planted: {
    attestations: changed(attest(line), attest(line).replace("2999", "2026"), wellProject.attestations),
  },
});

/** What a secret in a compose file must not be told as. */
export const planted = "hunter2secret";

export const projectFaults: readonly ProjectFault[] = [
  {
    what: "ssh for the whole world, as the host's rules are not yet",
    opens: ["server.ssh-sources", "server.firewall", "server.fail2ban"],
    planted: { access: "anywhere" },
  },
  {
    what: "a database for everybody",
    opens: ["network.security-groups"],
    planted: { tiers: changed("{from: app, port: 5432}", "{from: anywhere, port: 5432}", wellProject.tiers) },
  },
  {
    what: "a password in a compose file",
    opens: ["secret.none"],
    planted: { compose: changed("NODE_ENV: production", `DB_PASSWORD: ${planted}`) },
  },
  {
    what: "a secret that others read",
    opens: ["secret.encrypted"],
    planted: { secret: { ...wellProject.secret, mode: 0o644 } },
  },
  {
    what: "an old secret",
    opens: ["secret.rotation"],
    planted: { secret: { ...wellProject.secret, days: 100 } },
  },
  over("monitoring.access"),
  over("monitoring.logs"),
];

/** Lines that nothing on a host in a container can turn red, and the suite that does. */
export const elsewhere: Readonly<Record<string, { readonly why: string; readonly suite: string }>> = {
  "server.audit-logging": {
    why: "the kernel's audit is not there in a container: its line is not applicable",
    suite: "test/vm/auditd.test.ts",
  },
};
