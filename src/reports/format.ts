/** A format: how what `plan`, `verify`, `audit`, `checklist`, `compose check` and `cloud check` give is written. Pure. */
import type { Baseline } from "../assess/baseline.ts";
import type { Plan } from "../plan/plan.ts";
import type { AuditReport } from "../results/audited.ts";
import type { ChecklistReport } from "../results/checklist.ts";
import type { CloudReport } from "../results/cloud.ts";
import type { ComposeReport } from "../results/compose.ts";
import type { Judged } from "../results/verdict.ts";
import type { Verified } from "../results/verified.ts";
import {
  answeredItems,
  auditedItems,
  cloudedItems,
  composedItems,
  failedItemsOf,
  type HostItems,
  plannedItems,
  verifiedItems,
} from "./items.ts";
import type { Page } from "./page.ts";

export interface ReportFormat {
  readonly plan: (report: readonly Judged<Plan>[], page: Page) => string;
  readonly verify: (report: readonly Judged<Verified>[], page: Page) => string;
  /** `history`: earlier audits, of which a page shows the scores. */
  readonly audit: (
    report: AuditReport,
    page: Page,
    beside?: { readonly history?: readonly Baseline[] },
  ) => string;
  readonly compose: (report: ComposeReport, page: Page) => string;
  readonly cloud: (report: CloudReport, page: Page) => string;
  /** Of a checklist, before a deployment or after one. */
  readonly lines: (report: ChecklistReport, page: Page) => string;
}

/** A format to which a plan's changes and the results of checks are items alike. */
export const ofItems = (
  write: (
    command: "plan" | "verify" | "audit" | "compose check" | "checklist" | "cloud check",
    hosts: readonly HostItems[],
  ) => string,
): ReportFormat => ({
  plan: (report) => write("plan", report.map(plannedItems)),
  verify: (report, page) => write("verify", asked(report.map(verifiedItems), page)),
  audit: (report, page) => write("audit", asked(report.map(auditedItems), page, "advice too")),
  compose: (report, page) => write("compose check", asked(report.map(composedItems), page)),
  cloud: (report, page) => write("cloud check", asked(report.map(cloudedItems), page)),
  lines: (report, page) => write("checklist", asked(report.map(answeredItems), page)),
});

/** All, or what fails; of an audit advice counts. */
export const asked = (
  hosts: readonly HostItems[],
  { failedOnly }: Page,
  more?: "advice too",
): readonly HostItems[] =>
  failedOnly ? hosts.map((host) => failedItemsOf(host, more !== undefined)) : hosts;
