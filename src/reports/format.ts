/** A format: how what `plan` and `verify` give is written. Pure. */
import type { Judged } from "../commands/host-verdict.ts";
import type { Verified } from "../commands/verify.ts";
import type { Plan } from "../plan/plan.ts";
import { type HostItems, plannedItems, verifiedItems } from "./items.ts";
import type { Page } from "./page.ts";

export interface Format {
  readonly plan: (report: readonly Judged<Plan>[], page: Page) => string;
  readonly verify: (report: readonly Judged<Verified>[], page: Page) => string;
}

/** A format to which a plan's changes and the results of checks are items alike. */
export const ofItems = (
  write: (command: "plan" | "verify", hosts: readonly HostItems[]) => string,
): Format => ({
  plan: (report) => write("plan", report.map(plannedItems)),
  verify: (report) => write("verify", report.map(verifiedItems)),
});
