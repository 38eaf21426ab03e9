/** For a person at a terminal; what has no result is told beside it. */
import { auditText } from "./audit.ts";
import { checklistText } from "./checklist.ts";
import { cloudText } from "./cloud.ts";
import { composeText } from "./compose.ts";
import type { ReportFormat } from "./format.ts";
import { plansText } from "./plan.ts";
import { verifyText } from "./verify.ts";

export const text: ReportFormat = {
  plan: plansText,
  verify: verifyText,
  audit: auditText,
  compose: composeText,
  cloud: cloudText,
  lines: checklistText,
};
