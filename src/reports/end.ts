/** The end of a report on many hosts: which of them didn't end well, where whoever has read this far still sees it. */
import type { HostVerdict, Judged } from "../commands/host-verdict.ts";
import { fold, type Page } from "./page.ts";
import { clean, count } from "./paint.ts";

export interface End<T> {
  /** What is said where all is well. */
  readonly well: string;
  readonly bad: string;
  /** What there is instead of a result where there is an error. */
  readonly none: string;
  /** Why a host is listed; empty where all is well with it. */
  readonly why: (value: T, verdict: HostVerdict) => string;
}

/** Empty for one host, which has just been told. */
export function endLines<T>(report: readonly Judged<T>[], end: End<T>, page: Page): readonly string[] {
  if (report.length < 2) return [];
  const bad = report.flatMap((result) => {
    const why = result.ok ? end.why(result.value, result.verdict) : `${end.none}, see its error`;
    return why === "" ? [] : [`  ${result.target}: ${why}`];
  });
  const head = `${count(report.length, "host")}, ${bad.length === 0 ? end.well : `${bad.length} ${end.bad}:`}`;
  return [head, ...bad].map((line) => fold(clean(line), page));
}
