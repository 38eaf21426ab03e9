/** What is open in a cloud, for a person: by check, each place, and what to do. */
import type { Clouded } from "../cloud/judge.ts";
import type { CloudReport } from "../results/cloud.ts";
import { checkGroups } from "./compose.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, count } from "./paint.ts";
import { findingText } from "./plan.ts";
import { verifySummary } from "./verdicts.ts";

function fileText(target: string, clouded: Clouded, page: Page): string {
  const { tiers, checks, findings } = clouded;
  const told = checkGroups(checks, page);
  return [
    fold(
      `${page.paint("strong", clean(target))} (${count(tiers.length, "tier")}${tiers.length === 0 ? "" : `: ${tiers.map(clean).join(", ")}`})`,
      page,
    ),
    ...(findings.length === 0 ? [] : [findings.map((finding) => findingText(finding, page)).join("\n")]),
    ...(told === "" ? [] : [told]),
    fold(clean(verifySummary(clouded)), page),
  ].join("\n\n");
}

export const cloudText = (report: CloudReport, page: Page = plainPage): string =>
  report.flatMap((each) => (each.ok ? [fileText(each.target, each.value, page)] : [])).join("\n\n");
