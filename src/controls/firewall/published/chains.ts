/**
 * The chains that hold what containers publish to the profile's rules. Docker's own chain DOCKER-USER leads to them, and
 * it forwards by rules of its own whatever comes back from there. By the port that a packet was sent to
 * (iptables-extensions(8), conntrack), for its destination has been changed before.
 */
import { type Chains, isJump, jump } from "../../../facts/iptables.ts";
import { chain as ourChain } from "../../../kinds/published.ts";
import type { Policy } from "../logging.ts";
import { type Allow, type Family, zeroNetwork } from "../tuple.ts";
import { unnamed } from "./bridges.ts";

export const userChain = "DOCKER-USER";
export { ourChain };

const inwards = `${ourChain}-in`;

/** As the profile wants them of one family. */
export interface Chained {
  readonly lines: readonly string[];
  readonly chains: Chains;
}

/** With our chains, and the way to them. */
export function withPublished(filter: Chains, published: Chained | undefined): Chains {
  if (published === undefined) return filter;
  const own = filter.get(userChain)?.rules ?? [];
  const rules = own.some((rule) => isJump(rule, ourChain)) ? own : [jump(userChain, ourChain), ...own];
  return new Map([...filter, ...published.chains, [userChain, { rules }]]);
}

export interface WantedChains {
  readonly family: Family;
  readonly policy: Exclude<Policy, "allow">;
  readonly allows: readonly Allow[];
  /** Those of the engine. */
  readonly bridges: readonly string[];
  /** The host's own that are named like the engine's. */
  readonly alike: readonly string[];
}

/** Docker's own, by names that don't change: the second comes with a swarm. */
const fixed = ["docker0", "docker_gwbridge"];

/** Lines for iptables-restore(8), without the table's name. */
export function chainLines({ family, policy, allows, bridges, alike }: WantedChains): readonly string[] {
  const engines = [...new Set([...fixed, ...bridges.filter((name) => !isUnnamed(name))].sort()), unnamed];
  const own = [...alike].sort();
  const end = policy === "reject" ? "REJECT" : "DROP";
  return [
    `:${ourChain} - [0:0]`,
    `:${inwards} - [0:0]`,
    `-A ${ourChain} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    ...own.map((name) => `-A ${ourChain} -i ${name} -g ${inwards}`),
    // From one container to another's port, and from any to the world.
    ...engines.map((name) => `-A ${ourChain} -i ${name} -j RETURN`),
    `-A ${ourChain} -j ${inwards}`,
    ...own.map((name) => `-A ${inwards} -o ${name} -j RETURN`),
    ...allows.flatMap((allow) => allowLines(allow, family)),
    // Whatever else comes to a container, by its own address, too.
    ...engines.map((name) => `-A ${inwards} -o ${name} -j ${end}`),
  ];
}

const isUnnamed = (name: string) => /^br-[0-9a-f]{12}$/.test(name);

function allowLines({ port, protocol, from }: Allow, family: Family): readonly string[] {
  const source = from === zeroNetwork[family] ? "" : ` -s ${from}`;
  const sent = `-m conntrack --ctstate DNAT --ctorigdstport ${port} --ctdir ORIGINAL`;
  const protocols = protocol === "any" ? ["tcp", "udp"] : [protocol];
  return protocols.map((each) => `-A ${inwards}${source} -p ${each} ${sent} -j RETURN`);
}
