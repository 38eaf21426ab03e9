/**
 * What may never be in a value or reach a terminal: control characters (C0 with newline and NUL,
 * DEL, C1), invisible format characters (all bidi controls, zero-width, BOM), lone surrogates, and
 * the two Unicode line separators.
 */
import { redact } from "../secrets/index.ts";

const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The same set as a pattern for a whole value: matches text of one printable line, also an empty one. */
export const printableLine = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;

/** The text with everything unprintable written as an escape, such as \u{1b}. */
export function printable(text: string): string {
  return text.replace(unprintable, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** A value as a message names it: its kind, and itself where it is short, without its secrets. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return `the text "${printable(cut(redact(value)))}"`;
    case "number":
      return `the number ${value}`;
    case "boolean":
      return String(value);
    case "undefined":
      return "nothing";
    default:
      return "a map";
  }
}

function cut(text: string): string {
  const chars = [...text];
  return chars.length > 60 ? `${chars.slice(0, 57).join("")}...` : text;
}
