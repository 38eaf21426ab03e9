/** HTML by a tagged template: what is put into it is text, unless this has made it. Well-formed XML, too. Pure. */
import { clean, cleanLines } from "../paint.ts";

/** A symbol is in no data that a host, a profile or a file could bring. */
const made = Symbol("markup");

export interface Markup {
  readonly [made]: string;
}

/** Of a list each, one behind the other. */
export type MarkupPart = Markup | string | number | readonly MarkupPart[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** The two that are characters in no document, and halves of pairs, which no encoding has. */
const none = /[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const harmless = (text: string) =>
  text.replace(none, "\ufffd").replace(/[&<>"'`]/g, (char) => entities[char]!);

const isMade = (part: object): part is Markup => made in part;

function textOf(part: MarkupPart): string {
  if (typeof part !== "object") return harmless(clean(String(part)));
  return isMade(part) ? part[made] : part.map(textOf).join("");
}

/** Parts stand between tags, or in the double quotes of an attribute that is neither a URL, a style nor a script. */
export const html = (texts: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup => ({
  [made]: texts.map((text, at) => (at === 0 ? text : textOf(parts[at - 1]!) + text)).join(""),
});

/** A text of lines, for `pre`. */
export const lines = (text: string): Markup => ({ [made]: harmless(cleanLines(text)) });

export const nothing = html``;

/** The page as it is saved or sent. */
export const written = (markup: Markup) => markup[made];
