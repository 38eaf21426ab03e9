/** What a ruleset does with packets: netfilter's own walk through all of its tables. */
import type { Chains, Rule, Tables } from "../../facts/iptables.ts";
import { lazy, onceByText } from "../../once.ts";
import { type Fate, type Ruling, taken, untilDecided, type Walked } from "./fates.ts";
import type { LinkTo } from "./links.ts";
import type { Trip } from "./match.ts";
import { changeOf, type NatChange } from "./nat.ts";
import type { RulesReader } from "./reader.ts";
import { allPeers, allPorts, peersOf, portsOf, remainder, type Space } from "./space.ts";
import { isStrange } from "./targets.ts";
import { type Hit, traverse } from "./traverse.ts";
import type { Family } from "./tuple.ts";

export interface Ruleset {
  /** The kernel's tables of one family; of both of iptables' backends where both have some, the one in use first. */
  readonly tables: readonly Tables[];
  readonly read: RulesReader;
  readonly linkTo: LinkTo;
  /** What becomes of those packets; the answer to each question is kept. */
  readonly walk: (packets: Packets) => Walked;
  /** What its rules name. */
  readonly named: () => Named;
}

interface Named {
  readonly protocols: ReadonlySet<string>;
  /** Interfaces that packets come in by. */
  readonly links: ReadonlySet<string>;
}

export interface Packets {
  readonly family: Family;
  readonly protocol: string;
  /** Of ICMPv6, the number of a message of neighbour discovery (RFC 4861): from the link alone, and in no table of connections. */
  readonly discovery?: string;
  /** To the host, from it, or over it by the interface `out`. */
  readonly hook: "INPUT" | "OUTPUT" | "FORWARD";
  readonly out?: string;
  /** The first of a connection, or a later one. */
  readonly state: "NEW" | "ESTABLISHED";
  /** Where they go to, or with `side` where they come from: `22`, `6000:6010`; undefined: all. */
  readonly port?: string;
  readonly side?: "source";
  /** The other end: an address or a network. */
  readonly peer: string;
  /** Interfaces that they come or go by. */
  readonly links: readonly string[];
}

/** Rules that are looked at in one walk. */
const mostRules = 100_000;

/** Questions that are remembered of one ruleset: guards and checks ask for the same packets. */
const mostQuestions = 1000;

/** `read`: of the tables' family, and shared by rulesets that have rules in common. */
export function rulesetOf(
  tables: readonly Tables[],
  read: RulesReader,
  linkTo: LinkTo = () => undefined,
): Ruleset {
  const rules = { tables, read, linkTo };
  const answer = onceByText((question) => walkAnew(rules, JSON.parse(question) as Packets), mostQuestions);
  const named = lazy(() => namedIn(rules));
  return { ...rules, walk: (packets) => answer(JSON.stringify(packets)), named };
}

type Rules = Pick<Ruleset, "tables" | "read" | "linkTo">;

function namedIn({ tables, read }: Rules): Named {
  const [protocols, links] = [new Set<string>(), new Set<string>()];
  const sets: Readonly<Record<string, Set<string>>> = { "-p": protocols, "-i": links };
  for (const table of tables)
    for (const chains of table.values())
      for (const { rules } of chains.values())
        for (const rule of rules)
          for (const { name, values } of read.normalOptions(rule))
            for (const value of values) sets[name]?.add(value);
  return { protocols, links };
}

export const walk = (ruleset: Ruleset, packets: Packets): Walked => ruleset.walk(packets);

function walkAnew({ tables, read, linkTo }: Rules, packets: Packets): Walked {
  const { family, protocol, discovery, hook, out: leaving, state, port, side, peer, links } = packets;
  const ports = port === undefined ? allPorts : (portsOf(port) ?? allPorts);
  const asked: Space = { ports, peers: peersOf(peer) ?? allPeers[family], links };
  const trip: Trip = {
    family,
    read,
    protocol,
    hook,
    state,
    side: side ?? "destination",
    ...(leaving === undefined ? {} : { out: leaving }),
    ...(discovery === undefined ? { untracked: "none" } : { untracked: "all", discovery }),
  };
  const walker: Walker = { tables, linkTo, trip, fates: [], strange: new Set(), budget: { left: mostRules } };
  if (hook === "OUTPUT") pass(walker, out, asked);
  else {
    for (const [table, chain] of early) takeAway(walker, { table, chain, space: asked });
    if (state === "NEW" && hook === "INPUT") changeDestinations(walker, asked);
    pass(walker, hook === "INPUT" ? into : through, asked);
  }
  const strange = [...walker.strange].map(({ text }) => text);
  return { asked, fates: untilDecided(walker.fates, asked), strange, cut: walker.budget.left < 0 };
}

interface Walker {
  readonly tables: readonly Tables[];
  readonly linkTo: LinkTo;
  readonly trip: Trip;
  readonly fates: Fate[];
  /** Rules after which nobody knows what a packet is. */
  readonly strange: Set<Rule>;
  readonly budget: { left: number };
}

type Stage = readonly [table: string, chain: string];

