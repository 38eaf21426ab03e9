/** A file's text as it may be shown: secrets that were found in it are left out. Pure. */
import type { Assessed } from "../../assess/report.ts";

export interface Hidden {
  /** Of this very text. */
  readonly checks: readonly Pick<Assessed, "id" | "verdict" | "place">[];
  /** Secrets that may stand elsewhere, too, such as in a comment; a short one or a mere word is much else as well. */
  readonly values?: readonly string[];
}

const isDistinct = (value: string) => value.length >= 5 && !/\n|^[a-z]+$/.test(value);

/** As many lines as before. */
export function masked(text: string, file: string, { checks, values = [] }: Hidden): string {
  const lines = text.split("\n");
  for (const { id, verdict, place } of checks) {
    if (id !== "secrets.found" || verdict !== "fail" || place?.file !== file) continue;
    const at = place.line - 1;
    const line = lines[at] ?? "";
    const [before, rest] = [line.slice(0, place.column - 1), line.slice(place.column - 1)];
    const [key = ""] = /^["']?[\w.-]+["']?\s*[:=]\s?/.exec(rest) ?? [];
    lines[at] = `${before}${key}…`;
    // A value of several lines is indented below its key.
    for (let below = at + 1; below < lines.length && indentOf(lines[below]!) > indentOf(line); below++)
      if (lines[below]!.trim() !== "") lines[below] = `${" ".repeat(indentOf(lines[below]!))}…`;
  }
  return values.filter(isDistinct).reduce((shown, value) => shown.replaceAll(value, "…"), lines.join("\n"));
}

/** Of a line without text: as deep as can be, for it may be in the middle of a value. */
const indentOf = (line: string) => (line.trim() === "" ? Number.MAX_SAFE_INTEGER : line.search(/\S/));
