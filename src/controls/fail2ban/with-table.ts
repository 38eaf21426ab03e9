/** What tables of nftables would be after commands of nft. Pure. */
import type { Commands, FilterCommand } from "./commands.ts";

/** A set that got the address, and its table as nft(8) lists it. */
export interface SetAfter {
  readonly set: string;
  readonly lines: readonly string[];
}

interface Table {
  readonly family: string;
  readonly chains: Map<string, readonly string[]>;
  /** Types of their elements. */
  readonly sets: Map<string, string>;
  readonly dormant: boolean;
}

/**
 * Each set to which the commands add the address. `listed`: fail2ban's own table as it is, and empty where
 * there is none. Undefined where a command is of another form than those of fail2ban's own actions.
 */
export function nftAfter(
  { start, ban }: Commands,
  listed: readonly string[],
  address: string,
): readonly SetAfter[] | undefined {
  const tables = listedTable(listed);
  // The set is made with the first ban, and goes when fail2ban is stopped.
  const sets = new Set([...tables.values()].flatMap((table) => [...table.sets.keys()]));
  const isStarted = start.some(([, , object, , , set = ""]) => object === "set" && sets.has(set));
  const found: { table: Table; set: string }[] = [];
  for (const [program, ...words] of isStarted ? ban : [...start, ...ban]) {
    if (program !== "nft") continue;
    const [verb, object, family = "", name = "", ...rest] = words.filter((word) => word !== "--");
    if (verb !== "add" && !(verb === "insert" && object === "rule")) return undefined;
    const key = `${family} ${name}`;
    const table = tables.get(key);
    if (object === "table") {
      if (table === undefined)
        tables.set(key, { family, chains: new Map(), sets: new Map(), dormant: false });
      continue;
    }
    const step = steps[object ?? ""];
    if (step === undefined) return undefined;
    // Without its table a command fails, and the others go on.
    if (table === undefined) continue;
    const set = step(table, rest, verb === "insert");
    if (set !== undefined && rest.includes(address)) found.push({ table, set });
  }
  return found.map(({ table, set }) => ({ set, lines: linesOf(table) }));
}

/** Adds to the table what follows its name in the command; the name of the set where that gets an element. */
type Step = (table: Table, words: FilterCommand, first: boolean) => string | undefined;

const addressTypes: Readonly<Record<string, string>> = { ip: "ipv4_addr", ip6: "ipv6_addr" };

const steps: Readonly<Record<string, Step>> = {
  chain: ({ chains }, [name = "", ...words]) => {
    const [, hook] = /^\{ (type [^;]*?) ?;/.exec(words.join(" ")) ?? [];
    if (!chains.has(name)) chains.set(name, hook === undefined ? [] : [`${hook};`]);
    return undefined;
  },
  set: ({ sets }, [name = "", ...words]) => {
    const [, type = "", flags] = /^\{ type (\w+) ?;(.*)\}$/.exec(words.join(" ")) ?? [];
    if (!sets.has(name)) sets.set(name, (flags ?? "").trim() === "" ? type : "");
    return undefined;
  },
  rule: ({ family, chains, sets }, [name = "", ...words], first) => {
    const rules = chains.get(name);
    const [, ip = "", set = ""] = /\b(ip6?) saddr @(\S+)/.exec(words.join(" ")) ?? [];
    const fits = sets.get(set) === addressTypes[ip] && (family === "inet" || family === ip);
    if (rules === undefined || !fits) return undefined;
    const [hook = "", ...others] = rules;
    const isHook = hook.startsWith("type ");
    const all = isHook ? others : rules;
    const rule = words.join(" ");
    chains.set(name, [...(isHook ? [hook] : []), ...(first ? [rule, ...all] : [...all, rule])]);
    return undefined;
  },
  element: ({ sets }, [name = "", ...words]) => {
    const element = words.join(" ");
    const type = element.includes(":") ? addressTypes.ip6 : addressTypes.ip;
    return sets.get(name) === type ? name : undefined;
  },
};

function listedTable(lines: readonly string[]): Map<string, Table> {
  const [, family, name] = /^table (\S+) (\S+) \{/.exec(lines[0] ?? "") ?? [];
  if (family === undefined || name === undefined) return new Map();
  const chains = new Map<string, readonly string[]>();
  const text = lines.map((line) => line.replace(/ comment ""/g, "")).join("\n");
  for (const [, chain = "", body = ""] of text.matchAll(/^\tchain (\S+) \{\n((?:\t\t.*\n)*)\t\}/gm))
    chains.set(
      chain,
      body
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    );
  const sets = new Map<string, string>();
  for (const [, set = "", type = ""] of text.matchAll(/^\tset (\S+) \{ type (\w+) \}$/gm))
    sets.set(set, type);
  return new Map([
    [`${family} ${name}`, { family, chains, sets, dormant: /^\tflags .*\bdormant\b/m.test(text) }],
  ]);
}

const linesOf = ({ chains, dormant }: Table): readonly string[] => [
  "table {",
  ...(dormant ? ["\tflags dormant"] : []),
  ...[...chains].flatMap(([name, rules]) => [
    `\tchain ${name} {`,
    ...rules.map((rule) => `\t\t${rule}`),
    "\t}",
  ]),
  "}",
];