/** Before the host knows whether a packet is for itself. */
const early: readonly Stage[] = [
  ["raw", "PREROUTING"],
  ["mangle", "PREROUTING"],
];
/** Which of two tables takes a packet away, nobody can tell: so the one that decides about the rest comes last. */
const into: readonly Stage[] = [
  ["mangle", "INPUT"],
  ["security", "INPUT"],
  ["filter", "INPUT"],
];
const through: readonly Stage[] = [
  ["mangle", "FORWARD"],
  ["security", "FORWARD"],
  ["filter", "FORWARD"],
];
const out: readonly Stage[] = [
  ["raw", "OUTPUT"],
  ["mangle", "OUTPUT"],
  ["mangle", "POSTROUTING"],
  ["security", "OUTPUT"],
  ["filter", "OUTPUT"],
];

interface At {
  readonly table: string;
  readonly chain: string;
  readonly space: Space;
}

function pass(walker: Walker, stages: readonly Stage[], space: Space): void {
  for (const [table, chain] of stages.slice(0, -1)) takeAway(walker, { table, chain, space });
  const [table, chain] = stages.at(-1)!;
  const [main, ...others] = walker.tables;
  for (const each of others) takeAway({ ...walker, tables: [each] }, { table, chain, space });
  const chains = main?.get(table) ?? new Map();
  const decide = ({ rule, ...found }: Hit) => {
    const ruling = rulings[rule.target ?? ""];
    if (ruling !== undefined) walker.fates.push({ ruling, rule, by: rule.text, ...found });
    // A program decides, and what it accepts comes to no further rule.
    else if (rule.target === "NFQUEUE")
      walker.fates.push({ ruling: "accept", rule, by: rule.text, ...found, sure: false });
    else if (isStrange(rule)) walker.strange.add(rule);
    return ruling !== undefined;
  };
  if (!traverse({ ...walker, chains, decide }, chain, space))
    walker.fates.push(policyOf(chains, chain, space));
}

const rulings: Readonly<Record<string, Ruling>> = { ACCEPT: "accept", DROP: "drop", REJECT: "reject" };

function policyOf(chains: Chains, chain: string, space: Space): Fate {
  const word = chains.get(chain)?.policy ?? "ACCEPT";
  const ruling = word === "ACCEPT" ? "accept" : "drop";
  return { ruling, by: `${chain}'s policy ${word}`, space, except: [], sure: true };
}

/** A table whose accepting only means that the packet comes to the next one. */
function takeAway(walker: Walker, { table, chain, space }: At): void {
  for (const chains of walker.tables.flatMap((each) => each.get(table) ?? [])) {
    const passed: Space[] = [];
    const decide = ({ rule, ...found }: Hit) => {
      const ruling = rulings[rule.target ?? ""];
      const except = [...passed, ...found.except];
      if (ruling === "accept") passed.push(...taken(found));
      else if (ruling !== undefined) walker.fates.push({ ruling, rule, by: rule.text, ...found, except });
      else if (isStrange(rule)) walker.strange.add(rule);
      return ruling !== undefined;
    };
    const ended = traverse({ ...walker, chains, decide }, chain, space);
    const rest = policyOf(chains, chain, space);
    if (!ended && rest.ruling !== "accept") walker.fates.push({ ...rest, except: passed });
  }
}

/** The first rule of a connection's first packet that names another destination is for the whole connection. */
function changeDestinations(walker: Walker, space: Space): void {
  for (const chains of walker.tables.flatMap((each) => each.get("nat") ?? [])) {
    const passed: Space[] = [];
    const decide = (hit: Hit) => {
      const change = changeOf(hit.rule, walker.trip.family);
      const found = { ...hit, except: [...passed, ...hit.except] };
      if (change === undefined && hit.rule.target !== "ACCEPT") {
        if (isStrange(hit.rule)) walker.strange.add(hit.rule);
        return false;
      }
      if (change !== undefined) walker.fates.push(...changed(walker, found, change));
      passed.push(...taken(found));
      return true;
    };
    traverse({ ...walker, chains, decide }, "PREROUTING", space);
  }
}

/** What becomes of packets with another destination, told of the ports that they were sent to. */
function changed(walker: Walker, hit: Hit, change: NatChange): readonly Fate[] {
  const space = { ...hit.space, ports: change.ports ?? hit.space.ports };
  const hook = change.local ? "INPUT" : "FORWARD";
  const link = change.to === undefined ? undefined : walker.linkTo(change.to);
  const changed = { to: change.to, ports: hit.space.ports, link };
  const trip: Trip = { ...walker.trip, hook, changed };
  const beyond: Walker = { ...walker, trip, fates: [] };
  pass(beyond, change.local ? into : through, space);
  return untilDecided(beyond.fates, space).flatMap((fate, index, all) => {
    const pieces = remainder(fate.space, [...fate.except, ...all.slice(0, index).flatMap(taken)]);
    const accepted = fate.ruling === "accept";
    return pieces.map(
      (piece): Fate => ({
        ruling: accepted && !change.local ? "forward" : fate.ruling,
        ...(accepted
          ? { rule: hit.rule, by: hit.rule.text }
          : { ...(fate.rule && { rule: fate.rule }), by: fate.by }),
        space: { ...piece, ports: change.ports === undefined ? piece.ports : hit.space.ports },
        except: hit.except,
        sure: hit.sure && fate.sure,
        changedTo: change.text,
      }),
    );
  });
}
