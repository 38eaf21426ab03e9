/** The same evidence as GitHub's Markdown: a table of the criteria, then a fold for each. */
import type { CriterionEvidence, CriterionResult, FrameworkReport } from "../assess/frameworks.ts";
import { caution, countText, foundText, names, summaryText, targetText, worstFirst } from "./framework.ts";
import { code, fold, inert, row } from "./markdown.ts";

function evidenceTable(evidence: readonly CriterionEvidence[]): readonly string[] {
  if (evidence.length === 0) return [];
  return [
    row(["", "where", "check", "what should hold", "about", "found"]),
    row(["---", "---", "---", "---", "---", "---"]),
    ...worstFirst(evidence).map((each) => {
      const { verdict, target, id, title, object } = each;
      return row([`**${inert(verdict)}**`, ...[target, id, title, object, foundText(each)].map(code)]);
    }),
    "",
  ];
}

const numbered = ({ benchmark, number }: CriterionResult) => `${inert(benchmark)} ${inert(number)}`;

function criterionFold(criterion: CriterionResult): readonly string[] {
  const { title, verdict, checks, waived, unasked } = criterion;
  return fold(`<b>${inert(verdict)}</b> ${numbered(criterion)}: ${inert(title)}`, [
    ...evidenceTable(checks),
    ...(waived.length === 0 ? [] : ["Waived, and not counted as passed:", "", ...evidenceTable(waived)]),
    ...(unasked.length === 0 ? [] : [`Not looked at: ${unasked.map(code).join(", ")}`]),
  ]);
}

export function frameworkMarkdown(report: FrameworkReport): string {
  const { framework, date, tool, targets, criteria, rest } = report;
  return [
    `## ${inert(names[framework])}, measured on ${inert(date)} by ${inert(tool)}`,
    "",
    ...targets.map((each) => `- ${code(each.target)}: ${code(targetText(each))}`),
    "",
    inert(caution),
    "",
    `**${inert(summaryText(report))}**`,
    "",
    row(["", "criterion", "what it is about", "rests on"]),
    row(["---", "---", "---", "---"]),
    ...criteria.map((each) =>
      row([`**${inert(each.verdict)}**`, numbered(each), inert(each.title), inert(countText(each))]),
    ),
    "",
    ...criteria.flatMap(criterionFold),
    ...(rest.length === 0 ? [] : fold("Evidence for none of them", evidenceTable(rest))),
  ].join("\n");
}
