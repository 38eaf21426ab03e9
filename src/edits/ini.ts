/** Sections of keys, as systemd, fail2ban and other readers by configparser take them; `#` and `;` begin a comment. */
import type { TextFormat } from "./document.ts";
import { type Dialect, openLines, type TextLine } from "./lines.ts";

const header = /^[ \t]*\[([^\]]+)\][ \t]*(?:[#;].*)?$/;
const entry = /^([ \t]*)([^ \t#;=:[](?:[^=:]*[^ \t=:])?)(?:([ \t]*[=:][ \t]*)(.*))?$/;

function line(text: string): TextLine {
  const name = header.exec(text)?.[1];
  if (name !== undefined) return { kind: "section", name };
  const [, indent, key, between, value = ""] = entry.exec(text) ?? [];
  if (indent === undefined || key === undefined) return { kind: "other" };
  return { kind: "entry", indent, key, between, source: value, value };
}

const dialect: Dialect = { line, sections: true, separator: "=", quote: "" };

export const ini: TextFormat = { encoding: "latin1", open: (text) => openLines(text, dialect) };
