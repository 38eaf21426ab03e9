// String controls (OSC, DCS, SOS, PM, APC) run to BEL or ST; an unfinished one runs to the end of its line.
const stringControls = /(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?/g;
const csi = /(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?/g;
const otherEscapes = /\x1b[\x20-\x2f]*[\x30-\x7e]?/g;
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
// Format characters (bidi controls, zero-width, byte order mark, tags), line and paragraph separators.
const invisible = /[\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Text from a host as it may be shown on a terminal: escape sequences, C0 and C1 controls, bidi
 * overrides and invisible marks are gone; tab and newline stay. Applying it twice changes nothing.
 */
export function stripControl(text: string): string {
  return text
    .replace(stringControls, "")
    .replace(csi, "")
    .replace(otherEscapes, "")
    .replace(controls, "")
    .replace(invisible, "");
}

/** A host's text for use inside one sentence: one line, no controls, at most `max` characters. */
export function oneLine(text: string, max = 200): string {
  const line = stripControl(text).replace(/\s+/g, " ").trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}

/** The same value as JSON, with every character that `stripControl` would drop written as an escape. */
export function jsonText(value: unknown): string {
  // JSON has escapes for C0 itself, and a newline only between values.
  return JSON.stringify(value, undefined, 2).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** As UTF-16, of which JSON's escapes are made. */
const escaped = (char: string) =>
  Array.from(
    { length: char.length },
    (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");

/** Throws an error with the end of a sentence where the bytes are no text. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error("it is not text in UTF-8");
  }
}
