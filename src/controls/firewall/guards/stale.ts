/** Rules that open a port for an sshd that isn't behind it. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { valueOr } from "../../../facts/probe.ts";
import type { FirewallInput, FirewallView } from "../model.ts";
import { type Tuple, tupleText } from "../tuple.ts";
import { allows } from "../user-rules.ts";
import { all } from "./list.ts";

const say = findingsOf("firewall", {
  "ssh-rule-stale": ["warn", "A rule opens a port behind which there is no sshd any more"],
});

export const findings = say.records;

const sshPort = 22;

export function stale({ facts, access, params }: FirewallInput, view: FirewallView): readonly Finding[] {
  const { listeners } = valueOr(facts.sockets, { listeners: [] });
  const isOthers = (port: number) =>
    listeners.some((each) => each.port === port && each.protocol === "tcp" && !isSshd(each.process));
  const gone = [...new Set([sshPort, ...access.now.ports])].filter(
    (port) => !access.planned.ports.includes(port) && !isOthers(port),
  );
  const own = view.families
    .flatMap(({ wanted }) => wanted.blocks)
    .filter(({ ours, tuple }) => !ours && opens(tuple, gone))
    .map(({ tuple }) => `the host's own "${tupleText(tuple)}" (ufw delete ${deleteWords(tuple)})`);
  const profile = params.rules
    .filter(({ port, protocol }) => protocol !== "udp" && typeof port === "number" && gone.includes(port))
    .map(({ port, from }) => `the profile's for ${port}${from === undefined ? "" : ` from ${from}`}`);
  const rules = [...new Set([...own, ...profile])];
  if (rules.length === 0) return [];
  return say(
    "ssh-rule-stale",
    `Rules open a port of sshd's behind which there is none any more, for it will listen on ${access.planned.ports.join(", ")}: ${all(rules)}.`,
    "Take them out; the firewall opens the ports of sshd by itself.",
  );
}

/** systemd holds the port of an ssh.socket. */
const isSshd = (process: string | undefined) => process === undefined || /^(sshd|systemd)/.test(process);

const opens = (tuple: Tuple, ports: readonly number[]) =>
  allows(tuple) &&
  tuple.protocol !== "udp" &&
  tuple.direction.startsWith("in") &&
  ports.includes(Number(tuple.toPort));

function deleteWords({ applications, action, toPort, protocol }: Tuple): string {
  const name = applications?.[0] ?? "-";
  return name === "-"
    ? `${action.replace("_", " ")} ${toPort}${protocol === "any" ? "" : `/${protocol}`}`
    : `${action.replace("_", " ")} ${name.replaceAll("%20", " ")}`;
}
