/** How a file differs, for a person: a unified diff, and the one line that stands for it. */
import { structuredPatch } from "diff";
import { gap, redactFile } from "../secrets/index.ts";
import type { Draft } from "./kind.ts";
import { modeChange } from "./mode-text.ts";

const numberOf = (diff: string, mark: string) =>
  diff
    .split("\n")
    .slice(2)
    .filter((line) => line.startsWith(mark)).length;

/** `+1 -2`: lines that come and go by a diff of `unifiedDiff`. */
export const countsOf = (diff: string) => `+${numberOf(diff, "+")} -${numberOf(diff, "-")}`;

/** `/etc/motd (3 lines)` of a new file, `/etc/motd (+1 -2)` of one that is there, with its mode where that changes. */
export function lineOfFile({ action, before, after, diff }: Draft<unknown>, path: string): string {
  const lines = (count: number) => `${count} line${count === 1 ? "" : "s"}`;
  if (diff === undefined) return `${path} (${after ?? ""})`;
  if (action === "create") return `${path} (${lines(numberOf(diff, "+"))})`;
  if (action === "delete") return `${path} (${lines(numberOf(diff, "-"))})`;
  const mode = before === undefined || after === undefined ? "" : modeChange(before, after);
  const content = diff.split("\n").length === 2 && mode !== "" ? [] : [countsOf(diff)];
  return `${path} (${[...content, ...(mode === "" ? [] : [mode])].join(", ")})`;
}

/** Of a file on a host: what stays may be others', and is not shown. */
export const hostDiff = (path: string, before: Buffer | undefined, after: Buffer | undefined): string =>
  unifiedDiff(path, before, after, 0);

/**
 * Unified diff with three lines of context, without the secrets of either text; bytes that are not UTF-8 show as U+FFFD, a CR
 * as ␍.
 */
export function unifiedDiff(
  path: string,
  before: Buffer | undefined,
  after: Buffer | undefined,
  context = 3,
): string {
  const text = (content: Buffer | undefined) => (content?.toString("utf8") ?? "").replaceAll("\r", "␍");
  const [old, now] = [text(before), text(after)];
  const { hunks } = structuredPatch(path, path, old, now, "", "", { context });
  const heads = [
    `--- ${before === undefined ? "/dev/null" : path}`,
    `+++ ${after === undefined ? "/dev/null" : path}`,
  ];
  // As diff(1) has it: where a side has no lines, its number is that of the line before.
  const side = (start: number, lines: number) => `${lines === 0 ? start - 1 : start},${lines}`;
  // A secret may begin lines before: each text is looked at as a whole, and has as many lines afterwards.
  const shown = hunks.length === 0 ? [[], []] : [old, now].map((each) => redactFile(each).split("\n"));
  const body = hunks.flatMap((hunk) => [
    `@@ -${side(hunk.oldStart, hunk.oldLines)} +${side(hunk.newStart, hunk.newLines)} @@`,
    ...redactedLines(hunk, shown),
  ]);
  return [...heads, ...body].join("\n");
}

type Hunk = ReturnType<typeof structuredPatch>["hunks"][number];

function redactedLines(
  { oldStart, newStart, lines }: Hunk,
  [old = [], now = []]: readonly string[][],
): string[] {
  let [from, to] = [oldStart - 1, newStart - 1];
  return lines.map((line) => {
    const mark = line[0]!;
    // `\ No newline at end of file`
    if (mark === "\\") return line;
    const text = mark === "-" ? old[from] : now[to];
    if (mark !== "+") from += 1;
    if (mark !== "-") to += 1;
    return `${mark}${text ?? ""}`;
  });
}

/** A unified diff that says how many lines differ, and none of them: of a file that others write to, they are others'. */
export const withoutLines = (diff: string): string =>
  diff
    .split("\n")
    .filter((line, index) => index < 2 || /^[-+@]/.test(line))
    .map((line, index) => (index < 2 || line.startsWith("@@") ? line : `${line[0]}${gap}`))
    .join("\n");
