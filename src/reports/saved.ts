/** What is told of a plan's file. */
import type { Settled } from "../commands/each.ts";
import type { Plan } from "../plan/plan.ts";
import { clean, count } from "./paint.ts";

/** `friday.plan: 4 hosts; not in it: web5`; or why nothing was written. */
export function savedText(file: string, report: readonly Settled<Plan>[]): string {
  const lacking = report.flatMap(({ ok, target }) => (ok ? [] : [target]));
  const inIt = report.length - lacking.length;
  if (inIt === 0)
    return clean(`${file}: not written, for no host could be planned; what was there stays as it is.`);
  return clean(
    `${file}: ${count(inIt, "host")}${lacking.length === 0 ? "" : `; not in it: ${lacking.join(", ")}`}`,
  );
}
