import { InvalidArgumentError } from "commander";
import type { Baseline } from "../assess/baseline.ts";
import type { Severity } from "../checks/check.ts";
import type { AuditOptions, AuditReport } from "../commands/audit.ts";
import type { Outcome, Ports } from "../commands/ports.ts";
import { timeOf } from "../day.ts";
import type { Page } from "../reports/page.ts";
import { localTarget } from "../targets.ts";
import { auditInput, auditOptions, auditWords, parted } from "./auditing.ts";
import { auditIn, historyIn } from "./baseline.ts";
import type { Call } from "./command.ts";
import { framework, type Grouping, groupedFormats } from "./evidence.ts";
import { byName } from "./formats.ts";
import { onHosts } from "./on-hosts.ts";
import { webhookOf } from "./webhook.ts";
import { file, fileName, files, word } from "./words.ts";

interface Asked extends AuditOptions {
  readonly webhook: Omit<Call, "body"> | undefined;
  readonly grouping?: Grouping;
  readonly history: readonly Baseline[];
}

type Act = (input: Asked, ports: Ports) => Promise<Outcome<AuditReport>>;

const severities = ["high", "medium", "low"] as const;

/** What a night's audit has besides. */
export const auditing = {
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

const kept = {
  baseline: file(
    "--baseline <file>",
    "an earlier audit, as --out saves it: what was open then is told apart, and doesn't count",
  ),
  history: word<readonly string[]>({
    spelled: "--history <file...>",
    text: "earlier audits, as --out saves them, behind all other words: with --format html, the score over time",
    parse: (typed, before) => [...before, fileName(typed)],
    values: files,
    initial: [],
  }),
  out: file("--out <file>", "save the audit, as --format json has it"),
  webhookFile: file(
    "--webhook-file <file>",
    "a file with the URL that is to hear of it where the status isn't 0: targets, ids of checks and counts, by POST as JSON",
  ),
};

export const audit = parted(
  onHosts({
    words: "audit",
    summary:
      "judge hosts, their containers, what answers from here, and compose files: a score, and a grade for each layer; reads only",
    arguments: auditWords,
    options: { ...auditOptions, ...auditing, ...framework, ...kept },
    changes: "nothing",
    act: async (): Promise<Act> => (await import("../commands/audit.ts")).auditCommand,
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
          (report: AuditReport, page: Page, { grouping, history }: Asked) =>
            grouping === undefined
              ? write(report, page, { history })
              : (own[name]?.(grouping) ?? write)(report, page),
        ]),
      );
    },
    async file(report, { given: { out } }) {
      if (out === undefined) return undefined;
      const [{ resultsJson }, { savedText }] = await Promise.all([
        import("../reports/json.ts"),
        import("../reports/saved.ts"),
      ]);
      const isEmpty = report.every(({ ok }) => !ok);
      const said = savedText(out, report, { each: "result", verb: "judged" });
      return { path: out, what: "audit", said, ...(isEmpty ? {} : { text: `${resultsJson(report)}\n` }) };
    },
    async webhook(report, { input: { webhook }, status }) {
      if (webhook === undefined || status === 0) return undefined;
      const { webhookText } = await import("../reports/webhook.ts");
      return { ...webhook, body: webhookText(report, status) };
    },
    async input(line, outside) {
      const { given } = line;
      const input = await auditInput(line, outside);
      const targets = given.targets.length === 0 ? [localTarget] : given.targets;
      const { baseline: file } = given;
      const baseline =
        file === undefined ? undefined : await auditIn({ file, what: "baseline" }, targets, outside);
      const history = await historyIn(given, targets, outside);
      const webhook = await webhookOf(given.webhookFile, outside);
      if (given.out !== undefined) await outside.checkSavable({ path: given.out, what: "audit" });
      return {
        ...{ ...input, failOn: given.failOn, webhook, history },
        ...(baseline === undefined ? {} : { baseline }),
        ...(given.framework === undefined
          ? {}
          : {
              grouping: {
                framework: given.framework,
                date: timeOf(Date.now()),
                tool: `harden ${outside.version}`,
              },
            }),
      };
    },
  }),
);
