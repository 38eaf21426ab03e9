/** The way of packets through one table: from chain to chain, and back. */
import type { Chains, Rule } from "../../facts/iptables.ts";
import { matched, type Trip } from "./match.ts";
import type { Space } from "./space.ts";
import { untracks } from "./targets.ts";

/** A rule that packets come to. */
export interface Hit {
  readonly rule: Rule;
  /** The rule that led to its chain; undefined in the first one. */
  readonly via?: Rule | undefined;
  readonly space: Space;
  /** Parts of the space that never come there. */
  readonly except: readonly Space[];
  /** Else it depends on what isn't known of a packet. */
  readonly sure: boolean;
}

export interface PacketVisit {
  readonly chains: Chains;
  readonly trip: Trip;
  /** How many rules may still be looked at; shared by all tables of a walk. */
  readonly budget: { left: number };
  /** Says whether the rule's target ends the way of what it matches. */
  readonly decide: (hit: Hit) => boolean;
}

interface Way {
  readonly via?: Rule;
  readonly space: Space;
  readonly sure: boolean;
  readonly depth: number;
  readonly except: readonly Space[];
}

/** Chains that jump to each other: the kernel refuses loops, a file can have them. */
const deepest = 16;

/** Whether the way of all of the space ends in the chain. */
export const traverse = (visit: PacketVisit, chain: string, space: Space): boolean =>
  enter(visit, chain, { space, sure: true, depth: 0, except: [] });

function enter(visit: PacketVisit, name: string, way: Way): boolean {
  const returned: Space[] = [];
  let noneReturns = true;
  const ends = () => noneReturns && returned.length === 0;
  for (const rule of visit.chains.get(name)?.rules ?? []) {
    if (visit.budget.left-- <= 0) return false;
    const match = matched(rule, way.space, visit.trip);
    if (match === undefined) continue;
    const { space } = match;
    const whole = match.sure && space === way.space;
    const sure = way.sure && noneReturns && match.sure;
    const except = returned.length === 0 ? way.except : [...way.except, ...returned];
    const target = rule.target ?? "";
    if (target === "RETURN") {
      if (whole) return false;
      if (match.sure) returned.push(space);
      else noneReturns = false;
    } else if (visit.chains.has(target)) {
      if (way.depth >= deepest) continue;
      const ended = enter(visit, target, { via: rule, space, sure, depth: way.depth + 1, except });
      if (whole && ended) return ends();
      if (!isGoto(rule)) continue;
      if (whole) return false;
      if (match.sure) returned.push(space);
      else noneReturns = false;
    } else if (visit.decide({ rule, via: way.via, space, except, sure })) {
      if (whole) return ends();
    } else if (untracks(rule)) visit.trip.untracked = whole && sure ? "all" : "some";
  }
  return false;
}

const isGoto = ({ options }: Rule) => options.some(({ name }) => name === "-g" || name === "--goto");
