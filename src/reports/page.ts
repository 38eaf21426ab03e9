/** What a text for a person is written for: colours, the width of a terminal, and whether files are shown whole. */
import { bareNext, type Next } from "../next.ts";
import { cleanLines, type Paint, plain } from "./paint.ts";

export interface Page {
  readonly paint: Paint;
  /** Columns of the terminal; left out where a text goes elsewhere: whoever searches in it wants whole lines. */
  readonly width?: number;
  /** `--diff`. */
  readonly whole?: boolean;
  /** `--failed-only`: what doesn't fail is counted, and not told. */
  readonly failedOnly?: boolean;
  /** `--quiet`: of a report only what fails, and its last line. */
  readonly quiet?: boolean;
  /** When and by which version of harden it was made, for what is kept: `2026-11-28T02:50:10Z`, `0.1.0`. */
  readonly made?: { readonly at: string; readonly version: string };
  /** What whoever reads it types next. */
  readonly next: Next;
}

export const plainPage: Page = { paint: plain, next: bareNext };

const colour = /\u001b\[[\d;]*m/g;
const lengthOf = (text: string) => text.replace(colour, "").length;

/**
 * Breaks lines at spaces so that they fit; what follows stands `hang` columns further in than the line. A word that is
 * longer than a line stays whole.
 */
export function fold(text: string, { width }: Pick<Page, "width">, hang = 2): string {
  if (width === undefined) return text;
  return text
    .split("\n")
    .flatMap((line) => foldLine(line, width, hang))
    .join("\n");
}

/** A command is one word: pasted in two lines it would be two commands. */
const commandIn = /(?<=: )(?:harden|sh)(?: (?:'[^']*'|[^' ])+)+?(?=[.;] |$)/g;

function foldLine(line: string, width: number, hang: number): readonly string[] {
  if (lengthOf(line) <= width) return [line];
  const [margin = ""] = /^ */.exec(line) ?? [];
  const whole = line.replace(commandIn, (command) => command.replaceAll(" ", "\0"));
  const lines: string[] = [];
  let current = margin;
  let empty = true;
  for (const word of whole.slice(margin.length).split(" ")) {
    if (!empty && lengthOf(current) + 1 + lengthOf(word) > width) {
      lines.push(current.trimEnd());
      current = margin + " ".repeat(hang);
      empty = true;
    }
    current += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, current].map((each) => each.replaceAll("\0", " "));
}

/** Lines as diff(1) has them, in colours. */
export const diffText = (diff: string, { paint }: Page) =>
  cleanLines(diff)
    .split("\n")
    .map((line) => {
      if (/^(\+\+\+|---|@@)/.test(line)) return paint("faint", line);
      return line.startsWith("+") ? paint("add", line) : line.startsWith("-") ? paint("remove", line) : line;
    })
    .join("\n");
