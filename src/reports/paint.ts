/** Words of style; a terminal paints them, a file and a pipe don't. */
import { stripControl } from "../text.ts";

export type Style = "add" | "remove" | "change" | "strong" | "faint" | "bad" | "warn" | "good";
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

const codes: Readonly<Record<Style, string>> = {
  add: "32",
  remove: "31",
  change: "33",
  strong: "1",
  faint: "2",
  bad: "1;31",
  warn: "33",
  good: "32",
};

export const coloured: Paint = (style, text) => `\u001b[${codes[style]}m${text}\u001b[0m`;

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
