/** Who notices: services that listen on ports that will be closed, or for protocols without ports, and their connections. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { whyUnknown } from "../../../facts/probe.ts";
import { type Connected, isLoopback, type Listener, type RawSocket } from "../../../facts/sockets.ts";
import { parseNetwork } from "../../../profile/network.ts";
import type { FirewallInput, FirewallView } from "../model.ts";
import { protocolName } from "../normal.ts";
import { paths } from "../probes.ts";
import { union } from "../space.ts";
import { tunnelsTo } from "../tunnel.ts";
import { type Family, zeroNetwork } from "../tuple.ts";
import { type Packets, type Ruleset, walk } from "../walk.ts";
import { all } from "./list.ts";

const say = findingsOf("firewall", {
  "sockets-unknown": ["note", "Which open ports will be closed could not be told"],
  "tunnel-shut": ["block", "A port that may carry the tunnel of the planned login would be closed"],
  "closing-ports": ["warn", "Something listens on ports that the profile closes"],
  "closing-protocols": [
    "warn",
    "Packets of protocols without ports, which something takes in, will be dropped",
  ],
  "open-connections": ["warn", "Connections that are open now could not be made again"],
  "connections-unknown": ["note", "Which open connections could not be made again could not be told"],
});

export const findings = say.records;

/** Of tunnels that others come to; who goes out by themselves, as Tailscale does, needs no open port; the kernel's are nobody's. */
const mayCarry = ({ protocol, process }: Listener) =>
  protocol === "udp" &&
  (process === undefined ||
    /^(wireguard|boringtun|amneziawg|openvpn|charon|pluto|tincd|fastd|ocserv|xl2tpd)/.test(process));

/** What Docker publishes bypasses these rules; a finding of its own says so. */
const isDockers = ({ process }: Listener) => process === "docker-proxy";

function familiesOf(address: string): readonly Family[] {
  if (address === "*" || address === "::") return [4, 6];
  return address.includes(":") ? [6] : [4];
}

/** Somebody from outside might come in. */
const isOpen = (ruleset: Ruleset, packets: Packets) =>
  walk(ruleset, packets).fates.some(({ ruling }) => ruling === "accept" || ruling === "forward");

interface Rulesets {
  readonly live: Ruleset;
  readonly planned: Ruleset;
  readonly links: readonly string[];
}

type Question = Pick<Packets, "family" | "protocol" | "port" | "peer">;

function closes(of: ReadonlyMap<Family, Rulesets>, question: Question): boolean {
  const rulesets = of.get(question.family);
  if (rulesets === undefined || rulesets.live.tables.length === 0) return false;
  const packets = { ...question, hook: "INPUT", state: "NEW", links: rulesets.links } as const;
  return isOpen(rulesets.live, packets) && !isOpen(rulesets.planned, packets);
}

export function ports({ facts, access }: FirewallInput, view: FirewallView): readonly Finding[] {
  if (facts.sockets.state !== "present")
    return say(
      "sockets-unknown",
      `Which open ports will be closed could not be told: ${whyUnknown(facts.sockets) ?? "the host lists no sockets"}.`,
    );
  const rulesets = new Map(
    view.families.map((each): [Family, Rulesets] => [
      each.family,
      { live: each.ruleset, planned: each.planned(), links: each.links },
    ]),
  );
  const { listeners, raw = [], connected, unread } = facts.sockets.value;
  const outside = listeners.filter((each) => !isDockers(each));
  const closing = closingPorts(outside, rulesets);
  const tunnels = tunnelsTo(facts.routes, access);
  const carriers = tunnels.length === 0 ? [] : closingPorts(outside.filter(mayCarry), rulesets);
  const protocols = closingProtocols(raw, rulesets);
  const cut = connected.filter((each) => connectionCloses(each, rulesets));
  return [
    ...(carriers.length > 0
      ? say(
          "tunnel-shut",
          `The planned login, or this run, comes over ${all(tunnels)}, and what may carry it will be closed: ${all(carriers)}. It would live on as long as the kernel remembers it, and could not be made again.`,
          "Add a rule to the profile's firewall.rules for that port, from whom it is meant for.",
        )
      : []),
    ...(closing.length > 0
      ? say(
          "closing-ports",
          `Something listens on ports that no rule opens, and they will be closed to the outside: ${all(closing)}.`,
          "Add a rule to the profile for what is meant to be reached; who reaches sshd is said by access.from.",
        )
      : []),
    ...(protocols.length > 0
      ? say(
          "closing-protocols",
          `Something takes in packets of protocols that have no ports, and they will be dropped, for no rule lets them in: ${all(protocols)}. What others send it, as the other nodes of a cluster or routers do, gets lost.`,
          `The profile's rules are for ports. Where it is needed: ufw allow proto vrrp from ADDRESS (so for ah, esp, gre, igmp, ipv6 and vrrp), or a line such as "-A ufw-before-input -p 89 -s ADDRESS -j ACCEPT" in ${paths.before4} before its COMMIT; for IPv6 ufw6-before-input in ${paths.before6}.`,
        )
      : []),
    ...(cut.length > 0
      ? say(
          "open-connections",
          `Connections that are open now live on, but could not be made again: ${all(cut.map(connectionText))}.`,
        )
      : []),
    ...(unread
      ? say("connections-unknown", "There are more open connections than could be read in time.")
      : []),
  ];
}

