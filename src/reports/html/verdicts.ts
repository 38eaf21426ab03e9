/** Verdicts of hosts and of compose files, as pages. Pure. */
import { open } from "../../assess/assess.ts";
import type { Clouded } from "../../cloud/judge.ts";
import type { CloudReport } from "../../commands/cloud.ts";
import type { ComposeReport } from "../../commands/compose.ts";
import type { HostVerdict, Judged } from "../../commands/host-verdict.ts";
import type { Verified, VerifyReport } from "../../commands/verify.ts";
import type { Composed } from "../../compose/judge.ts";
import { count } from "../paint.ts";
import { verifySummary } from "../verdicts.ts";
import { page, type Section } from "./document.ts";
import { html, type Markup } from "./markup.ts";
import { aboutHost, checksOf, failedSection, findingsOf, folded } from "./parts.ts";

/** Each control's, those first of which something doesn't hold; these stand open. */
function byControl({ checks }: Verified): Markup {
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

const verifiedSection = (target: string, value: Verified): Section => ({
  title: target,
  short: verifySummary(value),
  body: html`${aboutHost(value)}<p>${verifySummary(value)}</p>${findingsOf(value.findings)}${byControl(value)}`,
});

const namedSection = (
  target: string,
  value: Pick<Composed, "checks" | "findings">,
  { names, noun }: { readonly names: readonly string[]; readonly noun: string },
): Section => ({
  title: target,
  short: verifySummary(value),
  body: html`<p class="faint">${count(names.length, noun)}: ${names.join(", ") || "none"}</p><p>${verifySummary(value)}</p>${findingsOf(value.findings)}<h3>Checks</h3>${checksOf(value.checks)}`,
});

export const fileSection = (target: string, value: Composed): Section =>
  namedSection(target, value, { names: value.services, noun: "service" });

const cloudSection = (target: string, value: Clouded): Section =>
  namedSection(target, value, { names: value.tiers, noun: "tier" });

const isWell = (verdict: HostVerdict) => verdict === "pass";

/** `3 hosts, 1 not green.` */
export function sumOf(report: readonly Judged<unknown>[], noun: string): string {
  const bad = report.filter(({ verdict }) => !isWell(verdict)).length;
  return `${count(report.length, noun)}, ${bad === 0 ? "all green" : `${bad} not green`}.`;
}

export const namesOf = (report: readonly { readonly target: string }[]) =>
  report.length > 3 ? `${report.length} targets` : report.map(({ target }) => target).join(", ");

export const verifyPage = (report: VerifyReport): string =>
  page({
    title: `Verify of ${namesOf(report)}`,
    sum: html`<p>${sumOf(report, "host")}</p>`,
    sections: report.map((each) =>
      each.ok ? verifiedSection(each.target, each.value) : failedSection(each),
    ),
  });

export const composePage = (report: ComposeReport): string =>
  page({
    title: `Compose check of ${namesOf(report)}`,
    sum: html`<p>${sumOf(report, "file")}</p>`,
    sections: report.map((each) => (each.ok ? fileSection(each.target, each.value) : failedSection(each))),
  });

export const cloudPage = (report: CloudReport): string =>
  page({
    title: `Cloud check of ${namesOf(report)}`,
    sum: html`<p>${sumOf(report, "file")}</p>`,
    sections: report.map((each) => (each.ok ? cloudSection(each.target, each.value) : failedSection(each))),
  });
