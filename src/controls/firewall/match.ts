/** Which packets of a space a rule matches: netfilter's conditions, with "maybe" where the packet isn't known well enough. */
import type { Option, Rule } from "../../facts/iptables.ts";
import { parseNetwork } from "../../profile/network.ts";
import {
  allPeers,
  allPorts,
  anyLink,
  count,
  meet,
  peersOf,
  portsOf,
  type Ranges,
  type Space,
  without,
} from "./space.ts";
import type { Family } from "./tuple.ts";

/** What all packets of a walk have in common. */
export interface Trip {
  readonly family: Family;
  readonly read: { readonly conditions: (rule: Rule) => readonly Condition[] };
  readonly protocol: string;
  /** Of neighbour discovery, the message's number. */
  readonly discovery?: string;
  readonly hook: "INPUT" | "OUTPUT" | "FORWARD";
  /** The first packet of a connection, or a later one, as the connection table has it. */
  readonly state: "NEW" | "ESTABLISHED";
  /** Which of the packet's ports is the space's; the other isn't known. */
  readonly side: "destination" | "source";
  /** Some of the packets, or all, are kept out of the connection table. */
  untracked: "none" | "some" | "all";
  /** The interface by which forwarded packets leave whose destination is as it was. */
  readonly out?: string;
  /** Where a changed destination leads, and to which ports the packets were sent. */
  readonly changed?: {
    readonly to: Ranges | undefined;
    readonly ports: Ranges;
    /** The interface by which they leave then; undefined where that isn't known. */
    readonly link: string | undefined;
  };
}

export interface Matched {
  /** The space itself where nothing is left out. */
  readonly space: Space;
  /** All packets of it match; else it depends on what isn't known. */
  readonly sure: boolean;
}

type Match = "yes" | "no" | "maybe";

export interface Condition {
  readonly name: string;
  readonly not: boolean;
  readonly value: string;
  /** Of addresses and ports, with the negation in it; undefined where the text can't be read. */
  readonly ranges: Ranges | undefined;
}

/** What is no match, but the target or one of its options. */
const isTarget =
  /^(-j|-g|--(reject-with|log-.*|limit-burst|to-.*|nflog-.*|set-.*|notrack|queue-.*|random.*|persistent|on-.*))$/;

/** Matches that decide without an option of their own. */
const bareMatches: ReadonlySet<string> = new Set([
  ...["socket", "rpfilter", "eui64", "ah", "esp", "frag", "dst", "hbh", "mh", "policy", "unclean"],
]);

/** `normal`: the rule's options in their one spelling. */
export function conditionsOf(
  { options }: Rule,
  normal: readonly Option[],
  family: Family,
): readonly Condition[] {
  const bare = options.some(({ name, values: [value = ""] }) => name === "-m" && bareMatches.has(value));
  const named = normal
    .filter(({ name }) => !isTarget.test(name))
    .map(({ name, not, values: [value = ""] }): Condition => {
      const all = isAddress.test(name) ? allPeers[family] : allPorts;
      const ranges = isAddress.test(name)
        ? addressesOf(name, value)
        : isPort.test(name)
          ? portsOf(value)
          : undefined;
      return { name, not, value, ranges: not && ranges !== undefined ? without(all, ranges) : ranges };
    });
  return bare ? [...named, { name: "bare match", not: false, value: "", ranges: undefined }] : named;
}

const isAddress = /^(-s|-d|--src-range|--dst-range)$/;
const isPort = /^(--[ds]ports?|--ports|--ctorigdstport)$/;

function addressesOf(name: string, value: string): Ranges | undefined {
  if (!name.endsWith("-range")) return peersOf(value);
  const [from, to] = value.split("-").map((each) => parseNetwork(each)?.value);
  return from === undefined || to === undefined ? undefined : [[from, to]];
}

/** Undefined where no packet of the space matches. */
export function matched(rule: Rule, space: Space, trip: Trip): Matched | undefined {
  let found = space;
  let sure = true;
  for (const condition of trip.read.conditions(rule)) {
    const answer = answerOf(condition, trip, found);
    if (answer === "no") return undefined;
    if (answer === "maybe") sure = false;
    else if (answer !== "yes") {
      const next = meet(found, answer);
      if (next === undefined) return undefined;
      found = next;
    }
  }
  return { space: found, sure };
}

const yesNo = (is: boolean): Match => (is ? "yes" : "no");
const turned = { yes: "no", no: "yes", maybe: "maybe" } as const;

/** The part of the space that matches, or one word for all of it. */
function answerOf(condition: Condition, trip: Trip, space: Space): Match | Space {
  const { name, ranges, not } = condition;
  switch (name) {
    case "-s":
    case "--src-range":
      return trip.hook === "OUTPUT" ? ownAddress(condition, trip, space) : narrowed(space, "peers", ranges);
    case "-d":
    case "--dst-range":
      return trip.hook === "OUTPUT" ? narrowed(space, "peers", ranges) : ownAddress(condition, trip, space);
    case "--dport":
    case "--dports":
    case "--sport":
    case "--sports":
      return name.startsWith("--d") === (trip.side === "destination")
        ? narrowed(space, "ports", ranges)
        : within(ranges, allPorts);
    case "--ctorigdstport":
      return trip.changed === undefined ? "maybe" : within(ranges, trip.changed.ports);
    case "-i":
    case "-o":
      return linkAnswer(condition, trip, space);
    default: {
      const match = wordMatch(condition, trip);
      return not ? turned[match] : match;
    }
  }
}

