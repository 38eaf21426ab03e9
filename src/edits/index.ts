/** Edits in the text of a configuration file: what isn't the value stays, byte by byte. Pure. */
import { once, onceByText } from "../once.ts";
import {
  Block,
  type Blocked,
  type Document,
  isEmptyObject,
  type Key,
  same,
  shown,
  type TextFormat,
  type Value,
  type Written,
  withKey,
} from "./document.ts";
import { ini } from "./ini.ts";
import { json } from "./json.ts";
import { type KeyValueStyle, keyvalue } from "./keyvalue.ts";
import { yaml } from "./yaml.ts";

export type { Key, KeyValueStyle, Value };

/** The style of key-value lines is their format: no edit of such a file can go without. */
export type EditFormat = "json" | "yaml" | "ini" | KeyValueStyle;

/** A text is read again for each of its edits, and on every host that has the same; a file of some edits has as many texts. */
const remembered = ({ encoding, open }: TextFormat): TextFormat => ({ encoding, open: onceByText(open, 20) });

const formats = { json: remembered(json), yaml: remembered(yaml), ini: remembered(ini) };
const linesOf = once((style: KeyValueStyle) => remembered(keyvalue(style)));

/** Equal names are equal formats. */
export const nameOf = (format: EditFormat) =>
  typeof format === "string" ? format : `keyvalue ${format.quote ?? ""}${format.separator}`;

export interface KeyChanges {
  readonly set: readonly (readonly [Key, Value])[];
  readonly unset: readonly Key[];
  /** Parents that go with their last key; others stay as `{}` or an empty section. */
  readonly prune?: readonly Key[];
}

type Parsed = { readonly ok: true; readonly get: (key: Key) => Got } | Blocked;
type Got = { readonly ok: true; readonly value: Value | undefined } | Blocked;
type Applied = { readonly ok: true; readonly content: Buffer } | Blocked;
/** No content: nothing is left of a file that wasn't there before the edits. */
type Released = { readonly ok: true; readonly content: Buffer | undefined } | Blocked;

const formatOf = (format: EditFormat): TextFormat =>
  typeof format === "string" ? formats[format] : linesOf(format);

function opened(format: TextFormat, content: Buffer = Buffer.alloc(0)): Document {
  const text = content.toString(format.encoding);
  if (Buffer.from(text, format.encoding).equals(content)) return format.open(text);
  throw new Block("The file is not UTF-8: convert it, then plan again.", text, text.indexOf("\ufffd"));
}

function guarded<T extends { readonly ok: true }>(work: () => T): T | Blocked {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Block)) throw error;
    return { ok: false, why: error.message, line: error.line, column: error.column };
  }
}

/** Nothing but this key may read otherwise afterwards: a text that no edit of ours can mend is left alone. */
function checked(
  format: TextFormat,
  before: Document,
  text: string,
  [key, value]: readonly [Key, Value?],
): Document {
  let harm = "";
  try {
    const after = format.open(text);
    if (same(after.values, withKey(before.values, key, value)) && same(after.get(key)?.value, value))
      return after;
  } catch (error) {
    harm = error instanceof Block ? ` (${error.message})` : "";
  }
  throw new Block(`An edit of ${shown(key)} would change what else the file says${harm}: edit it by hand.`);
}

function setOne(format: TextFormat, document: Document, key: Key, written: Written): Document {
  const old = document.get(key);
  if (old !== undefined && same(old.value, written.value)) return document;
  return checked(format, document, document.set(key, written), [key, written.value]);
}

const unsetOne = (format: TextFormat, document: Document, key: Key): Document =>
  document.get(key) === undefined ? document : checked(format, document, document.unset(key), [key]);

const unsetAll = (format: TextFormat, document: Document, keys: readonly Key[]) =>
  keys.reduce((done, key) => unsetOne(format, done, key), document);

/** The innermost first, so that what becomes empty by that goes, too. */
const pruneAll = (format: TextFormat, document: Document, parents: readonly Key[]) =>
  parents
    .toSorted((one, other) => other.length - one.length)
    .reduce(
      (done, key) => (isEmptyObject(done.get(key)?.value) ? unsetOne(format, done, key) : done),
      document,
    );

/** Reads single keys of a whole text; a key's value is undefined where the text lacks it. */
export function parse(format: EditFormat, content: Buffer): Parsed {
  return guarded(() => {
    const document = opened(formatOf(format), content);
    const get = (key: Key) => guarded(() => ({ ok: true, value: document.get(key)?.value }) as const);
    return { ok: true, get };
  });
}

/** All changes or none; the same bytes where they hold already. An absent file is an empty one. */
export function apply(format: EditFormat, content: Buffer | undefined, changes: KeyChanges): Applied {
  return guarded(() => {
    const editor = formatOf(format);
    if ([...changes.unset, ...changes.set.map(([key]) => key)].some((key) => key.length === 0))
      throw new Block("An edit without a key is the whole file's: claim the file.");
    const without = unsetAll(editor, opened(editor, content), changes.unset);
    const done = changes.set.reduce(
      (edited, [key, value]) => setOne(editor, edited, key, { value }),
      without,
    );
    const { text } = pruneAll(editor, done, changes.prune ?? []);
    return { ok: true, content: Buffer.from(text, editor.encoding) };
  });
}

/** Keys that no control owns any longer, and those that others still own. */
export interface OwnedKeys {
  readonly gone: readonly Key[];
  readonly kept: readonly Key[];
}

const parentsOf = (keys: readonly Key[]) =>
  keys.flatMap((key) => key.slice(1).map((_, depth) => key.slice(0, depth + 1)));

/** What the edits never touched: equal texts mean that nobody else changed the file since. */
const untouched = (format: TextFormat, document: Document, keys: readonly Key[]) =>
  pruneAll(format, unsetAll(format, document, keys), parentsOf(keys))
    .bare()
    .trimEnd();

/** The value that a key had, as it was written there where the format can place that text. */
function restored(format: TextFormat, document: Document, key: Key, before: Written | undefined): Document {
  if (before === undefined) return unsetOne(format, document, key);
  const done = guarded(() => ({ ok: true, document: setOne(format, document, key, before) }) as const);
  return done.ok ? done.document : setOne(format, document, key, { value: before.value });
}

/**
 * Lets keys go: they are as in the original again, and parents that only edits had made are gone where empty. Where
 * nobody else changed the file, the rest is the original too, byte by byte, in whatever order owners came and went.
 */
export function release(
  format: EditFormat,
  { current, original }: { readonly current: Buffer; readonly original: Buffer | undefined },
  { gone, kept }: OwnedKeys,
): Released {
  return guarded(() => {
    const editor = formatOf(format);
    const [now, before] = [opened(editor, current), opened(editor, original)];
    const all = [...gone, ...kept];
    const alone = untouched(editor, now, all) === untouched(editor, before, all);
    const [start, source, keys] = alone ? [before, now, kept] : [now, before, gone];
    const back = keys.reduce((done, key) => restored(editor, done, key, source.get(key)), start);
    const made = alone ? [] : parentsOf(gone).filter((parent) => before.get(parent) === undefined);
    const { text, values } = pruneAll(editor, back, made);
    const nothing = alone && original === undefined && isEmptyObject(values);
    return { ok: true, content: nothing ? undefined : Buffer.from(text, editor.encoding) };
  });
}
