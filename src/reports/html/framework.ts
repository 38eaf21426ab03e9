/** Evidence by the criteria of a framework, as a page: when, by which profile, and what each criterion rests on. Pure. */
import type {
  CriterionEvidence,
  CriterionResult,
  CriterionVerdict,
  FrameworkReport,
} from "../../assess/frameworks.ts";
import { caution, countText, foundText, names, summaryText, targetText, worstFirst } from "../framework.ts";
import { count } from "../paint.ts";
import { page } from "./document.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { folded, item, items, type Tone, verdictTones, word } from "./parts.ts";

const tones: Readonly<Record<CriterionVerdict, Tone>> = {
  fail: "bad",
  "not measured": "bad",
  waived: "warn",
  pass: "good",
};

function evidenceItem(each: CriterionEvidence): Markup {
  const { verdict, target, id, title, object } = each;
  const tone = each.waiver?.state === "waived" ? "warn" : verdictTones[verdict];
  return item(tone, html`${word(tone, verdict)} <code>${id}</code> ${title}`, [
    ["on", target],
    ["of", object],
    ["found", foundText(each)],
  ]);
}

const evidenceOf = (all: readonly CriterionEvidence[]) => items(worstFirst(all).map(evidenceItem));

function criterionBody({ verdict, checks, waived, unasked, ...criterion }: CriterionResult): Markup {
  const numbers = countText({ verdict, checks, waived, unasked, ...criterion });
  return html`<p>${word(tones[verdict], verdict)}: ${numbers}</p>${
    checks.length === 0 ? nothing : folded(count(checks.length, "result"), evidenceOf(checks))
  }${waived.length === 0 ? nothing : html`<h3>Waived, and not counted as passed</h3>${evidenceOf(waived)}`}${
    unasked.length === 0
      ? nothing
      : html`<h3>Not looked at</h3><p>${unasked.map((id, at) => html`${at === 0 ? "" : ", "}<code>${id}</code>`)}</p>`
  }`;
}

export function frameworkPage(report: FrameworkReport): string {
  const { framework, date, tool, targets, criteria, rest } = report;
  const about = targets.map((each) => html`<li><strong>${each.target}</strong>: ${targetText(each)}</li>`);
  return page({
    title: `${names[framework]}: evidence`,
    sum: html`<p>Measured on ${date} by ${tool}.</p><ul>${about}</ul><p>${caution}</p><p>${summaryText(report)}</p>`,
    sections: [
      ...criteria.map((criterion) => ({
        title: `${criterion.benchmark} ${criterion.number}: ${criterion.title}`,
        short: criterion.verdict,
        body: criterionBody(criterion),
      })),
      ...(rest.length === 0
        ? []
        : [
            {
              title: "Evidence for none of them",
              short: count(rest.length, "result"),
              body: evidenceOf(rest),
            },
          ]),
    ],
  });
}
