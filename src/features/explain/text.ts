/** What is known of a check or a control, for a person. */
import type { Parameter } from "../../profile/jsonschema.ts";
import { fold, type Page, plainPage } from "../../reports/page.ts";
import type { Explanation } from "./work.ts";

const parameterText = (control: string, { name, description, default: preset }: Parameter) =>
  `${control}.${name}${preset === undefined ? "" : `, by itself ${JSON.stringify(preset)}`}: ${description}`;

type Sources = NonNullable<NonNullable<Explanation["check"]>["reads"]>;

const readsText = ({ from, because }: Sources) =>
  because === undefined ? from : `${from}, and nothing that runs. ${because}`;

function weighsText({
  points,
  layer,
  ofLayer,
  with: others = [],
}: NonNullable<NonNullable<Explanation["check"]>["weighs"]>): string {
  const more = ofLayer === undefined ? `, in the layer ${layer}` : `, and ${ofLayer} of the layer ${layer}'s`;
  const said = `Failing alone it takes ${points} of a score of 100${more}.`;
  if (others.length === 0) return said;
  return `${said} It counts as one with ${others.join(", ")}: together they take what the worst of them takes at most.`;
}

const parts = ({ id, title, why, control, parameters, check, checks = [], waive, next }: Explanation) => {
  const references = check?.references.map(({ benchmark, number }) => `${benchmark}: ${number}`) ?? [];
  const passed = check?.passed;
  return [
    ["", [`${id}  ${title}${check === undefined ? "" : ` (${check.severity}, ${check.role})`}`]],
    [check === undefined ? "Why" : "What stays open where it fails", [why]],
    ["What stays open where it passes", passed === undefined ? [] : [passed.leavesOpen]],
    [
      "The stricter one, and its price",
      passed === undefined ? [] : [passed.stricter ?? "There is none that is known."],
    ],
    ["What it weighs", check?.weighs === undefined ? [] : [weighsText(check.weighs)]],
    ["What can break", check === undefined ? [] : [check.breaks ?? "Nothing that is known."]],
    [
      parameters.length > 1 ? "Parameters" : "Parameter",
      parameters.map((each) => parameterText(control, each)),
    ],
    [
      control === "cloud" ? "By hand" : "By hand, as root on the host",
      check === undefined ? [] : [check.look],
    ],
    ["What it reads", check?.reads === undefined ? [] : [readsText(check.reads)]],
    ["Benchmarks and criteria", references],
    ["Checks", checks.map((each) => `${each.id}  ${each.title}`)],
    ["To let it be for a while", waive === undefined ? [] : [waive]],
    ["What to do", next === undefined ? [] : [next]],
    [
      "To take it back",
      waive !== undefined || next !== undefined
        ? []
        : [
            `\`harden rollback HOST\` takes back the last run; \`${control}: {enabled: false}\` in the profile gives back what was there, \`apply: false\` only measures.`,
          ],
    ],
  ] as const;
};

export const explainText = (report: Explanation, page: Page = plainPage): string =>
  parts(report)
    .filter(([, lines]) => lines.length > 0)
    .map(([head, lines]) => {
      const indent = head === "" ? "" : "  ";
      const body = lines.map((line) => fold(`${indent}${line}`, page, indent.length + 2));
      return [...(head === "" ? [] : [`${head}:`]), ...body].join("\n");
    })
    .join("\n\n");
