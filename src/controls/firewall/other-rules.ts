/** The host's own rules in ufw's files that let in more than the profile names: with `otherRules: remove` they go. */
import { parseTables } from "../../facts/iptables.ts";
import { type Fact, valueOr } from "../../facts/probe.ts";
import type { SocketsFact } from "../../facts/sockets.ts";
import type { Access } from "../../plan/access.ts";
import { parseNetwork } from "../../profile/network.ts";
import { packetsOf } from "./effective.ts";
import { letIn } from "./let-in.ts";
import type { FamilyRules, FirewallSeen } from "./model.ts";
import { type Tunnel, tunnelOf } from "./tunnel.ts";
import { type Family, zeroNetwork } from "./tuple.ts";
import { allows, type Block } from "./user-rules.ts";
import { type Packets, type Ruleset, rulesetOf, walk } from "./walk.ts";

/** What a family's rules are judged by. */
export type NamedRules = Pick<
  FamilyRules,
  "family" | "prefix" | "policies" | "allows" | "links" | "bridges" | "read"
>;

export interface OtherRules {
  /** Those that can go. */
  readonly removed: readonly Block[];
  /** Those by which the planned login, or this very run, comes in. */
  readonly spared: readonly Block[];
  /** Those that may let in the packets of a tunnel by which the planned login, or this run, may come. */
  readonly carriers: readonly Block[];
}

export interface ComersOfRules {
  readonly access: Access;
  /** By which the planned login, or this run, may come. */
  readonly tunnel: Tunnel;
  readonly sockets: Fact<SocketsFact>;
}

/** How somebody comes in, by what is known of a host. */
export const comersOf = ({ facts: { routes, sockets }, access }: FirewallSeen): ComersOfRules => ({
  access,
  tunnel: tunnelOf(routes, access),
  sockets,
});

export function otherRules(blocks: readonly Block[], named: NamedRules, comers: ComersOfRules): OtherRules {
  const { access, tunnel } = comers;
  const others = blocks
    .filter(({ ours, tuple }) => !ours && allows(tuple) && tuple.direction.startsWith("in"))
    .map((block) => ({ block, alone: aloneIn(block, named) }))
    .filter(({ alone }) => letIn(named, alone).openings.length > 0);
  const spared = others.filter(({ alone }) => letsInLogin(alone, named, access)).map(({ block }) => block);
  const rest = others.filter(({ block }) => !spared.includes(block));
  const carriers = tunnel === "none" ? [] : rest.filter((each) => mayCarry(each, named, comers));
  const blocksOf = (some: typeof others) => some.map(({ block }) => block);
  return {
    removed: blocksOf(rest.filter((each) => !carriers.includes(each))),
    spared,
    carriers: blocksOf(carriers),
  };
}

interface Alone {
  readonly block: Block;
  readonly alone: Ruleset;
}

/**
 * WireGuard, VXLAN and IPsec's keys are UDP, the others have protocols of their own; over TCP a tunnel comes to somebody
 * who listens, such as OpenVPN, stunnel, or sshd that forwards.
 */
function mayCarry(
  { block, alone }: Alone,
  { family, links }: NamedRules,
  { tunnel, sockets }: ComersOfRules,
): boolean {
  if (block.tuple.protocol !== "tcp") return true;
  if (tunnel !== "any") return false;
  const listeners = valueOr(sockets, undefined)?.listeners;
  if (listeners === undefined) return true;
  const from = zeroNetwork[family];
  return listeners
    .filter(({ protocol, address }) => protocol === "tcp" && !/^(127\.|::1$)/.test(address))
    .flatMap(({ port }) =>
      packetsOf({ family, port: String(port), protocol: "tcp", from, comment: "" }, links),
    )
    .some((packets) => accepts(alone, packets));
}

const accepts = (alone: Ruleset, packets: Packets) =>
  walk(alone, packets).fates.some(({ ruling }) => ruling === "accept");

/** What a rule lets in is told by itself: another one before it may go, too. */
function aloneIn({ text }: Block, { prefix, read }: NamedRules): Ruleset {
  const chains = [
    ...["*filter", ":INPUT DROP [0:0]", `-A INPUT -j ${prefix}-user-input`],
    ...[text, `-A ${prefix}-user-limit-accept -j ACCEPT`],
  ];
  return rulesetOf([parseTables(chains.join("\n"))], read);
}

function letsInLogin(
  alone: Ruleset,
  { family, links }: NamedRules,
  { now, planned, caller }: Access,
): boolean {
  const ports = new Set([...now.ports, ...planned.ports]);
  const peers = [...planned.callers, ...(caller === undefined ? [] : [caller])];
  return peers
    .filter((peer) => isOf(family, peer))
    .flatMap((from) =>
      [...ports].flatMap((port) =>
        packetsOf({ family, port: String(port), protocol: "tcp", from, comment: "" }, links),
      ),
    )
    .some((packets) => accepts(alone, packets));
}

const isOf = (family: Family, network: string) => parseNetwork(network)?.bits === (family === 4 ? 32 : 128);
