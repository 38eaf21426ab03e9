/** One self-contained page, for whoever reads it in a browser or on paper: nothing is loaded, and nothing in it acts. */
import type { ReportFormat } from "./format.ts";
import { auditPage } from "./html/audit.ts";
import { linesPage } from "./html/lines.ts";
import { planPage } from "./html/plan.ts";
import { cloudPage, composePage, verifyPage } from "./html/verdicts.ts";

export const html: ReportFormat = {
  plan: planPage,
  verify: verifyPage,
  audit: (report, asked, { history = [] } = {}) => auditPage(report, { asked, history }),
  compose: composePage,
  cloud: cloudPage,
  lines: linesPage,
};
