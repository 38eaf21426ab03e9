/** What the kernel does with a rule's traffic. */
import type { Chains } from "../../facts/iptables.ts";
import type { Allow, Family } from "./tuple.ts";
import { allowTuple, sameTraffic, tupleText, zeroNetwork } from "./tuple.ts";
import { allows, type UserRules } from "./user-rules.ts";
import { type Packet, type Walked, walk } from "./walk.ts";

/** Packets of the rule: of each protocol, to the first and the last port, from all of its network. */
export function packetsOf({ family, protocol, port, from }: Allow): readonly Packet[] {
  const protocols = protocol === "any" ? (["tcp", "udp"] as const) : [protocol];
  const ports = [...new Set(port.split(":"))].map(Number);
  return protocols.flatMap((one) => ports.map((each) => ({ family, protocol: one, port: each, from })));
}

/** The first packet of the rule that doesn't come in, and why; undefined where all do. */
export function obstacle(chains: Chains, allow: Allow): (Walked & { packet: Packet }) | undefined {
  for (const packet of packetsOf(allow)) {
    const walked = walk(chains, "INPUT", packet);
    if (walked.ruling !== "accept") return { ...walked, packet };
  }
  return undefined;
}

/** A first packet to a port that no rule names, from or to anywhere. */
export const unnamed = (family: Family, protocol: "tcp" | "udp"): Packet => ({
  family,
  protocol,
  from: zeroNetwork[family],
});

export const inFile = (rules: UserRules, allow: Allow) =>
  rules.blocks.some(({ tuple }) => allows(tuple) && sameTraffic(tuple, allowTuple(allow)));

/** `allow 22/tcp (IPv6)`: without our comment. */
export const allowText = (allow: Allow) =>
  `${tupleText({ ...allowTuple(allow), comment: "" })} (IPv${allow.family})`;
