/** The text of iptables-save(8) and iptables-restore(8): what the kernel prints, and what ufw's rules files hold. */
import { onceByText } from "../once.ts";

/** An option of a rule: `! -i lo` is `{ name: "-i", not: true, values: ["lo"] }`. */
export interface Option {
  readonly name: string;
  readonly not: boolean;
  readonly values: readonly string[];
}

/** One rule, without `-A CHAIN`. */
export interface Rule {
  readonly chain: string;
  /** In their order; `-m NAME` among them. */
  readonly options: readonly Option[];
  /** The jump: ACCEPT, DROP, a chain's name; undefined where it only counts or marks. */
  readonly target: string | undefined;
  /** As it stood there, without its counters; for a person. */
  readonly text: string;
}

export interface Chain {
  /** ACCEPT or DROP of a built-in chain; undefined for a chain that somebody made. */
  readonly policy?: string;
  readonly rules: readonly Rule[];
}

/** Chains of one table, in the order of their declaration. */
export type Chains = ReadonlyMap<string, Chain>;

/** Tables by name: filter, nat, mangle, … */
export type Tables = ReadonlyMap<string, Chains>;

/** Splits a line as iptables-restore does: blanks, double quotes, a backslash inside of them; `'` is a character. */
export function words(line: string): readonly string[] {
  if (!/["\\]/.test(line)) return line.split(/\s+/).filter((word) => word !== "");
  const found: string[] = [];
  const pattern = /(?:[^\s"\\]|"(?:[^"\\]|\\.)*"?|\\.)+/g;
  for (const [word] of line.matchAll(pattern)) {
    found.push(
      word.replace(/"((?:[^"\\]|\\.)*)"?|\\(.)/g, (_all, quoted: string | undefined, escaped: string) =>
        quoted === undefined ? escaped : quoted.replace(/\\(.)/g, "$1"),
      ),
    );
  }
  return found;
}

interface Draft {
  policy?: string;
  rules: Rule[];
}

/**
 * Reads the whole text. Unknown lines, comments and counters are passed over; `-I` puts a rule first. Equal texts give
 * the same object: hosts of a fleet have most of their rules in common, and so whatever is derived from them.
 */
export const parseTables: (text: string) => Tables = onceByText(readTables, 200);

function readTables(text: string): Tables {
  const tables = new Map<string, Map<string, Draft>>();
  let chains = new Map<string, Draft>();
  const chainOf = (name: string) => {
    const chain = chains.get(name) ?? { rules: [] };
    chains.set(name, chain);
    return chain;
  };
  for (const raw of text.split("\n")) {
    const line = raw.trim().replace(/^\[\d+:\d+\] /, "");
    if (line.startsWith("*")) {
      chains = tables.get(line.slice(1)) ?? new Map();
      tables.set(line.slice(1), chains);
    } else if (line.startsWith(":")) {
      const [name = "", policy = "-"] = line.slice(1).split(/\s+/);
      const chain = chainOf(name);
      if (policy !== "-") chain.policy = policy;
    } else if (/^-[AI] /.test(line)) {
      const rule = ruleOfLine(line);
      const { rules } = chainOf(rule.chain);
      if (line.startsWith("-I")) rules.unshift(rule);
      else rules.push(rule);
    }
  }
  return tables;
}

const ruleOfLine = onceByText((line) => {
  const [, name = "", ...rest] = words(line);
  return ruleOf(name, rest, line);
}, 20_000);

const jumps: ReadonlySet<string> = new Set(["-j", "--jump", "-g", "--goto"]);

/** `words` are those after the chain's name. */
export function ruleOf(chain: string, words: readonly string[], text: string): Rule {
  const options = optionsOf(words);
  return { chain, options, target: options.find(({ name }) => jumps.has(name))?.values[0], text };
}

function optionsOf(words: readonly string[]): readonly Option[] {
  const found: { name: string; not: boolean; values: string[] }[] = [];
  let not = false;
  let freeText = false;
  for (const word of words) {
    if (word === "!" && !freeText) not = true;
    else if (!freeText && /^--?[a-zA-Z]/.test(word)) {
      found.push({ name: word, not, values: [] });
      not = false;
      freeText = word === "--comment" || word.endsWith("-prefix");
    } else {
      found.at(-1)?.values.push(word);
      freeText = false;
    }
  }
  return found;
}
