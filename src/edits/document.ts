/** What every format of an edit gives, and how one says where it can't go on. */
import { isDeepStrictEqual } from "node:util";

/** What JSON can say; of the formats by lines, strings alone. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** A path of names: of objects inside each other (json, yaml), `[section, key]` (ini), `[key]` (key-value). */
export type Key = readonly string[];

/** Why nothing is edited: a sentence with what to do, and where; line and column count from 1. */
export interface Blocked {
  readonly ok: false;
  readonly why: string;
  readonly line: number;
  readonly column: number;
}

/** A value as it is wanted; `source` is how the same format wrote it before, so that `1.50` stays `1.50`. */
export interface Written {
  readonly value: Value;
  readonly source?: string;
}

/** One text, parsed. Every edit gives the whole new text; all but `bare` throw `Block`. */
export interface Document {
  readonly text: string;
  /** All that a reader takes from the text. */
  readonly values: Value;
  get(key: Key): Required<Written> | undefined;
  set(key: Key, written: Written): string;
  /** Only of keys that are there. */
  unset(key: Key): string;
  /** The text without the braces of a document that holds nothing. */
  bare(): string;
}

export interface TextFormat {
  /** latin1 where bytes of no known encoding have to stay. */
  readonly encoding: "utf8" | "latin1";
  open(text: string): Document;
}

export class Block extends Error {
  readonly line: number;
  readonly column: number;

  constructor(why: string, text = "", at = 0) {
    super(why);
    const before = text.slice(0, Math.max(at, 0)).split("\n");
    this.line = before.length;
    this.column = (before.at(-1) ?? "").length + 1;
  }
}

export const splice = (text: string, [start, end]: readonly [number, number], insert: string) =>
  text.slice(0, start) + insert + text.slice(end);

export const lineEndOf = (text: string) => (text.includes("\r\n") ? "\r\n" : "\n");

/** The offset of the line's first character; a byte order mark is before it. */
export const lineStart = (text: string, at: number) =>
  at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1 || (text.startsWith("\ufeff") ? 1 : 0);

/** The white space before the offset where nothing else is before it in its line. */
export const indentAt = (text: string, at: number) =>
  /^[ \t]*$/.exec(text.slice(lineStart(text, at), at))?.[0];

/** As a person reads a key. */
export const shown = (key: Key) => key.map((part) => JSON.stringify(part)).join(" › ");

const isObject = (value: Value | undefined): value is { readonly [name: string]: Value } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isEmptyObject = (value: Value | undefined) => isObject(value) && Object.keys(value).length === 0;

/** Equal as a reader of the format sees them: the order of an object's keys doesn't count. */
export const same = (one: Value | undefined, other: Value | undefined) => isDeepStrictEqual(one, other);

/** The object with the key set, its parents made where they are missing; undefined takes it away. */
export function withKey(values: Value, [name, ...rest]: Key, value: Value | undefined): Value {
  if (name === undefined || !isObject(values)) return value ?? null;
  const old = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined && old === undefined) return values;
  const others = Object.entries(values).filter(([other]) => other !== name);
  const gone = rest.length === 0 && value === undefined;
  // Entries define `__proto__` as any other name.
  return Object.fromEntries(gone ? others : [...others, [name, withKey(old ?? {}, rest, value)]]);
}

/** A value inside of objects with one name each. */
export const nested = (names: Key, value: Value) =>
  names.reduceRight<Value>((inside, name) => Object.fromEntries([[name, inside]]), value);

/** As a person writes a short value; a newline of JSON.stringify is never inside of a string. */
export const inOneLine = (value: Value) =>
  JSON.stringify(value, undefined, 1).replace(/(,?)\n */g, (_, comma) => (comma ? ", " : ""));

/** The members down to the key, as far as `member` finds them, and the last one's value. */
export function walk<N, M extends { readonly value: N }>(
  root: N,
  key: Key,
  member: (node: N, path: Key, name: string) => M | undefined,
) {
  const taken: M[] = [];
  let node = root;
  for (const [depth, name] of key.entries()) {
    const found = member(node, key.slice(0, depth), name);
    if (found === undefined) return { taken, node, rest: key.slice(depth) };
    taken.push(found);
    node = found.value;
  }
  return { taken, node, rest: [] };
}

/** A parent beside its child. */
export const noPlace = (key: Key, path: Key, text: string, at = 0) =>
  new Block(
    `${shown(path) || "The document"} is no object, so ${shown(key)} has no place in it: make it one, or take it out.`,
    text,
    at,
  );

/** After the line of the offset, as a line that ends. */
export function addLine(text: string, at: number, line: string): string {
  const rest = text[at - 1] === "\n" ? "" : /^[^\n]*\n?/.exec(text.slice(at))![0];
  const place = at + rest.length;
  const begun = /(?:^(?:\ufeff|\xef\xbb\xbf)?|\n)$/.test(text.slice(0, place));
  return splice(text, [place, place], `${begun ? "" : lineEndOf(text)}${line}${lineEndOf(text)}`);
}
