/** What a program says of files, without what it quotes of them: only root may read some of those. Pure. */

import { redactFile } from "./file.ts";
import { gap } from "./pairs.ts";

/** An opening quote, and those that close it: `x' is how older programs write. */
const quotes: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  "`": "`'",
  "‘": "’",
  "“": "”",
  "«": "»",
};

/** What tells where or what the trouble is, and is no line of a file; `before` is the text in front of it. */
const isShown = (word: string, before: string): boolean =>
  word === gap ||
  /^\/(?:bin|boot|dev|etc|home|lib|media|mnt|opt|proc|root|run|sbin|snap|srv|sys|tmp|usr|var)(?:\/[\w.@:+-]+)*\/?$/.test(
    word,
  ) ||
  /^(?:--?[a-z]|--[a-z]+(?:-[a-z]+)*|\d{1,5}|[\w@.:-]+\.(?:service|socket|timer|mount|target))$/.test(word) ||
  /^(?:systemctl status|journalctl -xeu) [\w@.:-]+$/.test(word) ||
  (/\b(?:jail|section|result):? $/i.test(before) && /^[\w@.:-]{1,60}$/.test(word));

const isWord = (char: string | undefined) => char !== undefined && /\w/.test(char);
/** What follows a closing quote. */
const isEnd = (char: string | undefined) => char === undefined || /[\s.,;:)\]}>]/.test(char);

/** An apostrophe has a letter before it; so has a quote of Python's bytes and raw texts, which is b, r or u alone. */
const opens = (text: string, at: number) =>
  text[at] !== "'" || !isWord(text[at - 1]) || /(?:^|\W)[bru]$/i.test(text.slice(Math.max(0, at - 2), at));

/** Of the quote at `from` the nearest one that closes it; the text's end where there is none. */
function closing(text: string, from: number): number {
  const closers = quotes[text[from]!]!;
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (closers.includes(text[at]!) && isEnd(text[at + 1])) return at;
  }
  return text.length;
}

/** Quotes may stand in what is quoted: then all goes up to the last one of its line, or to the line's end. */
function lastOfLine(text: string, from: number, near: number): number {
  const end = text.indexOf("\n", near);
  const rest = text.slice(near, end < 0 ? text.length : end);
  const last = near + Math.max(0, ...[...quotes[text[from]!]!].map((each) => rest.lastIndexOf(each)));
  return isEnd(text[last + 1]) ? last : near + rest.length;
}

/** `Bad option: x`, `unknown attribute x`: a lone word, or a list, that ends what is said. */
const lone =
  /(:[ \t]{1,8}|\b(?:argument|attribute|directive|field|key|keyword|option|parameter|value|word)[ \t]{1,8})(?![bru]?['"`‘“«])((?:map)?\[[^\]\n]{1,400}\]|\S+?)(?=[ \t]*(?:[,;)]+(?:\s|$)|$))/gim;

/** `bad format: x y`, `invalid address (x)`: all behind it in the line. */
const complaint =
  /\b(?:bad|illegal|incorrect|invalid|malformed|match|unknown|unrecogni[sz]ed|unsupported)\b[^:('"`‘“«\n]{0,60}(?::[ \t]+|[ \t]\()/gi;

/** Gives the match that begins at a place, for places that come in their order: each part of the text is searched once. */
function matchesIn(text: string, pattern: RegExp): (from: number) => RegExpExecArray | undefined {
  let next: RegExpExecArray | null | undefined;
  return (from) => {
    if (next === undefined || (next !== null && next.index < from)) {
      pattern.lastIndex = from;
      next = pattern.exec(text);
    }
    return next?.index === from ? next : undefined;
  };
}

interface Search {
  readonly complaintAt: ReturnType<typeof matchesIn>;
  readonly loneAt: ReturnType<typeof matchesIn>;
}

/** From and to of what is hidden at `from`, if anything; and where to look next. */
function hiddenAt(
  text: string,
  from: number,
  { complaintAt, loneAt }: Search,
): readonly [from: number, to: number, next: number] | undefined {
  const begun = complaintAt(from);
  if (begun !== undefined) {
    const [begin, end] = [from + begun[0].length, text.indexOf("\n", from)];
    const line = text.slice(begin, end < 0 ? text.length : end);
    if (line === gap || !isShown(line, begun[0])) return [begin, begin + line.length, begin + line.length];
  }
  const [all = "", before = "", word = ""] = loneAt(from) ?? [];
  const near = quotes[text[from]!] !== undefined && opens(text, from) ? closing(text, from) : undefined;
  const said = text.slice(Math.max(0, from - 20), from) + before;
  if (all !== "" && !isShown(word.replace(/\.$/, ""), said))
    return [from + before.length, from + all.length, from + all.length];
  if (near === undefined) return undefined;
  if (near < text.length && isShown(text.slice(from + 1, near), said)) return [near, near, near + 1];
  const to = lastOfLine(text, from, near);
  return [from + 1, to, to + 1];
}

function withoutContent(text: string): string {
  const search = { complaintAt: matchesIn(text, complaint), loneAt: matchesIn(text, lone) };
  let shown = "";
  let at = 0;
  for (let from = 0; from < text.length; ) {
    const [begin, end, next] = hiddenAt(text, from, search) ?? [from, from, from + 1];
    if (end > begin) {
      shown += `${text.slice(at, begin)}${gap}`;
      at = end;
    }
    from = next;
  }
  return shown + text.slice(at);
}

/** Characters of a program's words that are looked at, and shown: a host may send millions. */
const most = 16_384;

/** A line with a mark below the place that a parser stopped at. */
const marked = /^.+(?=\n[ \t]*\^[~^]*[ \t]*$)/gm;

/**
 * What a program has printed of files that others may not read, such as a line that it can't parse. What stands in quotes, or
 * alone at an end, is hidden; but for paths, numbers, options and names of units.
 */
export function redactOutput(text: string): string {
  const shown = redactFile(withoutContent(text.slice(0, most).replace(marked, gap)));
  return text.length > most ? `${shown}${gap}` : shown;
}
