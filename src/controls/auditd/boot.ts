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
  /** How many rules come before a line -i or -c, behind which auditctl(8) goes on where a line is refused. */
  readonly strict?: number;
  /** Lines before it at which it stops whatever the kernel has, with how many rules come before each. */
  readonly faults: readonly { readonly path: string; readonly text: string; readonly at: number }[];
}

interface Line {
  readonly path: string;
  readonly text: string;
  /** Undefined where it is none. */
  readonly line: AuditLine | undefined;
}

function linesOf(files: readonly DropIn[]): readonly Line[] {
  const inOrder = files.toSorted((a, b) => compareNames(basename(a.path), basename(b.path)));
  return inOrder.flatMap(({ path, content }) =>
    content
      .toString("utf8")
      .split(/\r?\n/)
      .map((text) => ({ path, text: text.trim(), line: parseAuditLine(text) }))
      .filter(({ text }) => text !== "" && !text.startsWith("#")),
  );
}

/** A bare `-D` is hoisted to the top wherever it stands, so it never takes a rule of these files. */
export function bootRules(files: readonly DropIn[]): BootRules {
  let rules: BootRule[] = [];
  let enabled: BootRules["enabled"];
  let strict: number | undefined;
  const deletions: BootRules["deletions"][number][] = [];
  const faults: BootRules["faults"][number][] = [];
  const stopAt = ({ path, text }: Line) => {
    if (strict === undefined) faults.push({ path, text, at: rules.length });
  };
  for (const each of linesOf(files)) {
    const { path, text, line } = each;
    if (line === undefined) stopAt(each);
    else if (line.kind === "rule") rules.push({ path, text, rule: line.rule });
    else if (line.kind === "control" && line.flag === "-e") enabled = { path, value: line.value };
    else if (line.kind === "control" && /^-[ic]$/.test(line.flag)) strict ??= rules.length;
    else if (line.kind === "delete" || (line.kind === "delete all" && line.key !== undefined)) {
      const goes = ({ rule }: BootRule) =>
        line.kind === "delete" ? fulfils(rule, line.rule) : rule.keys.includes(line.key!);
      const took = rules.filter(goes);
      deletions.push({ path, text, took });
      if (line.kind === "delete" && took.length === 0) stopAt(each);
      rules = rules.filter((rule) => !goes(rule));
    }
  }
  return {
    rules,
    deletions,
    faults,
    ...(enabled === undefined ? {} : { enabled }),
    ...(strict === undefined ? {} : { strict }),
  };
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
