/** What listens on a host, who comes to it, and what of it somebody has asked for: sshd, the profile's rules, published ports. Pure. */
import { comersOf } from "../controls/firewall/comers.ts";
import { covers, onePort, openedBy } from "../controls/firewall/opened.ts";
import type { FirewallParams } from "../controls/firewall/schema.ts";
import type { Family } from "../controls/firewall/tuple.ts";
import { wantedAllows } from "../controls/firewall/wanted.ts";
import { containers } from "../facts/containers.ts";
import { readFact, valueOr } from "../facts/probe.ts";
import { routes } from "../facts/routes.ts";
import { rules } from "../facts/rules.ts";
import { sockets } from "../facts/sockets.ts";
import type { OpenedPorts } from "../plan/access.ts";
import type { Gathered } from "../run/look.ts";
import type { Listening } from "../running/listeners.ts";
import type { Running } from "../running/running.ts";

export function listeningOn({ facts, access, managed }: Gathered): Listening {
  const fact = readFact(facts, sockets);
  const asked = firewallOf(managed).flatMap(openedBy);
  const ssh = [...access.now.ports, ...access.planned.ports].map((port) => onePort("tcp", port));
  const all = [...asked, ...ssh, ...publishedOn(facts)];
  return {
    listeners: fact.state === "present" ? fact.value.listeners : undefined,
    why: fact.state === "present" ? "" : fact.state === "absent" ? "there is no ss" : fact.why,
    wanted: (listener) => all.some((each) => covers(each, listener)),
  };
}

const firewallOf = (managed: Gathered["managed"]) =>
  managed.flatMap(({ control, params, mode }) =>
    control.id === "firewall" && mode !== "off" ? [params as FirewallParams] : [],
  );

/** Undefined where the rules in force could not be read. */
export function comersOn({ facts, access, managed }: Gathered): Running["comers"] {
  const inForce = valueOr(readFact(facts, rules), undefined);
  if (inForce === undefined) return undefined;
  const allowsOf = (family: Family) =>
    firewallOf(managed).flatMap((params) => wantedAllows(params, access, family));
  return comersOf({ rules: inForce, routes: valueOr(readFact(facts, routes), undefined), allowsOf });
}

/** Those are judged as the containers' own. */
function publishedOn(facts: Gathered["facts"]): readonly OpenedPorts[] {
  const fact = valueOr(readFact(facts, containers), undefined);
  if (fact?.engine !== "asked") return [];
  return fact.containers.flatMap(({ ports }) =>
    Object.entries(ports).flatMap(([inner, bound]) =>
      (bound ?? []).map(({ HostPort }) => onePort(inner.endsWith("/udp") ? "udp" : "tcp", Number(HostPort))),
    ),
  );
}
