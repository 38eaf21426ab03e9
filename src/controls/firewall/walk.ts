/** What a ruleset does with a packet: netfilter's own walk, with "maybe" where the packet isn't known well enough. */
import type { Chains, Rule } from "../../facts/iptables.ts";
import { once, onceByText } from "../../once.ts";
import { contains, type Network, parseNetwork } from "../../profile/network.ts";
import { normalOptions } from "./normal.ts";
import type { Family } from "./tuple.ts";

/** The first packet of a connection (conntrack's NEW) to an address of the host, or from one of them. */
export interface Packet {
  readonly family: Family;
  readonly protocol: "tcp" | "udp";
  /** Undefined: a port that no rule names. */
  readonly port?: number;
  /** Where it comes from: an address or a whole network. */
  readonly from: string;
  /** Over the loopback interface; else over one whose name isn't known. */
  readonly loopback?: boolean;
}

export type Ruling = "accept" | "drop" | "reject";

export interface Walked {
  readonly ruling: Ruling;
  /** The rule that decides, or the chain's policy; for a person. */
  readonly by: string;
  /** Rules before it that decide for some such packets: by source, interface, destination, rate, … */
  readonly maybe: readonly { readonly ruling: Ruling; readonly rule: Rule; readonly partOf: boolean }[];
}

type Match = "yes" | "no" | "maybe";

const rulings: Readonly<Record<string, Ruling>> = { ACCEPT: "accept", DROP: "drop", REJECT: "reject" };
const multicast = { 4: parseNetwork("224.0.0.0/4"), 6: parseNetwork("ff00::/8") } as const;

const yesNo = (is: boolean): Match => (is ? "yes" : "no");

export const walk = (chains: Chains, start: string, packet: Packet): Walked =>
  walksOf(chains)(JSON.stringify([start, packet]));

/** Guard and checks ask for the same packets, and hosts of a fleet have the same chains. */
const walksOf = once((chains: Chains) =>
  onceByText((question) => {
    const [start, packet] = JSON.parse(question) as [string, Packet];
    return walkAnew(chains, start, packet);
  }, 1000),
);

function walkAnew(chains: Chains, start: string, packet: Packet): Walked {
  const maybe: Walked["maybe"][number][] = [];
  const found = enter({ chains, packet, from: parseNetwork(packet.from), maybe }, start, {
    sure: true,
    depth: 0,
  });
  if (found !== undefined) return { ...found, maybe };
  const policy = chains.get(start)?.policy ?? "ACCEPT";
  return { ruling: policy === "ACCEPT" ? "accept" : "drop", by: `${start}'s policy ${policy}`, maybe };
}

interface Trip {
  readonly chains: Chains;
  readonly packet: Packet;
  readonly from: Network | undefined;
  readonly maybe: Walked["maybe"][number][];
}

function enter(
  trip: Trip,
  name: string,
  way: { sure: boolean; depth: number },
): Omit<Walked, "maybe"> | undefined {
  let { sure } = way;
  for (const rule of trip.chains.get(name)?.rules ?? []) {
    const match = matches(rule, trip);
    if (match === "no") continue;
    const jump = rule.target;
    const certain = sure && match === "yes";
    const ruling = jump === undefined ? undefined : rulings[jump];
    if (ruling !== undefined) {
      if (certain) return { ruling, by: rule.text };
      trip.maybe.push({ ruling, rule, partOf: bySourceOnly(rule, trip) });
    } else if (jump === "RETURN") {
      if (match === "yes") return undefined;
      sure = false;
    } else if (jump !== undefined && trip.chains.has(jump) && way.depth < 16) {
      const found = enter(trip, jump, { sure: certain, depth: way.depth + 1 });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Yes only where every packet of the kind matches. */
function matches(rule: Rule, trip: Trip): Match {
  let all: Match = "yes";
  for (const condition of conditions[trip.packet.family](rule)) {
    const match = conditionMatch(condition, trip);
    if (match === "no") return "no";
    if (match === "maybe") all = "maybe";
  }
  return all;
}

/** The rule is for some of the sources only, such as a ban or a block list, and else for all such packets. */
const bySourceOnly = (rule: Rule, trip: Trip) =>
  conditions[trip.packet.family](rule).every(
    (condition) => condition.name === "-s" || conditionMatch(condition, trip) === "yes",
  );

interface Condition {
  readonly name: string;
  readonly not: boolean;
  readonly value: string;
  /** Where the value is one. */
  readonly network: Network | undefined;
}

const conditionsOf = (family: Family) =>
  once((rule: Rule) =>
    normalOptions(rule, family)
      .filter(({ name }) => !isTarget.test(name))
      .map(({ name, not, values: [value = ""] }): Condition => {
        const network = name === "-s" || name === "-d" ? parseNetwork(value) : undefined;
        return { name, not, value, network };
      }),
  );

const conditions = { 4: conditionsOf(4), 6: conditionsOf(6) } as const;

/** What is no match, but the target or one of its options. */
const isTarget = /^(-j|-g|--(reject-with|log-.*|limit-burst|to-.*|nflog-.*|set-.*))$/;

const turned = { yes: "no", no: "yes", maybe: "maybe" } as const;

function conditionMatch(condition: Condition, trip: Trip): Match {
  const match = plainMatch(condition, trip);
  return condition.not ? turned[match] : match;
}

function plainMatch({ name, value, network }: Condition, { packet, from }: Trip): Match {
  switch (name) {
    case "-p":
      return yesNo(value === packet.protocol);
    case "-s":
      return networkMatch(network, from);
    case "-d":
      return networkMatch(multicast[packet.family], network) === "yes" ? "no" : "maybe";
    case "-i":
    case "-o":
      if (value === "lo" || packet.loopback)
        return yesNo(value === "+" || (value === "lo") === !!packet.loopback);
      return value === "+" ? "yes" : "maybe";
    case "--dport":
    case "--dports":
      return yesNo(portMatches(value, packet.port));
    case "--ctstate":
    case "--state":
      return yesNo(value.split(",").includes("NEW"));
    case "--dst-type":
      return yesNo(value === "LOCAL");
    case "--comment":
    case "--syn":
    case "--set":
      return "yes";
    case "--rt-type":
      return "no";
    default:
      return "maybe";
  }
}

/** Whether all, none or some of `inner` lies in `outer`. */
function networkMatch(outer: Network | undefined, inner: Network | undefined): Match {
  if (outer === undefined || inner === undefined) return "maybe";
  if (contains(outer, inner)) return "yes";
  return contains(inner, outer) ? "maybe" : "no";
}

/** `22`, `6000:6010`, `22,80,6000:6010`; a port that no rule names is only in the range of all. */
export function portMatches(list: string, port: number | undefined): boolean {
  return list.split(",").some((each) => {
    const [from = "", to = from] = each.split(":");
    const [low, high] = [Number(from || 0), Number(to || 65535)];
    return port === undefined ? low <= 1 && high === 65535 : port >= low && port <= high;
  });
}
