/**
 * Edits of files that hold a key and a value a line (/etc/default/ufw, /etc/ufw/sysctl.conf, login.defs).
 * Every byte that isn't the value stays: comments, order, line ends, text that is not UTF-8.
 */
import { onceByText } from "../once.ts";

export interface KeyValueStyle {
  /** What is written between key and value, such as `=`. */
  readonly separator: "=" | " ";
  /** Written around the value, such as `"` in /etc/default/ufw. */
  readonly quote?: '"';
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const between = { "=": "[ \\t]*=[ \\t]*", " ": "[ \\t]+" } as const;

const patternsOf = (separator: KeyValueStyle["separator"]) =>
  onceByText(
    (key) =>
      new RegExp(`^([ \\t]*${escapePattern(key)}${between[separator]})([^\\r\\n]*?)([ \\t]*\\r?)$`, "gm"),
    200,
  );

const patterns = { "=": patternsOf("="), " ": patternsOf(" ") } as const;

const linePattern = (key: string, { separator }: KeyValueStyle) => patterns[separator](key);

/** The value that counts: that of the last line with the key, without its quotes; undefined where there is none. */
export function getKey(content: Buffer, key: string, style: KeyValueStyle): string | undefined {
  const all = [...content.toString("latin1").matchAll(linePattern(key, style))];
  return all.at(-1)?.[2]?.replace(/^"(.*)"$/, "$1");
}

/** Sets every line of the key, or appends one in the file's own line end. Returns the same bytes where it holds already. */
export function setKey(
  content: Buffer,
  { key, value }: { key: string; value: string },
  style: KeyValueStyle,
): Buffer {
  const text = content.toString("latin1");
  const quoted = `${style.quote ?? ""}${value}${style.quote ?? ""}`;
  if (text.search(linePattern(key, style)) >= 0) {
    const set = text.replace(linePattern(key, style), (line, head: string, old: string, tail: string) =>
      old.replace(/^"(.*)"$/, "$1") === value ? line : `${head}${quoted}${tail}`,
    );
    return Buffer.from(set, "latin1");
  }
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text === "" || text.endsWith("\n") ? "" : end;
  return Buffer.from(`${text}${gap}${key}${style.separator}${quoted}${end}`, "latin1");
}
