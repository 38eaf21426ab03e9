/** What the kernel lets in though the profile doesn't name it. */
import { parseTables, type Rule } from "../../facts/iptables.ts";
import { type Fate, takenBefore } from "./fates.ts";
import { isInner } from "./links.ts";
import type { FamilyRules } from "./model.ts";
import { normalRule } from "./normal.ts";
import { allPeers, anyLink, peersOf, portsOf, remainder, type Space } from "./space.ts";
import { type Family, zeroNetwork } from "./tuple.ts";
import { type Ruleset, walk } from "./walk.ts";

export interface HostOpening {
  readonly family: Family;
  readonly protocol: string;
  /** Apart from each other. */
  readonly pieces: readonly Space[];
  readonly fate: Fate;
  readonly rule: Rule;
}

export interface LetIn {
  readonly openings: readonly HostOpening[];
  /** Rules after which nobody knows what a packet is; for a person. */
  readonly strange: readonly string[];
  /** There are more rules than were looked at. */
  readonly cut: boolean;
}

/** What the openings of a ruleset are told from. */
type Named = Pick<FamilyRules, "family" | "policies" | "allows" | "links" | "bridges" | "read">;

const nothing: LetIn = { openings: [], strange: [], cut: false };

/** Nothing where the profile lets in everything: then no rule has to. */
export function letIn(view: Named, ruleset: Ruleset): LetIn {
  if (view.policies.input === "allow") return nothing;
  const links = [
    ...new Set([
      ...view.links,
      ...(view.links.includes(anyLink) ? [] : mentionedLinks(ruleset, view.bridges)),
    ]),
  ];
  const walks = protocolsOf(ruleset).map((protocol) => openingsOf(view, ruleset, { protocol, links }));
  return {
    openings: walks.flatMap(({ openings }) => openings),
    strange: [...new Set(walks.flatMap(({ strange }) => strange))],
    cut: walks.some(({ cut }) => cut),
  };
}

/** Sure of the packets that a rule takes away, unsure of those that it lets in: more is named than there is, never less. */
function openingsOf(
  view: Named,
  ruleset: Ruleset,
  { protocol, links }: { protocol: string; links: readonly string[] },
): LetIn {
  const { family } = view;
  const packets = {
    family,
    protocol,
    hook: "INPUT",
    state: "NEW",
    peer: zeroNetwork[family],
    links,
  } as const;
  const walked = walk(ruleset, packets);
  const wanted = wantedSpaces(view, protocol, links);
  const openings = walked.fates.flatMap((fate): readonly HostOpening[] => {
    const { rule, ruling, space } = fate;
    if (rule === undefined || (ruling !== "accept" && ruling !== "forward")) return [];
    if (isUfws(rule, view) || remainder(space, wanted).length === 0) return [];
    const pieces = remainder(space, [...wanted, ...fate.except, ...takenBefore(walked, fate)]);
    return pieces.length === 0 ? [] : [{ family, protocol, pieces, fate, rule }];
  });
  return { openings, strange: walked.strange, cut: walked.cut };
}

/** What of a protocol the profile lets in. */
export function wantedSpaces(
  { family, allows }: Pick<Named, "family" | "allows">,
  protocol: string,
  links: readonly string[],
): readonly Space[] {
  return allows
    .filter(
      (allow) => allow.protocol === protocol || (allow.protocol === "any" && /^(tcp|udp)$/.test(protocol)),
    )
    .map(({ port, from }) => ({
      ports: portsOf(port) ?? [],
      peers: peersOf(from) ?? allPeers[family],
      links,
    }));
}

/** What ufw's own files let in besides answers and ICMP: DHCP, and groups of the local network. */
const skeleton = `*filter
-A ufw-before-input -p udp --sport 67 --dport 68 -j ACCEPT
-A ufw-before-input -p udp -d 224.0.0.251 --dport 5353 -j ACCEPT
-A ufw-before-input -p udp -d 239.255.255.250 --dport 1900 -j ACCEPT
-A ufw6-before-input -p udp -s fe80::/10 --sport 547 -d fe80::/10 --dport 546 -j ACCEPT
-A ufw6-before-input -p udp -d ff02::fb --dport 5353 -j ACCEPT
-A ufw6-before-input -p udp -d ff02::f --dport 1900 -j ACCEPT
`;

const ufws = new Set(
  [...parseTables(skeleton).get("filter")!].flatMap(([chain, { rules }]) =>
    rules.map((rule) => `${chain} ${normalRule(rule, chain.startsWith("ufw6") ? 6 : 4)}`),
  ),
);

const isUfws = (rule: Rule, { read }: Named) => ufws.has(`${rule.chain} ${read.normalRule(rule)}`);

/** TCP, UDP, and what else a rule names; ICMP opens nothing. */
const protocolsOf = ({ named }: Ruleset): readonly string[] => [
  ...new Set(["tcp", "udp", ...[...named().protocols].filter((name) => !/icmp/.test(name))]),
];

/** Interfaces that a rule names: they may come later. */
const mentionedLinks = ({ named }: Ruleset, bridges: readonly string[]): readonly string[] =>
  [...named().links].filter((name) => name !== "+" && !isInner(name) && !bridges.includes(name));
