/** A key and a value a line (/etc/default/ufw, /etc/ufw/sysctl.conf, login.defs, auditd.conf); `#` and `;` begin a comment. */
import type { TextFormat } from "./document.ts";
import { openLines, type TextLine, withoutBlanks } from "./lines.ts";

/** How the file writes its lines; part of the format's name, so that two styles of one file are two formats. */
export interface KeyValueStyle {
  readonly separator: "=" | " " | " = ";
  /** Written around a value in files that a shell reads, such as /etc/default/ufw: there ` #` ends a value. */
  readonly quote?: '"';
}

const equals = /^([ \t]*)([^ \t#;=](?:[^=]*[^ \t=])?)([ \t]*=[ \t]*)(.*)$/;
const patterns = {
  "=": equals,
  " = ": equals,
  " ": /^([ \t]*)([^ \t#;][^ \t]*)([ \t]+)(.*)$/,
};
const beforeComment = /^(?:"[^"]*"[ \t]*|[^"]*?)(?=[ \t]#)/;

export function keyvalue({ separator, quote }: KeyValueStyle): TextFormat {
  const line = (text: string): TextLine => {
    const [, indent, key, between, rest] = patterns[separator].exec(text) ?? [];
    if (indent === undefined || key === undefined || rest === undefined) return { kind: "other" };
    const source = quote === undefined ? rest : withoutBlanks(beforeComment.exec(rest)?.[0] ?? rest);
    return { kind: "entry", indent, key, between, source, value: source.replace(/^"(.*)"$/, "$1") };
  };
  const dialect = { line, sections: false, separator, quote: quote ?? "" };
  const written = quote === undefined ? dialect : { ...dialect, never: /["\\$`]/ };
  return { encoding: "latin1", open: (text) => openLines(text, written) };
}
