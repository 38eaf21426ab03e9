/** What becomes of the packets that the profile speaks of. */
import type { Fate } from "./fates.ts";
import { type Allow, allowTuple, type Family, sameTraffic, tupleText, zeroNetwork } from "./tuple.ts";
import { allows, type UserRules } from "./user-rules.ts";
import { type Packets, type Ruleset, walk } from "./walk.ts";

/** First packets of the rule, of each protocol, from all of its network. */
export function packetsOf(
  { family, protocol, port, from }: Allow,
  links: readonly string[],
): readonly Packets[] {
  const protocols = protocol === "any" ? (["tcp", "udp"] as const) : [protocol];
  return protocols.map((one) => ({
    family,
    protocol: one,
    hook: "INPUT",
    state: "NEW",
    port,
    peer: from,
    links,
  }));
}

/** Answers to them. */
export const answersOf = (allow: Allow, links: readonly string[]): readonly Packets[] =>
  packetsOf(allow, links).map((each) => ({ ...each, hook: "OUTPUT", state: "ESTABLISHED", side: "source" }));

/** Answers to what the host itself asks others; the ports are those that Linux takes for that. */
export const answersTo = (family: Family, links: readonly string[]): readonly Packets[] =>
  (["tcp", "udp"] as const).map((protocol) => ({
    family,
    protocol,
    hook: "INPUT",
    state: "ESTABLISHED",
    port: "32768:60999",
    links,
    peer: zeroNetwork[family],
  }));

/** First packets from or to anywhere, of both protocols and all ports. */
export const anyPackets = (
  family: Family,
  hook: Packets["hook"],
  links: readonly string[],
): readonly Packets[] =>
  (["tcp", "udp"] as const).map((protocol) => ({
    family,
    protocol,
    hook,
    state: "NEW",
    peer: zeroNetwork[family],
    links,
  }));

/** By which the neighbours of a host, its router among them, find it and are found: solicitations and advertisements. */
const discovery = (links: readonly string[]): readonly Packets[] =>
  (["INPUT", "OUTPUT"] as const).flatMap((hook) =>
    ["135", "136"].map((message) => ({
      ...({ family: 6, protocol: "ipv6-icmp", discovery: message, hook, state: "NEW", links } as const),
      peer: zeroNetwork[6],
    })),
  );

/** What keeps the host from being found by IPv6; undefined where nothing does, or only some of it. */
export const shutToNeighbours = (ruleset: Ruleset, links: readonly string[]): Fate | undefined =>
  discovery(links).flatMap((packets) => {
    const { fates } = walk(ruleset, packets);
    return fates.some(({ ruling }) => ruling === "accept") ? [] : [fates.at(-1)!];
  })[0];

export const discoveryRemedy =
  "Put the lines with neighbor-solicitation and neighbor-advertisement back into /etc/ufw/before6.rules, as /usr/share/ufw/before6.rules has them, and run ufw reload; or take away the rule that drops them.";

/** What the host sends to itself. */
export const ownPackets = (family: Family, hook: "INPUT" | "OUTPUT"): Packets => ({
  family,
  protocol: "tcp",
  hook,
  state: "NEW",
  links: ["lo"],
  peer: family === 4 ? "127.0.0.0/8" : "::1",
});

/** What decides about those packets that nothing before has decided about. */
export const decisive = (ruleset: Ruleset, packets: Packets): Fate => walk(ruleset, packets).fates.at(-1)!;

/** The fate of the first packets that don't pass; undefined where all do. */
export function obstacle(ruleset: Ruleset, all: readonly Packets[]): Fate | undefined {
  return all.map((packets) => decisive(ruleset, packets)).find(({ ruling }) => ruling !== "accept");
}

/** What keeps an allow from having its effect; undefined where nothing does. */
export type ObstacleOf = (ruleset: Ruleset, allow: Allow, links: readonly string[]) => Fate | undefined;

/** A way in goes both ways. */
export const obstacleOfWay: ObstacleOf = (ruleset, allow, links) =>
  obstacle(ruleset, [...packetsOf(allow, links), ...answersOf(allow, links)]);

/** A port that an engine publishes goes to its container, whatever rule of the host's own there is for it. */
export const obstacleOfRule: ObstacleOf = (ruleset, allow, links) =>
  obstacle(
    ruleset,
    packetsOf(allow, links).filter((packets) =>
      walk(ruleset, packets).fates.every(({ ruling }) => ruling !== "forward"),
    ),
  );

export const rulingText = {
  accept: "accepted",
  drop: "dropped",
  reject: "rejected",
  forward: "sent to another address",
} as const;

export const inFile = (rules: UserRules, allow: Allow) =>
  rules.blocks.some(({ tuple }) => allows(tuple) && sameTraffic(tuple, allowTuple(allow)));

/** `allow 22/tcp (IPv6)`: without our comment. */
export const allowText = (allow: Allow) =>
  `${tupleText({ ...allowTuple(allow), comment: "" })} (IPv${allow.family})`;
