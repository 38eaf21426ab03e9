/** Whether containers' ports are held to the profile's rules on this host, by which chains, and what that takes. Pure. */
import { type Chains, isJump, parseTables } from "../../../facts/iptables.ts";
import { valueOr, whyUnknown } from "../../../facts/probe.ts";
import type { FamilyRules, FirewallSeen } from "../model.ts";
import type { Family } from "../tuple.ts";
import { namedAlike } from "./bridges.ts";
import { type Chained, chainLines, ourChain, userChain, type WantedChains } from "./chains.ts";

/** Why the profile wants nothing held; undefined where it does. */
export function notAskedFor({ params }: Pick<FirewallSeen, "params">): string | undefined {
  if (params.published === "keep") return "the profile says published: keep";
  return params.defaultIncoming === "allow" ? "the profile lets in whatever no rule names" : undefined;
}

/** Why nothing should be held here; undefined where it should, and where `notTold` has a text. */
export function notWanted(seen: Pick<FirewallSeen, "params" | "facts">): string | undefined {
  const { docker } = seen.facts;
  if (docker.state === "unsupported") return notAskedFor(seen) ?? docker.why;
  return notAskedFor(seen) ?? (docker.state === "absent" ? "there is no docker.service" : undefined);
}

/** Why nobody can tell whether Docker is here, where the profile asks: what there is stays, and nothing is made. */
export const notTold = (seen: Pick<FirewallSeen, "params" | "facts">): string | undefined =>
  notAskedFor(seen) === undefined ? whyUnknown(seen.facts.docker) : undefined;

/** Why no run holds anything here; undefined where it does. Chains of Docker's own tell whether it uses iptables at all. */
export function notHeld(seen: Pick<FirewallSeen, "params" | "facts">): string | undefined {
  const { docker, rules } = seen.facts;
  const runs = valueOr(docker, undefined)?.active === true && rules.state === "present";
  const uses = valueOr(rules, undefined)?.v4?.get("filter")?.has(dockersChain) === true;
  return (
    notWanted(seen) ??
    notTold(seen) ??
    (runs && !uses ? "Docker runs and has no rules in iptables" : undefined)
  );
}

const dockersChain = "DOCKER";

/** Where Docker has rules of its own and doesn't ask before: engines before 23 never do for IPv6. */
export const notAsked = ({ family, live }: Pick<FamilyRules, "family" | "live">): readonly string[] =>
  live?.has(dockersChain) !== true || live.get("FORWARD")?.rules.some((rule) => isJump(rule, userChain))
    ? []
    : [`Docker does not ask ${userChain} for IPv${family}: FORWARD doesn't lead to it`];

/** Undefined where nothing is held. */
export function chained(
  seen: FirewallSeen,
  {
    links,
    ...rules
  }: Pick<WantedChains, "family" | "allows" | "bridges"> & { readonly links: readonly string[] },
): Chained | undefined {
  const policy = seen.params.defaultIncoming;
  if (policy === "allow" || notHeld(seen) !== undefined) return undefined;
  const lines = chainLines({ ...rules, policy, alike: namedAlike(links, rules.bridges) });
  return { lines, chains: parseTables(["*filter", ...lines].join("\n")).get("filter")! };
}

/** How the kernel's chains differ from the wanted ones, as ends of a sentence; none where they don't. */
export function differences({ family, live, read, published }: FamilyRules): readonly string[] {
  if (published === undefined || live === undefined) return [];
  const texts = (chains: Chains, name: string) =>
    chains.get(name)?.rules.map((rule) => read.normalRule(rule));
  const other = [...published.chains.keys()].filter((name) => {
    const [now, wanted] = [texts(live, name), texts(published.chains, name)];
    return now?.join("\n") !== wanted?.join("\n");
  });
  const leads = live.get(userChain)?.rules.some((rule) => isJump(rule, ourChain)) === true;
  return [
    ...other.map(
      (name) => `the chain ${name} of IPv${family} ${live.has(name) ? "differs" : "is not there"}`,
    ),
    ...(leads ? [] : [`${userChain} of IPv${family} doesn't lead to ${ourChain}`]),
  ];
}

/** The kernel has chains of ours. */
export const isLoaded = ({ live }: Pick<FamilyRules, "live">) => live?.has(ourChain) === true;

export const toolOf = (family: Family) => (family === 4 ? "iptables" : "ip6tables");
