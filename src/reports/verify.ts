/** The verdicts for a person: what was expected, what was found, and what to do. */
import { failing, isAdvised } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import type { Verdict } from "../checks/check.ts";
import { hinders } from "../plan/unsettled.ts";
import type { Judged } from "../results/verdict.ts";
import type { Verified } from "../results/verified.ts";
import { type End, reportText } from "./end.ts";
import { kept, leftText } from "./kept.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, type Style } from "./paint.ts";
import { findingText, profileText } from "./plan.ts";
import { checkLines, verifySummary } from "./verdicts.ts";

const styles: Readonly<Record<Verdict, Style>> = {
  pass: "good",
  fail: "bad",
  error: "bad",
  "not applicable": "faint",
  "until the next boot": "warn",
};

export function checkText(check: Assessed, page: Page = plainPage): string {
  const isWaived = check.waiver?.state === "waived";
  const [word, style] = isWaived
    ? (["waived", "warn"] as const)
    : isAdvised(check)
      ? (["advice", "warn"] as const)
      : [check.verdict, styles[check.verdict]];
  const head = fold(
    `  ${page.paint(style, word.padEnd(14))} ${clean(`${check.id}  ${check.title}`)}`,
    page,
    15,
  );
  if (check.verdict === "pass") return head;
  return [head, ...checkLines(check).map((line) => fold(`      ${line}`, page, 10))].join("\n");
}

function verifiedText(target: string, verified: Verified, page: Page): string {
  const { host, profile } = verified;
  const { checks, findings, left } = kept(verified, page);
  const head = `${page.paint("strong", clean(target))} (${clean(host.hostname)}, ${clean(host.distro)} ${clean(host.version)}), ${profileText(profile)}`;
  return [
    fold(head, page),
    ...(findings.length === 0 ? [] : [findings.map((finding) => findingText(finding, page)).join("\n")]),
    ...(checks.length === 0 ? [] : [checks.map((check) => checkText(check, page)).join("\n")]),
    ...planText(target, verified, page),
    fold(clean([verifySummary(verified), leftText(left)].join(" ").trim()), page),
  ].join("\n\n");
}

/** What the checks send to a plan for. */
const planText = (target: string, { checks }: Verified, page: Page): readonly string[] =>
  checks.some(({ remedy }) => remedy?.includes("harden plan"))
    ? [fold(`To see what an apply would mend: ${clean(page.next("plan", target))}`, page)]
    : [];

const end: End<Verified> = {
  well: "all green",
  bad: "not green",
  none: "no verdict",
  why: ({ checks, findings }) =>
    [...new Set([...findings.filter(hinders), ...failing(checks)].map(({ id }) => id))].join(", "),
};

export const verifyText = (report: readonly Judged<Verified>[], page: Page = plainPage) =>
  reportText(report, { text: verifiedText, end, gap: "\n\n" }, page);
