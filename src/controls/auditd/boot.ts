/** What the next boot will load: `rules.d` as augenrules(8) of audit 3 and 4 compiles it. Pure. */
import { basename } from "node:path/posix";
import { type AuditLine, type AuditRule, fulfils, parseAuditLine } from "../../facts/audit-rule.ts";
import type { DropIn } from "../../facts/files.ts";
import { compareNames } from "./sort.ts";

export interface BootRule {
  readonly path: string;
  readonly text: string;
  readonly rule: AuditRule;
}

export interface BootRules {
  readonly rules: readonly BootRule[];
  /** The last `-e` of all files is the one that counts. */
  readonly enabled?: { readonly path: string; readonly value: string };
  /** Lines that take loaded rules out again, each with what it took. */
  readonly deletions: readonly {
    readonly path: string;
    readonly text: string;
    readonly took: readonly BootRule[];
  }[];
}

interface Line {
  readonly path: string;
  readonly text: string;
  readonly line: AuditLine;
}

function linesOf(files: readonly DropIn[]): readonly Line[] {
  const inOrder = files.toSorted((a, b) => compareNames(basename(a.path), basename(b.path)));
  return inOrder.flatMap(({ path, content }) =>
    content
      .toString("utf8")
      .split(/\r?\n/)
      .flatMap((text) => {
        const line = parseAuditLine(text);
        return line === undefined ? [] : [{ path, text: text.trim(), line }];
      }),
  );
}

/** A bare `-D` is hoisted to the top wherever it stands, so it never takes a rule of these files. */
export function bootRules(files: readonly DropIn[]): BootRules {
  let rules: BootRule[] = [];
  let enabled: BootRules["enabled"];
  const deletions: BootRules["deletions"][number][] = [];
  for (const { path, text, line } of linesOf(files)) {
    if (line.kind === "rule") rules.push({ path, text, rule: line.rule });
    else if (line.kind === "control" && line.flag === "-e") enabled = { path, value: line.value };
    else if (line.kind === "delete" || (line.kind === "delete all" && line.key !== undefined)) {
      const goes = ({ rule }: BootRule) =>
        line.kind === "delete" ? fulfils(rule, line.rule) : rule.keys.includes(line.key!);
      deletions.push({ path, text, took: rules.filter(goes) });
      rules = rules.filter((each) => !goes(each));
    }
  }
  return { rules, deletions, ...(enabled === undefined ? {} : { enabled }) };
}

/** The files of the folder with one of ours put in, replaced, or left out. */
export function withFile(
  files: readonly DropIn[],
  path: string,
  content: Buffer | undefined,
): readonly DropIn[] {
  const others = files.filter((each) => each.path !== path);
  return content === undefined ? others : [...others, { path, content }];
}