const narrowed = (space: Space, dimension: "ports" | "peers", ranges: Ranges | undefined): Match | Space =>
  ranges === undefined ? "maybe" : { ...space, [dimension]: ranges };

/** Whether all, none or some of what isn't known better lies there. */
function within(ranges: Ranges | undefined, all: Ranges): Match {
  if (ranges === undefined) return "maybe";
  const rest = without(all, ranges);
  if (rest.length === 0) return "yes";
  return count(rest) === count(all) ? "no" : "maybe";
}

const loopback = { 4: peersOf("127.0.0.0/8")!, 6: peersOf("::1")! } as const;
const multicast = { 4: peersOf("224.0.0.0/4")!, 6: peersOf("ff00::/8")! } as const;
const hosts = {
  4: without(without(allPeers[4], loopback[4]), multicast[4]),
  6: without(without(allPeers[6], loopback[6]), multicast[6]),
} as const;

/** One of the host's own addresses, of which only is known what it isn't. */
function ownAddress({ ranges }: Condition, { family, hook, changed }: Trip, { links }: Space): Match {
  if (changed !== undefined) return changed.to === undefined ? "maybe" : within(ranges, changed.to);
  if (hook === "FORWARD") return "maybe";
  return within(ranges, links.every((link) => link === "lo") ? loopback[family] : hosts[family]);
}

function linkAnswer({ name, not, value }: Condition, trip: Trip, space: Space): Match | Space {
  const { hook, changed } = trip;
  if (value === "+") return yesNo(!not);
  const other = hook === "INPUT" ? "-o" : hook === "OUTPUT" ? "-i" : undefined;
  if (name === other) return yesNo(not);
  const is = (link: string) => (value.endsWith("+") ? link.startsWith(value.slice(0, -1)) : link === value);
  if (hook === "FORWARD" && name === "-o") {
    if (value === "lo") return yesNo(not);
    const link = changed === undefined ? trip.out : changed.link;
    return link === undefined ? "maybe" : yesNo(is(link) !== not);
  }
  if (space.links.includes(anyLink) && value !== "lo") return "maybe";
  return { ...space, links: space.links.filter((link) => is(link) !== not) };
}

function wordMatch({ name, value }: Condition, trip: Trip): Match {
  const words = value.split(",");
  switch (name) {
    case "-p":
      return yesNo(value === trip.protocol || value === "all");
    case "--ctstate":
    case "--state":
      return stateMatch(words, trip);
    case "--ctdir":
      return trip.state === "NEW" ? yesNo(value === "ORIGINAL") : "maybe";
    case "--dst-type":
      return trip.hook === "INPUT" ? yesNo(words.includes("LOCAL")) : "maybe";
    case "--icmpv6-type":
      return trip.discovery === undefined ? "maybe" : yesNo(value === trip.discovery);
    case "--hl-eq":
      // RFC 4861, 7.1: what has come over a router is thrown away.
      return trip.discovery === undefined ? "maybe" : yesNo(value === "255");
    case "--syn":
      return flagsMatch("FIN,SYN,RST,ACK SYN", trip);
    case "--tcp-flags":
      return flagsMatch(value, trip);
    case "--comment":
    case "--set":
      return "yes";
    case "--rt-type":
    case "-f":
      return "no";
    default:
      return "maybe";
  }
}

function stateMatch(words: readonly string[], { state, untracked, changed }: Trip): Match {
  const tracked = words.includes(state) || (changed !== undefined && words.includes("DNAT"));
  const without = words.includes("UNTRACKED");
  if (untracked === "none") return yesNo(tracked);
  if (untracked === "all") return yesNo(without);
  return tracked && without ? "yes" : tracked || without ? "maybe" : "no";
}

/** A first packet has SYN; the answers have ACK, the first of them SYN too. */
function flagsMatch(value: string, { state }: Trip): Match {
  const [mask = "", set = ""] = value.split(" ");
  const asked = (mask === "ALL" ? "FIN,SYN,RST,PSH,ACK,URG" : mask).split(",");
  const wanted = set === "NONE" ? [] : set === "ALL" ? asked : set.split(",");
  const fits = (flags: readonly string[]) =>
    asked.every((flag) => flags.includes(flag) === wanted.includes(flag));
  if (state === "NEW") return yesNo(fits(["SYN"]));
  const answers = [fits(["ACK"]), fits(["SYN", "ACK"])];
  return answers.every(Boolean) ? "yes" : answers.some(Boolean) ? "maybe" : "no";
}
