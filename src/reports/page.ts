/** What a text for a person is written for: colours, the width of a terminal, and whether files are shown whole. */
import { type Paint, plain } from "./paint.ts";

export interface Page {
  readonly paint: Paint;
  /** Columns of the terminal; left out where a text goes elsewhere: whoever searches in it wants whole lines. */
  readonly width?: number;
  /** `--diff`. */
  readonly whole?: boolean;
}

export const plainPage: Page = { paint: plain };

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

function foldLine(line: string, width: number, hang: number): readonly string[] {
  if (lengthOf(line) <= width) return [line];
  const [margin = ""] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = margin;
  let empty = true;
  for (const word of line.slice(margin.length).split(" ")) {
    if (!empty && lengthOf(current) + 1 + lengthOf(word) > width) {
      lines.push(current.trimEnd());
      current = margin + " ".repeat(hang);
      empty = true;
    }
    current += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, current];
}
