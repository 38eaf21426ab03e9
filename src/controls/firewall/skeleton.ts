/** The chains that ufw itself sets up (ufw-init-functions 0.36.2, `ufw_start`), and those of its files, as one ruleset. */
import { type Chain, type Chains, isJump, jump, parseTables } from "../../facts/iptables.ts";
import type { Policy } from "./logging.ts";
import type { FamilyRules } from "./model.ts";
import { withPublished } from "./published/chains.ts";
import { type Ruleset, rulesetOf } from "./walk.ts";

export const builtins = { INPUT: "input", OUTPUT: "output" } as const;

/** Those that a start of ufw sets up. */
const started = { ...builtins, FORWARD: "forward" } as const;

/** ufw's own chains that a built-in one jumps to, in this order. */
export const primaryChains = (prefix: string, direction: string): readonly string[] =>
  ["before-logging", "before", "after", "after-logging", "reject", "track"].map(
    (each) => `${prefix}-${each}-${direction}`,
  );

const words = { allow: "ACCEPT", deny: "DROP", reject: "REJECT" } as const;

/** The built-in chain's policy for one of ufw's. */
export const kernelPolicy = (policy: Policy) => (policy === "allow" ? "ACCEPT" : "DROP");

/** What the policy puts into ufw's chains `reject`, `track` and `skip-to-policy` of one direction. */
export function policyRules(prefix: string, direction: string, policy: Policy): string {
  const track = (protocol: string) =>
    `-A ${prefix}-track-${direction} -p ${protocol} -m conntrack --ctstate NEW -j ACCEPT`;
  return [
    ...["reject", "track", "skip-to-policy"].map((each) => `:${prefix}-${each}-${direction} - [0:0]`),
    ...(policy === "reject" ? [`-A ${prefix}-reject-${direction} -j REJECT`] : []),
    ...(policy === "allow" ? [track("tcp"), track("udp")] : []),
    `-A ${prefix}-skip-to-policy-${direction} -j ${words[policy]}`,
  ].join("\n");
}

/** The chains of user.rules as it is wanted. */
export const userChains = ({ wantedText }: Pick<FamilyRules, "wantedText">): Chains =>
  parseTables(wantedText.toString("latin1")).get("filter")!;

/** The ruleset that the kernel will have: the host's own chains and rules as they are, ufw's by its files. */
export function plannedChains(view: FamilyRules): Chains {
  const { prefix, policies, live = new Map<string, Chain>() } = view;
  const all = new Map([...live].filter(([name]) => !name.startsWith(`${prefix}-`)));
  const add = (chains: Chains) => {
    for (const [name, chain] of chains) if (!(name in started)) all.set(name, chain);
  };
  for (const direction of Object.values(started)) {
    for (const chain of primaryChains(prefix, direction)) all.set(chain, { rules: [] });
    add(parseTables(`*filter\n${policyRules(prefix, direction, policies[direction])}`).get("filter")!);
  }
  add(view.before);
  add(view.after);
  add(userChains(view));
  for (const [name, direction] of Object.entries(started)) {
    const own = live.get(name)?.rules ?? [];
    const missing = primaryChains(prefix, direction).filter((to) => !own.some((rule) => isJump(rule, to)));
    const rules = [...own, ...missing.map((to) => jump(name, to))];
    // Engines set the policy for what they forward, too; ufw sets it only when it starts.
    const kept = name === "FORWARD" && live.has(`${prefix}-user-input`) ? live.get(name)?.policy : undefined;
    all.set(name, { policy: kept ?? kernelPolicy(policies[direction]), rules });
    const before = `${prefix}-before-${direction}`;
    all.set(before, {
      rules: [...(all.get(before)?.rules ?? []), jump(before, `${prefix}-user-${direction}`)],
    });
  }
  return all;
}

function withFilter({ ruleset, read, published }: FamilyRules, filter: Chains): Ruleset {
  const [main = new Map(), ...others] = ruleset.tables;
  const tables = [new Map([...main, ["filter", withPublished(filter, published)]]), ...others];
  return rulesetOf(tables, read, ruleset.linkTo);
}

/** All tables as the kernel will have them. */
export const plannedRuleset = (view: FamilyRules): Ruleset => withFilter(view, plannedChains(view));

/** As the kernel would have them with the profile's rules in it, and everything else as it is. */
export function loadedRuleset(view: FamilyRules): Ruleset {
  return withFilter(view, new Map([...(view.live ?? []), ...userChains(view)]));
}
