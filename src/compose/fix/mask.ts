/** A file's text as it may be shown: secrets that were found in it are left out. Pure. */
import { isNode, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { Assessed } from "../../assess/report.ts";
import { secretChecks } from "../checks/secrets.ts";

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
  const last = lastLines(text);
  for (const { id, verdict, place } of checks) {
    if (id !== secretChecks.found.id || verdict !== "fail" || place?.file !== file) continue;
    const at = place.line - 1;
    const line = lines[at] ?? "";
    const [before, rest] = [line.slice(0, place.column - 1), line.slice(place.column - 1)];
    const [key = ""] = /^["']?[\w.-]+["']?\s*[:=]\s?/.exec(rest) ?? [];
    lines[at] = `${before}${key}…`;
    const end = last.get(`${place.line}:${place.column}`) ?? place.line;
    // A value of several lines is indented below its key; between braces and quotes it need not be.
    const isWithin = (below: number) => below < end || indentOf(lines[below] ?? "x") > indentOf(line);
    for (let below = at + 1; below < lines.length && isWithin(below); below++)
      if (lines[below]!.trim() !== "") lines[below] = `${" ".repeat(indentOf(lines[below]!))}…`;
  }
  return values.filter(isDistinct).reduce((shown, value) => shown.replaceAll(value, "…"), lines.join("\n"));
}

/** By `line:column` of a key or of an item: the line that its value ends in. */
function lastLines(text: string): ReadonlyMap<string, number> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, logLevel: "error" });
  const found = new Map<string, number>();
  const add = (start: Node, end: Node) => {
    const { line, col } = counter.linePos(start.range![0]);
    const last = counter.linePos(Math.max(start.range![0], end.range![1] - 1)).line;
    found.set(`${line}:${col}`, Math.max(last, found.get(`${line}:${col}`) ?? 0));
  };
  visit(document, {
    Pair: (_, { key, value }) => {
      if (isScalar(key) && key.range && isNode(value) && value.range) add(key, value);
    },
    Scalar: (_, node) => {
      if (node.range) add(node, node);
    },
  });
  return found;
}

/** Of a line without text: as deep as can be, for it may be in the middle of a value. */
const indentOf = (line: string) => (line.trim() === "" ? Number.MAX_SAFE_INTEGER : line.search(/\S/));
