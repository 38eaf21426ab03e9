/**
 * Formats with a key and a value a line. Text is latin1, one character a byte, so that bytes of any encoding stay;
 * keys and values are given and taken as UTF-8.
 */
import { lazy } from "../once.ts";
import { addLine, Block, type Document, type Key, lineEndOf, shown, splice, type Value } from "./document.ts";

/** What one line says, without its end and the blanks before that. */
export type TextLine =
  | { readonly kind: "section"; readonly name: string }
  | ({ readonly kind: "entry" } & Entry)
  | { readonly kind: "other" };

interface Entry {
  readonly indent: string;
  readonly key: string;
  /** Between key and value; undefined where the key stands alone. */
  readonly between: string | undefined;
  /** The value with its quotes. */
  readonly source: string;
  readonly value: string;
}

export interface Dialect {
  readonly line: (line: string) => TextLine;
  /** Whether a key names its section first; then some readers take more indented lines as one value, and ignore case. */
  readonly sections: boolean;
  /** What is written between key and value where no other line shows it. */
  readonly separator: string;
  readonly quote: string;
  /** What no value may hold: the readers of its quotes differ about it. */
  readonly never?: RegExp;
}

/** Without the blanks at its end: a pattern for that takes the square of their number. */
export function withoutBlanks(text: string): string {
  let end = text.length;
  while (text[end - 1] === " " || text[end - 1] === "\t") end--;
  return text.slice(0, end);
}

interface Placed extends Entry {
  readonly section: string;
  readonly start: number;
  /** After the line's end. */
  readonly end: number;
  /** A key of its own, or part of the value before: readers differ. */
  readonly unsure: boolean;
}

const mark = "\xef\xbb\xbf";
/** Besides line ends, what some readers take as such. */
const unsafe = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;
const bytes = (text: string) => Buffer.from(text).toString("latin1");
/** Bytes that aren't UTF-8 are taken as latin1, so that no two of them are one. */
function words(latin1: string): string {
  const text = Buffer.from(latin1, "latin1").toString();
  return bytes(text) === latin1 ? text : latin1;
}

function scan(text: string, { line: read, sections }: Dialect) {
  const entries: Placed[] = [];
  const headers: { name: string; start: number; end: number }[] = [];
  const first = text.startsWith(mark) ? mark.length : 0;
  let base: number | undefined;
  let goesOn = false;
  for (const { 0: whole, index } of text.slice(first).matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const start = first + index;
    const end = start + whole.length;
    const content = withoutBlanks(whole.replace(/\r?\n$/, ""));
    const line = read(content);
    if (line.kind === "section") {
      headers.push({ name: line.name, start, end });
      base = undefined;
    }
    if (line.kind === "entry") {
      const deeper = sections && base !== undefined && line.indent.length > base;
      entries.push({ ...line, section: headers.at(-1)?.name ?? "", start, end, unsure: deeper || goesOn });
      if (!deeper) base = line.indent.length;
    }
    goesOn = line.kind === "entry" && content.endsWith("\\");
  }
  return { entries, headers };
}

/** By section and key; a key that stands more than once has all its values. */
function valuesOf({ entries, headers }: ReturnType<typeof scan>, sections: boolean): Value {
  const all = new Map<string, Map<string, Value>>();
  for (const { name } of headers) all.set(words(name), new Map());
  for (const { section, key, value } of entries) {
    const inside = all.get(words(section)) ?? new Map<string, Value>();
    const old = inside.get(words(key));
    inside.set(words(key), old === undefined ? words(value) : [old, words(value)]);
    all.set(words(section), inside);
  }
  const named = [...all].map(([name, inside]) => [name, Object.fromEntries(inside)] as const);
  return sections ? Object.fromEntries(named) : (named[0]?.[1] ?? {});
}

