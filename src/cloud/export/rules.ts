/** Who may talk to whom, a line each: what all exports are made of. Pure. */
import {
  anywhere,
  isTierName,
  listed,
  prefixListForm,
  rulePorts,
  type Tier,
  type Tiers,
} from "../../project/tiers.ts";
import { type Span, spanOf } from "../network.ts";

export type Peer =
  | { readonly kind: "tier"; readonly name: string }
  | { readonly kind: "network"; readonly network: string }
  | { readonly kind: "prefix list"; readonly id: string };

export interface CloudRule {
  readonly tier: string;
  readonly direction: "in" | "out";
  readonly peer: Peer;
  readonly ports: Span;
  readonly protocol: "tcp" | "udp";
  readonly why: string;
}

/** Anywhere is both families; of a vpn, which no cloud knows, its networks. */
function peersOf(given: string, tiers: Tiers): readonly Peer[] {
  if (given === anywhere) return ["0.0.0.0/0", "::/0"].map((network) => ({ kind: "network", network }));
  if (prefixListForm.test(given)) return [{ kind: "prefix list", id: given }];
  if (!isTierName(given)) return [{ kind: "network", network: given }];
  const tier = tiers[given];
  if (tier?.role === "vpn") return tier.networks.map((network) => ({ kind: "network", network }));
  return [{ kind: "tier", name: given }];
}

const inward = (name: string, tier: Tier, tiers: Tiers): readonly CloudRule[] =>
  tier.inbound.flatMap((rule) =>
    rulePorts(rule, tier).flatMap((port) =>
      listed(rule.from).flatMap((from) =>
        peersOf(from, tiers).map((peer) => ({
          tier: name,
          direction: "in" as const,
          peer,
          ports: spanOf(port),
          protocol: rule.protocol,
          why: rule.why ?? (rule.redirect ? "redirects to https" : ""),
        })),
      ),
    ),
  );

const outward = (name: string, tier: Tier, tiers: Tiers): readonly CloudRule[] =>
  tier.outbound.flatMap((rule) =>
    listed(rule.port).flatMap((port) =>
      listed(rule.to).flatMap((to) =>
        peersOf(to, tiers).map((peer) => ({
          tier: name,
          direction: "out" as const,
          peer,
          ports: spanOf(port),
          protocol: rule.protocol,
          why: rule.why ?? "",
        })),
      ),
    ),
  );

/** What a tier lets in from another one, that one lets out. */
const answered = (rule: CloudRule): readonly CloudRule[] =>
  rule.peer.kind === "tier"
    ? [{ ...rule, tier: rule.peer.name, direction: "out", peer: { kind: "tier", name: rule.tier } }]
    : [];

/** Each once, in the order of the file; no rule of a vpn, which is not of the cloud. */
export function rulesOf(tiers: Tiers): readonly CloudRule[] {
  const own = Object.entries(tiers).filter(([, { role }]) => role !== "vpn");
  const all = own.flatMap(([name, tier]) => [...inward(name, tier, tiers), ...outward(name, tier, tiers)]);
  const both = all.flatMap((rule) => (rule.direction === "in" ? [rule, ...answered(rule)] : [rule]));
  const keyOf = ({ why: _why, ...rule }: CloudRule) => JSON.stringify(rule);
  return [...new Map(both.toReversed().map((rule) => [keyOf(rule), rule])).values()].toReversed();
}

export const peerText = (peer: Peer): string =>
  peer.kind === "tier" ? peer.name : peer.kind === "network" ? peer.network : peer.id;