interface Closing {
  readonly port: number;
  /** `/tcp (sshd) over IPv6`: with its family where it stays open in the other. */
  readonly what: string;
}

/** `22/tcp (sshd)`, `9001-9011/tcp (python3)`: each port once, those in a row as one. */
function closingPorts(
  listeners: readonly Listener[],
  rulesets: ReadonlyMap<Family, Rulesets>,
): readonly string[] {
  const byName = new Map<string, Listener[]>();
  for (const each of listeners) {
    const name = listenerText(each);
    byName.set(name, [...(byName.get(name) ?? []), each]);
  }
  const closing = [...byName].flatMap(([name, own]): readonly Closing[] => {
    const { protocol, port } = own[0]!;
    const families = [...rulesets.keys()].filter((family) =>
      own.some(({ address }) => familiesOf(address).includes(family)),
    );
    const shut = families.filter((family) =>
      closes(rulesets, { family, protocol, port: String(port), peer: zeroNetwork[family] }),
    );
    if (shut.length === 0) return [];
    const over = shut.length < families.length ? ` over IPv${shut.join()}` : "";
    return [{ port, what: `${name.slice(String(port).length)}${over}` }];
  });
  const kinds = [...new Set(closing.map(({ what }) => what))];
  return kinds.flatMap((what) =>
    inRows(closing.filter((each) => each.what === what).map(({ port }) => port)).map(([from, to]) =>
      from === to ? `${from}${what}` : `${from}-${to}${what}`,
    ),
  );
}

/** TCP and UDP are let in by port, ICMP by ufw itself, and what has no protocol (255) only sends. */
const needsNoRule = ({ protocol }: RawSocket) => [1, 6, 17, 58, 255].includes(protocol);

/** `vrrp (keepalived)`: each once. */
function closingProtocols(
  raw: readonly RawSocket[],
  rulesets: ReadonlyMap<Family, Rulesets>,
): readonly string[] {
  const texts = raw
    .filter((each) => !needsNoRule(each))
    .flatMap(({ protocol, address, process }) => {
      const [name, family] = [protocolName(String(protocol)), address.includes(":") ? 6 : 4] as const;
      const isClosing = closes(rulesets, { family, protocol: name, peer: zeroNetwork[family] });
      const text = name === String(protocol) ? `protocol ${name}` : name;
      return isClosing ? [`${text}${process === undefined ? "" : ` (${process})`}`] : [];
    });
  return [...new Set(texts)];
}

const inRows = (ports: readonly number[]) => union(ports.map((port) => [BigInt(port), BigInt(port)]));

function connectionCloses({ peer, port }: Connected, rulesets: ReadonlyMap<Family, Rulesets>): boolean {
  if (isLoopback(peer) || parseNetwork(peer) === undefined) return false;
  return closes(rulesets, {
    family: peer.includes(":") ? 6 : 4,
    protocol: "tcp",
    port: String(port),
    peer,
  });
}

const listenerText = ({ port, protocol, process }: Listener) =>
  `${port}/${protocol}${process === undefined ? "" : ` (${process})`}`;

const connectionText = ({ peer, port, count }: Connected) => `${count} from ${peer} to port ${port}`;
