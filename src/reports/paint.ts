/** Words of style; a terminal paints them, a file and a pipe only where that is forced. */
import { styleText } from "node:util";
import { stripControl } from "../text.ts";

export type Style = "add" | "remove" | "change" | "strong" | "faint" | "bad" | "warn" | "good";
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

const formats: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  add: "green",
  remove: "red",
  change: "yellow",
  strong: "bold",
  faint: "dim",
  bad: ["bold", "red"],
  warn: "yellow",
  good: "green",
};

/** Whether to paint is decided by {@link isPainted}: Node's releases look at different streams and variables. */
export const coloured: Paint = (style, text) => styleText(formats[style], text, { validateStream: false });

/**
 * Whether text for a stream is painted: as no-color.org and force-color.org have it, NO_COLOR before FORCE_COLOR where
 * somebody has set both, and FORCE_COLOR=0 for no colours, as Node's programs take it.
 */
export function isPainted(
  { isTTY }: { readonly isTTY: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (NO_COLOR || FORCE_COLOR === "0" || FORCE_COLOR === "false") return false;
  return Boolean(FORCE_COLOR) || (isTTY && TERM !== "dumb");
}

export const indent = (text: string, by: number) =>
  text
    .split("\n")
    .map((line) => (line === "" ? line : `${" ".repeat(by)}${line}`))
    .join("\n");

/** Whatever a host or a profile said goes through here before it is shown: it never begins a line of its own. */
export const clean = (text: string) => stripControl(text.replace(/\s*[\r\n]\s*/g, " "));

/** A text of lines, such as a file's difference: its newlines stay. Each line must be told from ours by what is before it. */
export const cleanLines = (text: string) => text.split("\n").map(stripControl).join("\n");

export const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
