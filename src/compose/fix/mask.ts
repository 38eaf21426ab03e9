/** A file's text as it may be shown: secrets that were found in it are left out. Pure. */
import type { Assessed } from "../../assess/report.ts";

/** As many lines as before. `checks`: of this very text. */
export function masked(
  text: string,
  file: string,
  checks: readonly Pick<Assessed, "id" | "verdict" | "place">[],
): string {
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
  return lines.join("\n");
}

/** Of a line without text: as deep as can be, for it may be in the middle of a value. */
const indentOf = (line: string) => (line.trim() === "" ? Number.MAX_SAFE_INTEGER : line.search(/\S/));
