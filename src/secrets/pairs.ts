/** The value behind a key that names a secret: of JSON, YAML, INI, key-value lines, command lines, URLs and headers. Pure. */
import { isHiddenKey, isHiddenPair, isSwitch, mayNameSecret } from "./words.ts";

/** What stands where a secret was. */
export const gap = "…";

/** From and to, of a text. */
type Range = readonly [from: number, to: number];

/** As many lines as before, each with its own start: a reader counts on both. */
export const hideLines = (text: string): string =>
  text
    .split("\n")
    .map((line, index) =>
      line.trim() === "" ? line : `${index === 0 ? "" : /^[+-]?[ \t]*/.exec(line)![0]}${gap}`,
    )
    .join("\n");

/** A quoted key, whatever is in it, or a plain one, and what parts it from its value. */
const key =
  /(?:\\?"((?:[^"\\\n]|\\[^"\n]){1,120})\\?"|'([^'\n]{1,120})'|(?<![\w.-])([A-Za-z_$][\w.:$-]{0,120}?))([ \t]{0,40}(?:=>|:=|\+=|=|:(?!`[ .,]))(?!\/\/)[ \t]{0,40})/g;

/** Nothing but indentation, a mark of a difference, of a comment or of a list, or a brace is before it. */
const beginsHere = /(?:^|\n)[+-]?[\s#;-]*(?:export |set |ENV |ARG |env )?$|[{,[("'`][ \t]*$/;
const beginsLine = /(?:^|\n)[+-]?[\s#;-]*(?:export |set |ENV |ARG |env )?$/;

/** The end of what a bracket begins, or of the text. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '"') at = quoteEnd(text, at) - 1;
    else if (char === "{" || char === "[") depth += 1;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Behind the quote that ends what the one at `from` begins; the line's end where there is none. */
function quoteEnd(text: string, from: number): number {
  const quote = text[from]!;
  for (let at = from + 1; at < text.length; at += 1) {
    const isEscape = quote === '"' ? text[at] === "\\" : text[at] === quote && text[at + 1] === quote;
    if (isEscape) at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return lineEnd(text, from);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

const indentOf = (line: string) => /^[+-]?([ \t]*)/.exec(line)![1]!.length;

/** Lines that are deeper than the key's: what a YAML scalar or a folded value goes on with. */
function deeper(text: string, at: number): number {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const own = indentOf(text.slice(start, lineEnd(text, at)));
  let end = lineEnd(text, at);
  while (end < text.length) {
    const next = text.slice(end + 1, lineEnd(text, end + 1));
    if (next.trim() !== "" && indentOf(next) <= own) break;
    end = lineEnd(text, end + 1);
  }
  return end;
}

const wordEnd = (text: string, from: number) =>
  from + /^(?:\\.|[^\s"'])*/.exec(text.slice(from, from + 4000))![0].length;

/** Of a value in quotes, without them; what stands right behind them is of the value, too. */
function quotedAt(text: string, from: number): Range {
  const end = quoteEnd(text, from);
  if (/[^\s,;&}\])#"'\\]/.test(text[end] ?? " ")) return [from, wordEnd(text, end)];
  return [from + 1, text[end - 1] === text[from] && end - 1 > from ? end - 1 : end];
}

/** Of a value that is written behind a key. */
function valueAt(text: string, from: number, before: string, parted: string): Range {
  const rest = text.slice(from, from + 2);
  if (rest === '\\"') {
    const end = text.indexOf('\\"', from + 2);
    return [from + 2, end < 0 ? lineEnd(text, from) : end];
  }
  if (/^["']/.test(rest)) return quotedAt(text, from);
  if (/^[{[]/.test(rest)) return [from + 1, Math.max(from + 1, closing(text, from) - 1)];
  if (beginsLine.test(before)) {
    const line = text.slice(from, lineEnd(text, from));
    const goesOn = /^(?:[|>][\w+-]*)?\s*$|\\\r?$/.test(line);
    return [from, goesOn ? deeper(text, from) : from + line.replace(/[,;]?\s*$/, "").length];
  }
  if (parted.includes("=")) return [from, wordEnd(text, from)];
  return [from, from + /^[^,}\]\n"]*/.exec(text.slice(from, from + 4000))![0].length];
}

/** A value that says where the secret is, or that there is none. */
const isHarmless = (value: string) =>
  isSwitch(value.trim()) ||
  value.trim() === gap ||
  /^(?:\$\{?\w+\}?|%\(?\w+\)?s?|\{\{[^}]*\}\}|<[^>]*>|\*+)$/.test(value.trim());

/** Docker and npm keep a name and its password in one. */
const isLogin = (name: string, value: string) =>
  /^_?auth$/i.test(name) && /^[A-Za-z0-9+/=_-]{8,}$/.test(value);

/** What is left out, and the key that it is the value of, if any. */
export interface FoundSecret {
  readonly key?: string | undefined;
  readonly value: string;
}

/** `found` gets what is left out. */
export function withoutPairs(text: string, found: FoundSecret[]): string {
  let shown = "";
  let at = 0;
  key.lastIndex = 0;
  for (let match = key.exec(text); match !== null; match = key.exec(text)) {
    const [whole, double, single, plain, parted = ""] = match;
    const name = double ?? single ?? plain ?? "";
    if (!isHiddenKey(name) && !mayNameSecret(name) && !/auth$/i.test(name)) continue;
    const before = text.slice(Math.max(0, match.index - 300), match.index);
    const from = match.index + whole.length;
    if (plain !== undefined && !parted.includes("=") && !beginsHere.test(before)) continue;
    const range = valueAt(text, from, before, parted);
    const value = text.slice(...range);
    if (isHarmless(value) || !(isHiddenPair(name, value) || isLogin(name, value))) continue;
    found.push({ key: name, value });
    shown += `${text.slice(at, range[0])}${hideLines(value)}`;
    at = range[1];
    key.lastIndex = Math.max(at, from);
  }
  return shown + text.slice(at);
}