export function openLines(text: string, dialect: Dialect): Document {
  const { sections, line, quote, separator, never } = dialect;
  const { entries, headers } = scan(text, dialect);
  const values = lazy(() => valuesOf({ entries, headers }, sections));
  const no = (place: number, why: string) => new Block(why, text, place);
  const at = (key: Key): readonly [string, string] => {
    if (key.length !== (sections ? 2 : 1))
      throw no(
        0,
        `${shown(key)} is no key here: it takes ${sections ? "a section and a name" : "one name"}.`,
      );
    return sections ? [bytes(key[0]!), bytes(key[1]!)] : ["", bytes(key[0]!)];
  };

  const find = (key: Key): Placed | undefined => {
    const [section, name] = at(key);
    const found = entries.filter((entry) => entry.section === section && entry.key === name);
    const [entry, twin] = found;
    if (twin !== undefined)
      throw no(
        twin.start,
        `${shown(key)} stands more than once, and readers choose differently: take one out.`,
      );
    if (entry === undefined) return undefined;
    if (entry.unsure || entries[entries.indexOf(entry) + 1]?.unsure)
      throw no(entry.start, `${shown(key)} may run over more than one line here: write it in one line.`);
    if (entry.between === undefined)
      throw no(entry.start, `${shown(key)} stands here without a value: give it one, or take it out.`);
    return entry;
  };

  /** As one line that reads back as the very same; every hostile key and value ends here. */
  const written = (key: Key, value: Value, { indent, between, source }: Omit<Entry, "key" | "value">) => {
    const name = at(key)[1];
    const whole = `${indent}${name}${between}${source}`;
    const back = line(withoutBlanks(whole));
    const right = back.kind === "entry" && back.key === name && back.source === source;
    const odd = [words(name), words(source)].some((part) => unsafe.test(part) || part.trim() !== part);
    if (!right || odd || whole.endsWith("\\") || words(back.value) !== value || never?.test(back.value))
      throw no(
        0,
        `${shown(key)} can't be written as ${JSON.stringify(value)}: not every reader would take that.`,
      );
    return whole;
  };

  const insert = (place: number, added: string) => {
    const before = text.slice(0, place);
    if (/\\\r?\n?$/.test(before))
      throw no(
        place - 2,
        "A new line would follow a backslash, and some readers take both as one: take it out.",
      );
    return addLine(text, place, added);
  };

  const add = (key: Key, value: Value, source: string) => {
    const [section, name] = at(key);
    const inside = entries.filter((entry) => entry.section === section);
    const twin = inside.find((entry) => entry.key.toLowerCase() === name.toLowerCase());
    if (sections && twin !== undefined)
      throw no(
        twin.start,
        `${shown(key)} would differ from this key in case alone: give this one that name.`,
      );
    const like = inside.findLast(({ unsure }) => !unsure);
    const between = sections ? ((like ?? entries.at(-1))?.between ?? separator) : separator;
    const entry = written(key, value, { indent: sections ? (like?.indent ?? "") : "", between, source });
    if (!sections) return insert(text.length, entry);
    const header = headers.findLast(({ name: other }) => other === section);
    if (inside.length > 0 || header !== undefined) return insert((inside.at(-1) ?? header)!.end, entry);
    // Keys outside of any section stand before the first header.
    if (section === "") return insert(headers[0]?.start ?? text.length, entry);
    const head = line(`[${section}]`);
    if (head.kind !== "section" || head.name !== section || unsafe.test(words(section)))
      throw no(0, `The section of ${shown(key)} can't be written as a header.`);
    const eol = lineEndOf(text);
    return insert(text.length, `${text.trim() === "" ? "" : eol}[${section}]${eol}${entry}`);
  };

  const removeSection = (name: string) => {
    const [header, twin] = headers.filter((one) => words(one.name) === name);
    if (header === undefined || twin !== undefined) return text;
    const blank = /(?<=^|\n)\r?\n$/.exec(text.slice(0, header.start))?.[0].length ?? 0;
    return splice(text, [header.start - blank, header.end], "");
  };

  return {
    text,
    get values() {
      return values();
    },
    get: (key) => {
      if (sections && key.length === 1) {
        const inside = Object.entries(values() as object).find(([name]) => name === key[0])?.[1];
        return inside && { value: inside, source: "" };
      }
      const entry = find(key);
      return entry && { value: words(entry.value), source: entry.source };
    },
    set: (key, { value, source }) => {
      const entry = find(key);
      const fresh = source === undefined ? quote + bytes(String(value)) + quote : source;
      if (entry === undefined) return add(key, value, fresh);
      const whole = written(key, value, { ...entry, source: fresh });
      const old = entry.indent.length + entry.key.length + entry.between!.length + entry.source.length;
      return splice(text, [entry.start, entry.start + old], whole);
    },
    unset: (key) => {
      if (sections && key.length === 1) return removeSection(key[0]!);
      const { start, end } = find(key)!;
      return splice(text, [start, end], "");
    },
    bare: () => text,
  };
}
