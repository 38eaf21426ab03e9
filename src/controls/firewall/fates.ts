/** What becomes of packets: each rule or policy that decides about some, in the kernel's order. */
import type { Rule } from "../../facts/iptables.ts";
import { createTaken, isLeft, remainder, type Space } from "./space.ts";

/** `forward`: to another address than the host's, and let through there. */
export type Ruling = "accept" | "drop" | "reject" | "forward";

/** What becomes of those packets of a space that nothing before has decided about. */
export interface Fate {
  readonly ruling: Ruling;
  /** Undefined where a chain's policy decides. */
  readonly rule?: Rule;
  /** The rule that led to the chain of that one. */
  readonly via?: Rule | undefined;
  /** The rule, or the chain's policy; for a person. */
  readonly by: string;
  readonly space: Space;
  /** Parts of the space that never come there. */
  readonly except: readonly Space[];
  /** Else it depends on what isn't known of a packet. */
  readonly sure: boolean;
  /** Where the destination was changed to; for a person. */
  readonly changedTo?: string;
}

export interface Walked {
  readonly asked: Space;
  /** In the kernel's order; the last of them decides about the rest. */
  readonly fates: readonly Fate[];
  /** Rules that packets may come to, and after which nobody knows what they are; for a person. */
  readonly strange: readonly string[];
  /** There are more rules than were looked at. */
  readonly cut: boolean;
}

/** What has been decided about for sure. */
export const taken = ({ space, except, sure }: Pick<Fate, "space" | "except" | "sure">): readonly Space[] =>
  !sure ? [] : except.length === 0 ? [space] : remainder(space, except);

/** Without those that nothing of the space comes to any more. */
export function untilDecided(fates: readonly Fate[], space: Space): readonly Fate[] {
  const before = fates.slice(0, -1).flatMap(taken);
  if (isLeft(space, before)) return fates;
  const sofar: Space[] = [];
  const last = fates.findIndex((fate) => {
    sofar.push(...taken(fate));
    return !isLeft(space, sofar);
  });
  return fates.slice(0, last + 1);
}

/** What earlier rules have taken away for sure. */
export const takenBefore = ({ fates }: Walked, fate: Fate): readonly Space[] =>
  fates.slice(0, fates.indexOf(fate)).flatMap((each) => (each.ruling === "accept" ? [] : taken(each)));

/** The part of the space, in pieces, that still comes there; at most, for what isn't sure takes nothing away. */
export const reachedBy = (walked: Walked, fate: Fate): readonly Space[] =>
  remainder(fate.space, [...fate.except, ...takenBefore(walked, fate)]);

/** Those that a packet of their space still comes to, for all that is known. */
export function reached({ fates }: Walked): ReadonlySet<Fate> {
  const before = createTaken();
  return new Set(
    fates.filter((fate) => {
      const isOpen = isLeft(fate.space, [...fate.except, ...before.spaces()]);
      for (const each of taken(fate)) before.add(each);
      return isOpen;
    }),
  );
}
