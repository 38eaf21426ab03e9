/** An audit as evidence: grouped by the criteria of a framework. */
import { InvalidArgumentError } from "commander";
import type { Framework } from "../../assess/frameworks.ts";
import { word } from "../../command/words.ts";
import type { Page } from "../../reports/page.ts";
import type { AuditReport } from "../../results/audited.ts";

const names = { soc2: "SOC 2", cis: "CIS", anssi: "ANSSI" } satisfies Record<Framework, string>;
const spelled = Object.keys(names).join(", ");

export const framework = {
  framework: word<Framework | undefined>({
    spelled: "--framework <name>",
    values: { words: Object.keys(names) },
    text: `as evidence, by the criteria of ${spelled}; as text, json, markdown or html`,
    parse(typed) {
      const found = (Object.keys(names) as Framework[]).find((name) => name === typed);
      if (found === undefined) throw new InvalidArgumentError(`It must be ${spelled}.`);
      return found;
    },
  }),
};

/** When it was measured, and by what. */
export interface Grouping {
  readonly framework: Framework;
  readonly date: string;
  readonly tool: string;
}

type Written = (report: AuditReport, page: Page) => string;

/** The formats of an audit where it is grouped; those for machines name the criteria in each result anyway. */
export async function groupedFormats(): Promise<
  Readonly<Record<"text" | "json" | "markdown" | "html", (by: Grouping) => Written>>
> {
  const [{ evidenceOf }, { frameworkText }, { frameworkMarkdown }, { frameworkPage }, { jsonText }] =
    await Promise.all([
      import("./groups.ts"),
      import("../../reports/framework.ts"),
      import("../../reports/framework-markdown.ts"),
      import("../../reports/html/framework.ts"),
      import("../../text.ts"),
    ]);
  return {
    text: (by) => (report, page) => frameworkText(evidenceOf(report, by), page),
    json: (by) => (report) => jsonText(evidenceOf(report, by)),
    markdown: (by) => (report) => frameworkMarkdown(evidenceOf(report, by)),
    html: (by) => (report) => frameworkPage(evidenceOf(report, by)),
  };
}
