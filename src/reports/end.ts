/** The end of a report on many hosts: which of them didn't end well, where whoever has read this far still sees it. */
import type { Settled } from "../results/settled.ts";
import type { HostVerdict, Judged } from "../results/verdict.ts";
import { failedText } from "./error.ts";
import { fold, type Page } from "./page.ts";
import { clean, count } from "./paint.ts";

export interface End<T> {
  /** What each is called; a host unless it says otherwise. */
  readonly each?: string;
  /** What is said where all is well. */
  readonly well: string;
  readonly bad: string;
  /** What there is instead of a result where there is an error. */
  readonly none: string;
  /** Why a host is listed; empty where all is well with it. */
  readonly why: (value: T, verdict: HostVerdict) => string;
}

/** Each target that has a result, as `text` tells it; what has none is told beside it. */
export const resultsText = <T>(
  report: readonly Settled<T>[],
  text: (target: string, value: T) => string,
): string =>
  report.flatMap((result) => (result.ok ? [text(clean(result.target), result.value)] : [])).join("\n");

/**
 * Each host as `text` tells it, or why it has no result, and the end; of one host neither of the two, which would only
 * repeat what is told of it. With `quiet` only those that the end names, and the end.
 */
export function reportText<T>(
  report: readonly Judged<T>[],
  {
    text,
    end,
    gap = "\n",
  }: {
    readonly text: (target: string, value: T, page: Page) => string;
    readonly end: End<T>;
    readonly gap?: string;
  },
  page: Page,
): string {
  const told = report.flatMap((result) => {
    if (!result.ok) return report.length > 1 ? [fold(failedText(result, end.none, page), page)] : [];
    if (page.quiet && end.why(result.value, result.verdict) === "") return [];
    return [text(result.target, result.value, page)];
  });
  return [...told, ...(report.length > 1 || page.quiet ? [endText(report, end, page)] : [])].join(gap);
}

function endText<T>(report: readonly Judged<T>[], end: End<T>, page: Page): string {
  const bad = report.flatMap((result) => {
    const why = result.ok ? end.why(result.value, result.verdict) : `${end.none}, ${result.verdict}`;
    return why === "" ? [] : [`  ${result.target}: ${why}`];
  });
  const head = `${count(report.length, end.each ?? "host")}, ${bad.length === 0 ? end.well : `${bad.length} ${end.bad}:`}`;
  return [head, ...bad].map((line) => fold(clean(line), page)).join("\n");
}
