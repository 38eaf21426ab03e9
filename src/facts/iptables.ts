/** The text of iptables-save(8) and iptables-restore(8): what the kernel prints, and what ufw's rules files hold. */
import { onceByText } from "../once.ts";
import { oneLine } from "../text.ts";

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
  /** As it stood there, without its counters, and in one line; for a person. */
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
  const pattern = /(?:[^\s"\\]|"(?:[^"\\]|\\.)*"?|\\.)+/gs;
  for (const [word] of line.matchAll(pattern)) {
    found.push(
      word.replace(/"((?:[^"\\]|\\.)*)"?|\\(.)/gs, (_all, quoted: string | undefined, escaped: string) =>
        quoted === undefined ? escaped : quoted.replace(/\\(.)/gs, "$1"),
      ),
    );
  }
  return found;
}

interface Draft {
  policy?: string;
  rules: Rule[];
}

/** A line with quotes: they open after a blank, and what is within them is the value's, newlines too. */
const quotedLine = /(?: "(?:[^"\\]|\\.)*"(?=[ \n]|$)|[^"\n])*(?:\n|$)/sy;

/**
 * The lines of a dump, as iptables-save prints them: a comment may hold newlines, and iptables-restore reads none of these.
 * Throws the end of a sentence where quotes stay open, or open within a word.
 */
export function dumpLines(text: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const plain = text.slice(at, end < 0 ? text.length : end);
    quotedLine.lastIndex = at;
    const line = plain.includes('"') ? quotedLine.exec(text)?.[0].replace(/\n$/, "") : plain;
    if (line === undefined) throw new Error(`quotes of a rule don't close: ${oneLine(plain)}`);
    found.push(line);
    at += line.length + 1;
  }
  return found;
}

/** What iptables-save prints. Throws the end of a sentence where something of it isn't understood. */
export function parseDump(lines: readonly string[]): Tables {
  const strange = lines.find(
    (line) => !/^\s*($|#|\*\S|:\S+ \S|(\[\d+:\d+\] )?-A \S+ \S|COMMIT\s*$)/.test(line),
  );
  if (strange !== undefined) throw new Error(`a line of the rules is not understood: ${oneLine(strange)}`);
  return readLines(lines);
}

/**
 * Reads a file, line by line as iptables-restore does. Unknown lines, comments and counters are passed over; `-I` puts a rule first. Equal texts give
 * the same object: hosts of a fleet have most of their rules in common, and so whatever is derived from them.
 */
export const parseTables: (text: string) => Tables = onceByText((text) => readLines(text.split("\n")), 200);

function readLines(lines: readonly string[]): Tables {
  const tables = new Map<string, Map<string, Draft>>();
  let chains = new Map<string, Draft>();
  const chainOf = (name: string) => {
    const chain = chains.get(name) ?? { rules: [] };
    chains.set(name, chain);
    return chain;
  };
  for (const raw of lines) {
    const line = raw.trim().replace(/^\[\d+:\d+\] /, "");
    if (line.startsWith("*")) {
      chains = tables.get(line.slice(1)) ?? new Map();
      tables.set(line.slice(1), chains);
    } else if (line.startsWith(":")) {
      const [name = "", policy = "-"] = line.slice(1).split(/\s+/);
      const chain = chainOf(name);
      if (policy !== "-") chain.policy = policy;
    } else if (/^(-[AI]|--append|--insert)\s/.test(line)) {
      const rule = ruleOfLine(line);
      const { rules } = chainOf(rule.chain);
      if (/^--?[Ii]/.test(line)) rules.unshift(rule);
      else rules.push(rule);
    }
  }
  return tables;
}

const ruleOfLine = onceByText((line) => {
  const [, name = "", ...rest] = words(line);
  return ruleOf(name, rest, line.replaceAll("\n", "\\n"));
}, 20_000);

/** A plain jump without any match. */
export const isJump = (rule: Rule, to: string) => rule.options.length === 1 && rule.target === to;

export const jump = (chain: string, to: string): Rule => ruleOf(chain, ["-j", to], `-A ${chain} -j ${to}`);

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
