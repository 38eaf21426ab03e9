/** A format: how what `plan` and `verify` give is written. Pure. */
import type { Settled } from "../commands/each.ts";
import type { Verified } from "../commands/verify.ts";
import type { Plan } from "../plan/plan.ts";
import { type HostItems, plannedItems, verifiedItems } from "./items.ts";
import type { Paint } from "./paint.ts";

export interface Format {
  readonly plan: (report: readonly Settled<Plan>[], paint: Paint) => string;
  readonly verify: (report: readonly Settled<Verified>[], paint: Paint) => string;
}

/** A format to which a plan's changes and the results of checks are items alike. */
export const ofItems = (
  write: (command: "plan" | "verify", hosts: readonly HostItems[]) => string,
): Format => ({
  plan: (report) => write("plan", report.map(plannedItems)),
  verify: (report) => write("verify", report.map(verifiedItems)),
});
