/** What iptables' tables would be after commands of iptables, ipset and ufw. Pure. */
import { type Chain, type Rule, ruleOf, type Tables } from "../../facts/iptables.ts";
import { readers } from "../firewall/reader.ts";
import { type Family, prefixOf } from "../firewall/tuple.ts";
import type { Commands, FilterCommand } from "./commands.ts";

interface Banned {
  readonly family: Family;
  readonly address: string;
}

/** The kernel has no table before its first rule. */
const builtIn = ["INPUT", "FORWARD", "OUTPUT"].map((name): [string, Chain] => [name, { rules: [] }]);

/** Undefined where a command is of another form than those of fail2ban's own actions. */
export function tablesAfter({ start, ban }: Commands, tables: Tables, banned: Banned): Tables | undefined {
  const chains = new Map<string, Chain>(tables.get("filter") ?? builtIn);
  // The chain is made with the first ban, and goes when fail2ban is stopped; an empty one is left where another rule still names it.
  const isStarted = start.some(
    (words) => (chains.get(words[words.indexOf("-N") + 1] ?? "")?.rules.length ?? 0) > 0,
  );
  const commands = isStarted ? ban : [...start, ...ban];
  const has = setsWith(commands, banned);
  for (const [name, chain] of chains)
    chains.set(name, { ...chain, rules: chain.rules.map((rule) => ruleWithAddress(rule, has, banned)) });
  const own = banned.family === 4 ? "iptables" : "ip6tables";
  for (const [program = "", ...words] of commands) {
    if (program === "ipset" || program === "nft") continue;
    // A command of the other family's program fails, or makes rules that this family's packets don't meet.
    if (program !== own && program !== "ufw") continue;
    const change = program === "ufw" ? ofUfw(words, banned) : ofIptables(withAddress(words, has, banned));
    if (change === undefined) return undefined;
    apply(chains, change, banned.family);
  }
  return new Map([...tables, ["filter", chains]]);
}

/** `at`: how many rules come before it; undefined: after all. Without a rule the chain is made. */
interface Change {
  readonly chain: string;
  readonly rule?: Rule;
  readonly at?: number;
}

/** A command that names a chain that isn't there fails, and so does one that makes a chain anew. */
function apply(chains: Map<string, Chain>, { chain: name, rule, at }: Change, family: Family): void {
  const chain = chains.get(name);
  if (rule === undefined) {
    if (chain === undefined) chains.set(name, { rules: [] });
    return;
  }
  const { target } = rule;
  const isBuiltIn = /^(ACCEPT|DROP|RETURN|REJECT)$/.test(target ?? "");
  if (chain === undefined || !(isBuiltIn || chains.has(target ?? ""))) return;
  const { rules } = chain;
  // fail2ban's own commands look whether it is there (iptables -C).
  const { normalRule } = readers[family];
  if (rules.some((each) => normalRule(each) === normalRule(rule))) return;
  chains.set(name, { ...chain, rules: rules.toSpliced(at ?? rules.length, 0, rule) });
}

function ofIptables(words: FilterCommand): Change | undefined {
  const at = words.findIndex((word) => /^-[NAI]$/.test(word));
  const [option, chain, ...rest] = words.slice(at);
  const before = words.slice(0, Math.max(at, 0)).join(" ");
  if (at < 0 || chain === undefined || !/^((-w|--wait)( \d+)?)?( ?-t filter)?$/.test(before))
    return undefined;
  if (option === "-N") return rest.length === 0 ? { chain } : undefined;
  const number = option === "-I" && /^\d+$/.test(rest[0] ?? "") ? Number(rest.shift()) : 1;
  const rule = ruleOf(chain, rest.map(byNumber), `-A ${chain} ${rest.join(" ")}`);
  return { chain, rule, ...(option === "-I" ? { at: number - 1 } : {}) };
}

/** As iptables takes the service's name. */
const byNumber = (word: string, index: number, all: readonly string[]) =>
  /^--dports?$/.test(all[index - 1] ?? "") ? word.replace(/\bssh\b/g, "22") : word;

/** ufw's own chain, where the rule comes before the others of its family. */
function ofUfw(words: FilterCommand, { family, address }: Banned): Change | undefined {
  const ban = /^(prepend|insert 1) (reject|deny) from (\S+) to any$/.exec(words.join(" "));
  const isFirst = ban?.[1] === "prepend" || family === 4;
  if (ban === null || !isFirst || ban[3] !== address) return undefined;
  const chain = `${prefixOf(family)}-user-input`;
  const target = ban[2] === "deny" ? "DROP" : "REJECT";
  return { chain, rule: ruleOf(chain, ["-s", address, "-j", target], `-A ${chain} -j ${target}`), at: 0 };
}

/** Names of ipset's sets that have the address. */
function setsWith(commands: readonly FilterCommand[], { family, address }: Banned): ReadonlySet<string> {
  const sets = commands.filter(([program]) => program === "ipset").map((words) => words.slice(1).join(" "));
  const made = sets.flatMap((text) => {
    const [, name, rest = ""] = /(?:^| )create (\S+) hash:(?:ip|net)\b(.*)/.exec(text) ?? [];
    return name !== undefined && / inet6\b/.test(rest) === (family === 6) ? [name] : [];
  });
  return new Set(made.filter((name) => sets.some((text) => `${text} `.includes(`add ${name} ${address} `))));
}

/** A match of a set that has the address is a match of the address itself. */
function withAddress(words: FilterCommand, has: ReadonlySet<string>, { address }: Banned): FilterCommand {
  const at = words.indexOf("--match-set");
  const isIt = at > 1 && words[at + 2] === "src" && words[at - 1] === "set" && words[at - 2] === "-m";
  return isIt && has.has(words[at + 1]!) ? words.toSpliced(at - 2, 5, "-s", address) : words;
}

const ruleWithAddress = (rule: Rule, has: ReadonlySet<string>, banned: Banned): Rule =>
  has.size === 0 || !rule.options.some(({ name }) => name === "--match-set")
    ? rule
    : ruleOf(rule.chain, withAddress(wordsOf(rule), has, banned), rule.text);

const wordsOf = ({ options }: Rule) =>
  options.flatMap(({ name, not, values }) => [...(not ? ["!"] : []), name, ...values]);
