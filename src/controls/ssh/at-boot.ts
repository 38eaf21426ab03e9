/** Whether sshd, or systemd's socket for it, is there after the next boot as it is now, and lets in as now. */
import { type Finding, findingsOf } from "../../checks/finding.ts";
import type { UnitFile } from "../../facts/boot-unit.ts";
import { portsIn } from "../../facts/files.ts";
import { valueOr } from "../../facts/probe.ts";
import { units } from "../../platform.ts";
import { type NextStart, nextBootOf, notLasting, startOf } from "../next-boot/next-start.ts";
import { inapplicable, verdicts } from "../verdict.ts";
import type { SshCheck } from "./check.ts";
import type { Guard } from "./guards/context.ts";
import { socketDropinPath } from "./layout.ts";
import { generatedListen } from "./ports.ts";
import { notToBeRun } from "./probes.ts";
import type { SshInput } from "./view.ts";
import { accountOf, hasSshd } from "./view.ts";

const say = findingsOf("ssh", {
  "off-at-boot": ["block", "The way in by sshd works now, and would not after the next boot"],
  "socket-at-boot": ["block", "From the next boot on ssh.socket listens, on other ports than are planned"],
});

export const findings = say.records;

const isKnown = ({ path }: UnitFile) => path === socketDropinPath || path === generatedListen;

/** The check ssh.start reads them, and says what they make of sshd. */
const judged = /^(Environment|EnvironmentFile|ExecStart)\s*=/;

/** Undefined where no sshd runs as one of Debian's units: then it is somebody else's, or there is none to lose. */
function sshdAtBoot({ facts }: SshInput): NextStart | undefined {
  const bySocket = valueOr(facts.socket, undefined)?.active === true;
  const byService = valueOr(facts.service, undefined)?.active === true;
  if (!bySocket && !byService) return undefined;
  if (facts.notToBeRun.state === "present")
    return { as: "not started", why: `${notToBeRun} is there, at which sshd's units don't start` };
  const service = { fact: facts.serviceAtBoot, judged };
  const socket = { fact: facts.socketAtBoot, target: "sockets.target", isKnown };
  const others = { fact: facts.others, concern: "ssh" } as const;
  if (bySocket) return nextBootOf([socket, service], others);
  if (startOf(socket.fact, socket).as === "not started")
    return nextBootOf([{ ...service, target: "multi-user.target" }], others);
  return { as: "not known", why: "ssh.socket is started as well, and then listens instead of sshd" };
}

/** Also whether others than root get in: until the unit of user sessions has run, pam_nologin(8) refuses them. */
function atBoot(input: SshInput): NextStart | undefined {
  const sshd = sshdAtBoot(input);
  if (sshd === undefined || sshd.as === "not started") return sshd;
  const sessions = startOf(input.facts.sessionsAtBoot, { target: "multi-user.target" });
  if (sessions.as === "packaged") return sshd;
  const { login } = input.access.planned;
  const as = accountOf(input, login)?.uid === 0 ? "not known" : sessions.as;
  return { as, why: `${sessions.why}, without which only root can log in` };
}

export const startsAtBoot: SshCheck = {
  id: "ssh.at-boot",
  reads: ["process", "next start"],
  title: "sshd comes back at boot as the package starts it",
  severity: "high",
  criteria: ["A1.2"],
  why: "An sshd that doesn't come back after a reboot is a host that nobody gets into.",
  leavesOpen: "A kernel, a disk or a network that doesn't come up keeps everybody out all the same.",
  stricter: "A way in without sshd, the provider's console: its password has to be guarded like a key.",
  look: "systemctl is-enabled ssh.service ssh.socket systemd-user-sessions.service; ls /etc/ssh/sshd_not_to_be_run",
  role: "proof",
  test: (input) => {
    const expected = "started by the packaged unit";
    const { pass, fail, error, later } = verdicts(expected);
    for (const fact of [input.facts.service, input.facts.serviceAtBoot])
      if (fact.state === "unknown") return error(fact.why);
    const start = hasSshd(input) ? atBoot(input) : undefined;
    if (start === undefined) return inapplicable("no sshd runs as ssh.service or ssh.socket");
    if (start.as === "packaged") return pass(expected);
    if (start.as === "not started") return fail(start.why);
    return later(notLasting(start));
  },
};

/** Said before anything is changed: the proof would fail, or the firewall would close the port that is listened on from then on. */
export const bootGuard: Guard = ({ input }) => {
  const start = atBoot(input);
  if (start?.as !== "not started") return movedBySocket(input);
  return say(
    "off-at-boot",
    `${input.access.planned.login} gets in by sshd now, but would not after the next boot: ${start.why}.`,
    `See that its units start (systemctl unmask ssh ${units.userSessions}; systemctl enable ssh), or stop sshd if nobody is to come in by it.`,
  );
};

/** Started beside sshd, the socket has the port: then sshd's own Port doesn't count. */
function movedBySocket({ access, facts }: SshInput): readonly Finding[] {
  const [socket, service] = [facts.socket, facts.service].map((fact) => valueOr(fact, undefined));
  if (socket === undefined || socket.active || service?.active !== true) return [];
  const found = startOf(facts.socketAtBoot, { target: "sockets.target", isKnown });
  if (found.as === "not started") return [];
  const ports = portsIn(socket.listen);
  const lost = access.planned.ports.filter((port) => !ports.includes(port));
  if (lost.length === 0) return [];
  return say(
    "socket-at-boot",
    `sshd is to listen on port ${lost.join(" and ")}, and from the next boot on ssh.socket listens for it, on ${socket.listen.join(" and ") || "nothing"}.`,
    "Leave it to sshd (systemctl disable ssh.socket), or have the socket listen there (systemctl edit ssh.socket).",
  );
}
