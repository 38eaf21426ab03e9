/** Verdicts of hosts and of compose files, as pages. Pure. */
import { open } from "../../assess/assess.ts";
import type { SinceBaseline } from "../../assess/baseline.ts";
import type { Assessed } from "../../assess/report.ts";
import type { Clouded } from "../../cloud/judge.ts";
import type { Composed } from "../../compose/composed.ts";
import type { CloudReport } from "../../results/cloud.ts";
import type { ComposeReport } from "../../results/compose.ts";
import type { HostVerdict, Judged } from "../../results/verdict.ts";
import type { Verified, VerifyReport } from "../../results/verified.ts";
import { kept } from "../kept.ts";
import type { Page } from "../page.ts";
import { count } from "../paint.ts";
import { sinceRows } from "../since.ts";
import { verifySummary } from "../verdicts.ts";
import { page, type ReportSection } from "./document.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { aboutHost, checksOf, failedSection, findingsOf, folded, leftOf, table, word } from "./parts.ts";

/** Each control's, those first of which something doesn't hold; these stand open. */
function byControl({ checks }: Pick<Verified, "checks">): Markup {
  const controls = [...new Set(checks.map(({ control }) => control))];
  const parts = controls.map((control) => {
    const own = checks.filter((check) => check.control === control);
    return { control, own, bad: open(own).length };
  });
  const sorted = [...parts.filter(({ bad }) => bad > 0), ...parts.filter(({ bad }) => bad === 0)];
  return html`<h3>Checks</h3>${sorted.map(({ control, own, bad }) =>
    folded(
      html`<strong>${control}</strong>: ${bad === 0 ? `${count(own.length, "check")}, none open` : `${bad} of ${count(own.length, "check")} open`}`,
      checksOf(own),
      bad > 0,
    ),
  )}`;
}

function verifiedSection(target: string, value: Verified, asked: Page): ReportSection {
  const told = kept(value, asked);
  return {
    title: target,
    short: verifySummary(value),
    body: html`${aboutHost(value)}<p>${verifySummary(value)}</p>${findingsOf(told.findings)}${byControl(told)}${leftOf(told.left)}`,
  };
}

const namedIn = (value: Composed | Clouded) =>
  "services" in value ? ([value.services, "service"] as const) : ([value.tiers, "tier"] as const);

type Fails = Parameters<typeof kept>[2];

export function fileSection(
  target: string,
  value: (Composed | Clouded) & { readonly since?: SinceBaseline },
  { asked, fails }: { readonly asked: Page; readonly fails?: Fails },
): ReportSection {
  const [names, noun] = namedIn(value);
  const told = kept(value, asked, fails);
  return {
    title: target,
    short: verifySummary(value),
    body: html`<p class="faint">${count(names.length, noun)}: ${names.join(", ") || "none"}</p><p>${verifySummary(value)}</p>${findingsOf(told.findings)}${sinceOf(value)}<h3>Checks</h3>${checksOf(told.checks)}${leftOf(told.left)}`,
  };
}

/** What became of an earlier audit. */
export function sinceOf({
  checks,
  since,
}: {
  readonly checks: readonly Assessed[];
  readonly since?: SinceBaseline;
}): Markup {
  if (since === undefined) return nothing;
  const { baseline, useless } = since;
  const rows = sinceRows({ checks, since }).map(([name, number, text]) => [name, number, text]);
  return html`<h3>Since ${baseline}</h3>${useless === undefined ? nothing : html`<p>${word("bad", "Nothing of it counts")}: ${useless}.</p>`}${table(`Since ${baseline}`, ["what", "how many", "which"], rows)}`;
}

const isWell = (verdict: HostVerdict) => verdict === "pass";

/** `3 hosts, 1 not green.` */
export function sumOf(report: readonly Judged<unknown>[], noun: string): string {
  const bad = report.filter(({ verdict }) => !isWell(verdict)).length;
  return `${count(report.length, noun)}, ${bad === 0 ? "all green" : `${bad} not green`}.`;
}

export const namesOf = (report: readonly { readonly target: string }[]) =>
  report.length > 3 ? `${report.length} targets` : report.map(({ target }) => target).join(", ");

export const verifyPage = (report: VerifyReport, asked: Page): string =>
  page({
    made: asked.made,
    title: `Verify of ${namesOf(report)}`,
    sum: html`<p>${sumOf(report, "host")}</p>`,
    sections: report.map((each) =>
      each.ok ? verifiedSection(each.target, each.value, asked) : failedSection(each),
    ),
  });

const filesPage = (title: string, report: ComposeReport | CloudReport, asked: Page): string =>
  page({
    made: asked.made,
    title: `${title} of ${namesOf(report)}`,
    sum: html`<p>${sumOf(report, "file")}</p>`,
    sections: report.map((each) =>
      each.ok ? fileSection(each.target, each.value, { asked }) : failedSection(each),
    ),
  });

export const composePage = (report: ComposeReport, asked: Page): string =>
  filesPage("Compose check", report, asked);

export const cloudPage = (report: CloudReport, asked: Page): string =>
  filesPage("Cloud check", report, asked);
