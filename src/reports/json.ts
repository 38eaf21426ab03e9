/** All data, as schema/results.json describes it: one value a target, with `error` where there is no result. */
import type { Judged } from "../results/verdict.ts";
import { jsonText } from "../text.ts";
import { plainResult } from "./error.ts";
import type { ReportFormat } from "./format.ts";

/** Of every command that has targets. */
export const resultsJson = <T>(report: readonly Judged<T>[]) => jsonText(report.map(plainResult));

export const json: ReportFormat = {
  plan: resultsJson,
  verify: resultsJson,
  audit: resultsJson,
  compose: resultsJson,
  cloud: resultsJson,
  lines: resultsJson,
};
