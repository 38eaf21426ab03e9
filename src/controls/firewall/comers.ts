/** Who comes to a port of the host from elsewhere, by the rules in force: to a program there, or to what a container publishes. Pure. */
import type { RoutesFact } from "../../facts/routes.ts";
import type { RulesFact } from "../../facts/rules.ts";
import { parseNetwork } from "../../profile/network.ts";
import { reachedBy } from "./fates.ts";
import { inForce } from "./in-force.ts";
import { wantedSpaces } from "./let-in.ts";
import { allPeers, remainder, type Space, union, without } from "./space.ts";
import { type Allow, type Family, zeroNetwork } from "./tuple.ts";
import { walk } from "./walk.ts";

export interface HostPort {
  /** Of the host; empty, 0.0.0.0 and :: for all of them. */
  readonly address: string;
  readonly protocol: string;
  /** `443`, `8000:8010`. */
  readonly port: string;
}

/** `as planned`: only whom the profile's rules let in. Undefined where there are more rules than were looked at. */
export type Comers = "nobody" | "as planned" | "some" | "anybody" | undefined;

export interface JudgedRules {
  readonly rules: RulesFact;
  readonly routes: RoutesFact | undefined;
  /** What the profile lets in. */
  readonly allowsOf: (family: Family) => readonly Allow[];
}

/** More are named than there are, never fewer: where a packet's fate isn't sure, it comes in. */
export function comersOf({ rules, routes, allowsOf }: JudgedRules): (port: HostPort) => Comers {
  const { links, ruleset } = inForce(rules, routes);
  const ofFamily = (family: Family, { protocol, port }: HostPort): Comers => {
    const packets = { family, protocol, port, links, hook: "INPUT", state: "NEW" } as const;
    const walked = walk(ruleset(family), { ...packets, peer: zeroNetwork[family] });
    if (walked.cut) return undefined;
    const open = walked.fates
      .filter(({ ruling }) => ruling === "accept" || ruling === "forward")
      .flatMap((fate) => reachedBy(walked, fate));
    return toldOf(open, wantedSpaces({ family, allows: allowsOf(family) }, protocol, links), family);
  };
  return (port) =>
    familiesOf(port.address, rules)
      .map((family) => ofFamily(family, port))
      .reduce(wider);
}

function toldOf(open: readonly Space[], wanted: readonly Space[], family: Family): Comers {
  if (open.length === 0) return "nobody";
  const others = open.flatMap((piece) => remainder(piece, wanted));
  if (others.length === 0) return "as planned";
  return without(allPeers[family], union(others.flatMap(({ peers }) => peers))).length === 0
    ? "anybody"
    : "some";
}

function familiesOf(address: string, { ipv6 }: RulesFact): readonly Family[] {
  const bits = address === "" || address === "0.0.0.0" ? undefined : parseNetwork(address)?.bits;
  if (address === "::" || bits === 128) return [6];
  return bits === 32 || address === "0.0.0.0" || !ipv6 ? [4] : [4, 6];
}

const order: readonly Comers[] = ["nobody", "as planned", "some", undefined, "anybody"];
const wider = (a: Comers, b: Comers): Comers => (order.indexOf(a) > order.indexOf(b) ? a : b);
