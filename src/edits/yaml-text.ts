/** Values and keys as YAML that readers of 1.1 and of 1.2 take alike. */
import { stringify } from "yaml";
import { Block, inOneLine, type Key, type Value, type Written } from "./document.ts";

/** Readers of YAML 1.1 take these as line ends or refuse them, so that they stand as escapes. */
const breaks = /[\x7f-\x9f\u2028\u2029\ufeff]/g;
/** Half a character, as JSON.stringify escapes it. */
const half = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** On one line, as between braces: text is in double quotes. */
export function quoted(value: Value): string {
  const json = inOneLine(value);
  if (half.test(json)) throw new Block(`${json} holds half a character, which YAML can't say: take it out.`);
  return json.replace(breaks, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** In lines of their own where it is an object or a list; every string in one line, quoted where 1.1 misreads it. */
function plain(value: Value, { unit, flush }: Pick<TextLayout, "unit" | "flush">): string {
  const safe = quoted(value);
  // Unquoted, a tab ends the text for some readers.
  if (safe !== inOneLine(value) || safe.includes("\\t")) return safe;
  const doubleQuotedMinMultiLineLength = Number.MAX_SAFE_INTEGER;
  const layout = {
    indent: unit,
    indentSeq: !flush,
    lineWidth: 0,
    blockQuote: false,
    singleQuote: false,
    doubleQuotedMinMultiLineLength,
  } as const;
  return stringify(value, { ...layout, compat: "yaml-1.1" }).replace(/\n$/, "");
}

/** How a document indents and ends its lines. */
export interface TextLayout {
  readonly unit: number;
  readonly eol: string;
  /** The dashes of a list stand below the first letter of its key. */
  readonly flush: boolean;
}

const pad = (width: number) => " ".repeat(width);

/** What follows the colon of a key at the column: a blank and the value, or lines below. */
export function afterColon({ value, source }: Written, column: number, layout: TextLayout): string {
  if (source !== undefined) return moved(source, column);
  const lines = plain(value, layout);
  if (typeof value !== "object" || value === null || /^[[{]/.test(lines)) return ` ${lines}`;
  const inner = Array.isArray(value) && layout.flush ? column : column + layout.unit;
  return lines.replace(/^/gm, pad(inner)).replace(/^|\n/g, layout.eol);
}

/** All pairs on the way to a value, the first at the column. */
export function pairText(
  [name, ...inner]: Key,
  written: Written,
  column: number,
  layout: TextLayout,
): string {
  const head = `${plain(name!, layout)}:`;
  if (inner.length === 0) return head + afterColon(written, column, layout);
  const deeper = column + layout.unit;
  return `${head}${layout.eol}${pad(deeper)}${pairText(inner, written, deeper, layout)}`;
}

/** A source is the column of its key and all that followed the colon; its lines move with the key. */
export const sourceOf = (column: number, written: string) => `${column}${written.replace(/\r?\n$/, "")}`;

function moved(source: string, column: number): string {
  const from = Number.parseInt(source, 10);
  const shifted = (_: string, old: string) => `\n${pad(Math.max(0, old.length + column - from))}`;
  return unplaced(source).replace(/\n( *)(?=[^ \r\n])/g, shifted);
}

/** A source without its column. */
export const unplaced = (source: string) => source.replace(/^\d+/, "");
