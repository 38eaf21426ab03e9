/** The host's own rules in ufw's files that let in more than the profile names: with `otherRules: remove` they go. */
import { parseTables } from "../../facts/iptables.ts";
import type { Access } from "../../plan/access.ts";
import { parseNetwork } from "../../profile/network.ts";
import { packetsOf } from "./effective.ts";
import { letIn } from "./let-in.ts";
import type { FamilyRules } from "./model.ts";
import type { Family } from "./tuple.ts";
import { allows, type Block } from "./user-rules.ts";
import { type Ruleset, rulesetOf, walk } from "./walk.ts";

/** What a family's rules are judged by. */
export type Named = Pick<FamilyRules, "family" | "prefix" | "policies" | "allows" | "links" | "read">;

export interface OtherRules {
  /** Those that can go. */
  readonly removed: readonly Block[];
  /** Those by which the planned login, or this very run, comes in. */
  readonly spared: readonly Block[];
  /** Those that may let in the packets of a tunnel by which the planned login, or this run, may come. */
  readonly carriers: readonly Block[];
}

/** `tunnel`: the planned login, or this run, may come by one. */
export interface Comers {
  readonly access: Access;
  readonly tunnel: boolean;
}

export function otherRules(blocks: readonly Block[], named: Named, { access, tunnel }: Comers): OtherRules {
  const others = blocks
    .filter(({ ours, tuple }) => !ours && allows(tuple) && tuple.direction.startsWith("in"))
    .map((block) => ({ block, alone: aloneIn(block, named) }))
    .filter(({ alone }) => letIn(named, alone).openings.length > 0);
  const spared = others.filter(({ alone }) => letsInLogin(alone, named, access)).map(({ block }) => block);
  const rest = others.map(({ block }) => block).filter((block) => !spared.includes(block));
  const carriers = tunnel ? rest.filter(mayCarry) : [];
  return { removed: rest.filter((block) => !carriers.includes(block)), spared, carriers };
}

/** WireGuard, VXLAN and IPsec's keys are UDP; the others have protocols of their own. */
const mayCarry = ({ tuple }: Block) => tuple.protocol !== "tcp";

/** What a rule lets in is told by itself: another one before it may go, too. */
function aloneIn({ text }: Block, { prefix, read }: Named): Ruleset {
  const chains = [
    ...["*filter", ":INPUT DROP [0:0]", `-A INPUT -j ${prefix}-user-input`],
    ...[text, `-A ${prefix}-user-limit-accept -j ACCEPT`],
  ];
  return rulesetOf([parseTables(chains.join("\n"))], read);
}

function letsInLogin(alone: Ruleset, { family, links }: Named, { now, planned, caller }: Access): boolean {
  const ports = new Set([...now.ports, ...planned.ports]);
  const peers = [...planned.callers, ...(caller === undefined ? [] : [caller])];
  return peers
    .filter((peer) => isOf(family, peer))
    .flatMap((from) =>
      [...ports].flatMap((port) =>
        packetsOf({ family, port: String(port), protocol: "tcp", from, comment: "" }, links),
      ),
    )
    .some((packets) => walk(alone, packets).fates.some(({ ruling }) => ruling === "accept"));
}

const isOf = (family: Family, network: string) => parseNetwork(network)?.bits === (family === 4 ? 32 : 128);
