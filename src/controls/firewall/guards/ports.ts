/** Who notices: services that listen on ports that will be closed, and their connections. */
import type { Chains } from "../../../facts/iptables.ts";
import { valueOr } from "../../../facts/probe.ts";
import type { Connected, Listener } from "../../../facts/sockets.ts";
import type { Finding } from "../../../plan/plan.ts";
import { parseNetwork } from "../../../profile/network.ts";
import { plannedChains } from "../skeleton.ts";
import { type Family, zeroNetwork } from "../tuple.ts";
import type { FirewallInput, View } from "../view.ts";
import { type Packet, walk } from "../walk.ts";
import { note, some, warn } from "./finding.ts";

/** What Docker publishes bypasses these rules; a finding of its own says so. */
const isDockers = ({ process }: Listener) => process === "docker-proxy";

const isLoopback = (address: string) => /^127\./.test(address) || address === "::1";

function familiesOf(address: string): readonly Family[] {
  if (address === "*" || address === "::") return [4, 6];
  return address.includes(":") ? [6] : [4];
}

/** Somebody from outside might come in. */
function isOpen(chains: Chains, packet: Packet): boolean {
  const walked = walk(chains, "INPUT", packet);
  const decided = walked.ruling === "accept";
  return decided || walked.maybe.some(({ ruling }) => ruling === "accept");
}

interface Rulesets {
  readonly live: ReadonlyMap<Family, Chains>;
  readonly planned: ReadonlyMap<Family, Chains>;
}

function closes({ live, planned }: Rulesets, packet: Packet): boolean {
  const [now, then] = [live.get(packet.family), planned.get(packet.family)];
  return now !== undefined && then !== undefined && isOpen(now, packet) && !isOpen(then, packet);
}

export function ports({ facts }: FirewallInput, view: View): readonly Finding[] {
  if (facts.sockets.state !== "present")
    return [
      note(
        "sockets-unknown",
        "Which open ports will be closed could not be told: ss is not installed or failed.",
      ),
    ];
  const rulesets: Rulesets = {
    live: new Map(view.families.flatMap(({ family, live }) => (live ? [[family, live] as const] : []))),
    planned: new Map(view.families.map((each) => [each.family, plannedChains(each)])),
  };
  const { listeners, connected } = valueOr(facts.sockets, { listeners: [], connected: [] });
  const closing = listeners.filter(
    (each) => !isLoopback(each.address) && !isDockers(each) && listenerCloses(each, rulesets),
  );
  const cut = connected.filter((each) => connectionCloses(each, rulesets));
  return [
    ...(closing.length > 0
      ? [
          warn(
            "closing-ports",
            `Something listens on ports that no rule opens, and they will be closed to the outside: ${some([...new Set(closing.map(listenerText))])}.`,
            "Add a rule to the profile for what is meant to be reached.",
          ),
        ]
      : []),
    ...(cut.length > 0
      ? [
          warn(
            "open-connections",
            `Connections that are open now live on, but could not be made again: ${some(cut.map(connectionText))}.`,
          ),
        ]
      : []),
  ];
}

const listenerCloses = ({ address, protocol, port }: Listener, rulesets: Rulesets) =>
  familiesOf(address).some((family) =>
    closes(rulesets, { family, protocol, port, from: zeroNetwork[family] }),
  );

function connectionCloses({ peer, port }: Connected, rulesets: Rulesets): boolean {
  if (isLoopback(peer) || parseNetwork(peer) === undefined) return false;
  return closes(rulesets, { family: peer.includes(":") ? 6 : 4, protocol: "tcp", port, from: peer });
}

const listenerText = ({ port, protocol, process }: Listener) =>
  `${port}/${protocol}${process === undefined ? "" : ` (${process})`}`;

const connectionText = ({ peer, port, count }: Connected) => `${count} from ${peer} to port ${port}`;
