import { InvalidArgumentError } from "commander";
import type { AuditOptions, AuditReport } from "../commands/audit.ts";
import type { Severity } from "../controls/control.ts";
import type { Page } from "../reports/page.ts";
import { auditInput, auditOptions, auditWords, parted } from "./auditing.ts";
import { framework, type Grouping, groupedFormats } from "./evidence.ts";
import { byName } from "./formats.ts";
import { onHosts } from "./on-hosts.ts";
import { word } from "./words.ts";

const severities = ["high", "medium", "low"] as const;

const weighing = {
  failOn: word<Severity>({
    spelled: "--fail-on <severity>",
    values: { words: severities },
    text: `exit 2 for what weighs as much at least: ${severities.join(", ")}`,
    parse(typed) {
      const found = severities.find((severity) => severity === typed);
      if (found === undefined) throw new InvalidArgumentError(`It must be ${severities.join(", ")}.`);
      return found;
    },
    initial: "low",
  }),
};

interface Grouped extends AuditOptions {
  readonly grouping?: Grouping;
}

export const audit = parted(
  onHosts({
    words: "audit",
    summary:
      "judge hosts, their containers, what answers from here, and compose files: a score, and a grade for each layer; reads only",
    arguments: auditWords,
    options: { ...auditOptions, ...weighing, ...framework },
    changes: "nothing",
    async act() {
      const { auditCommand } = await import("../commands/audit.ts");
      return (input: Grouped, ports) => auditCommand(input, ports);
    },
    async text() {
      const [{ auditText }, grouped] = await Promise.all([import("../reports/audit.ts"), groupedFormats()]);
      return (report, page, { grouping }) =>
        grouping === undefined ? auditText(report, page) : grouped.text(grouping)(report, page);
    },
    async formats() {
      const [{ formats }, grouped] = await Promise.all([import("../reports/formats.ts"), groupedFormats()]);
      const plain = byName(formats, ({ audit }) => audit);
      const own: Readonly<Record<string, (by: Grouping) => (report: AuditReport, page: Page) => string>> =
        grouped;
      return Object.fromEntries(
        Object.entries(plain).map(([name, write]) => [
          name,
          (report: AuditReport, page: Page, { grouping }: Grouped) =>
            grouping === undefined ? write(report, page) : (own[name]?.(grouping) ?? write)(report, page),
        ]),
      );
    },
    input: async (line, outside) => ({
      ...(await auditInput(line, outside)),
      failOn: line.given.failOn,
      ...(line.given.framework === undefined
        ? {}
        : {
            grouping: {
              framework: line.given.framework,
              date: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
              tool: `harden ${outside.version}`,
            },
          }),
    }),
  }),
);
