/** What is told of a plan's or an audit's file. */
import type { Settled } from "../results/settled.ts";
import { clean, count } from "./paint.ts";

interface Words {
  /** What each result is of. */
  readonly each: string;
  /** What could not be done to those that are left out. */
  readonly verb: string;
}

/** `friday.plan: 4 hosts; not in it: web5`; or why nothing was written. */
export function savedText(
  file: string,
  report: readonly Settled<unknown>[],
  { each, verb }: Words = { each: "host", verb: "planned" },
): string {
  const lacking = report.flatMap(({ ok, target }) => (ok ? [] : [target]));
  const inIt = report.length - lacking.length;
  if (inIt === 0)
    return clean(
      `${file}: not written, for no ${each === "host" ? "host" : "host or file"} could be ${verb}; what was there stays as it is.`,
    );
  return clean(
    `${file}: ${count(inIt, each)}${lacking.length === 0 ? "" : `; not in it: ${lacking.join(", ")}`}`,
  );
}
