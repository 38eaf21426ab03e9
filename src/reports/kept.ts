/** `--failed-only` and `--quiet`: what a report keeps, and how much it leaves out. */
import { failing } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import type { Finding } from "../checks/finding.ts";
import { hinders } from "../plan/unsettled.ts";
import type { Page } from "./page.ts";
import { count } from "./paint.ts";

interface Told {
  readonly checks: readonly Assessed[];
  readonly findings: readonly Finding[];
}

/** What makes the exit status other than 0, by what counts for the command; all of it where nobody asked for less. */
export function kept(
  { checks, findings }: Told,
  { failedOnly }: Page,
  fails: (checks: readonly Assessed[]) => readonly Assessed[] = failing,
): Told & { readonly left: number } {
  if (failedOnly !== true) return { checks, findings, left: 0 };
  const own = { checks: fails(checks), findings: findings.filter(hinders) };
  const left = checks.length - own.checks.length + (findings.length - own.findings.length);
  return { ...own, left };
}

/** Empty where nothing was left out. */
export const leftText = (left: number): string =>
  left === 0 ? "" : `Left out: ${count(left, "result")} that ${left === 1 ? "doesn't" : "don't"} fail.`;
