/** Bridges of the container engine, by its own rules, and those of the host that are named like them. Pure. */
import type { Chains, Rule } from "../../../facts/iptables.ts";
import type { RulesFact } from "../../../facts/rules.ts";

/** Such as iptables takes it and means this one alone: see netdevice(7). */
const isPlain = (name: string) => /^[\w.@:-]{1,15}$/.test(name);

const outOf = (rule: Rule) => rule.options.find(({ name, not }) => name === "-o" && !not)?.values[0] ?? "";

/** Docker has a rule `-o BRIDGE -j DOCKER` for each, whatever it is called. */
const containerBridges = (filter: Chains | undefined): readonly string[] => [
  ...new Set(
    [...(filter?.values() ?? [])]
      .flatMap(({ rules }) => rules)
      .flatMap((rule) => (rule.target === "DOCKER" ? outOf(rule) : []))
      .filter(isPlain),
  ),
];

/** Those of a script of ours: what nothing else tells while the engine has no rules. */
const scriptsBridges = (script: string): readonly string[] =>
  [...script.matchAll(/^-A harden-published-in -o (\S+) -j (?:DROP|REJECT)$/gm)]
    .map(([, name = ""]) => name)
    .filter(isPlain);

/** An engine that doesn't run, or leaves iptables alone, has no rules; its networks come back by its next start. */
export function enginesBridges(rules: RulesFact | undefined, script = ""): readonly string[] {
  const told = [rules?.v4, rules?.v6].flatMap((tables) => containerBridges(tables?.get("filter")));
  return [...new Set(told.length > 0 ? told : scriptsBridges(script))];
}

/** What Docker calls those that nobody has named: `br-` and the beginning of the network's number. */
export const unnamed = "br-+";

/** Interfaces that `br-+` means and that are none of Docker's: what comes by them comes from outside. */
export const namedAlike = (links: readonly string[], bridges: readonly string[]): readonly string[] =>
  links.filter(
    (name) =>
      name.startsWith("br-") && isPlain(name) && !/^br-[0-9a-f]{12}$/.test(name) && !bridges.includes(name),
  );
