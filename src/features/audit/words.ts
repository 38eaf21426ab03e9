import type { Baseline } from "../../assess/baseline.ts";
import type { Framework } from "../../assess/frameworks.ts";
import type { AuditOptions } from "../../audit/audit.ts";
import { auditInput, auditing, auditOptions, auditWords, parted } from "../../command/auditing.ts";
import { auditIn, historyIn } from "../../command/baseline.ts";
import type { Call, Outside } from "../../command/command.ts";
import { isOpenToOthers, lineOf } from "../../command/files.ts";
import { byName } from "../../command/formats.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { file, fileName, files, flag, word } from "../../command/words.ts";
import { timeOf } from "../../day.ts";
import { HardenError } from "../../errors.ts";
import type { FormatName } from "../../reports/names.ts";
import type { Page } from "../../reports/page.ts";
import type { AuditReport } from "../../results/audited.ts";
import type { CommandOutcome, Ports } from "../../run/ports.ts";
import { localTarget } from "../../targets.ts";
import { framework, type Grouping, groupedFormats } from "./evidence.ts";

interface Asked extends AuditOptions {
  readonly webhook: Omit<Call, "body"> | undefined;
  readonly grouping?: Grouping;
  readonly history: readonly Baseline[];
  /** Only that is printed. */
  readonly inventory: boolean;
}

type Act = (input: Asked, ports: Ports) => Promise<CommandOutcome<AuditReport>>;

const shown = {
  inventory: flag(
    "--inventory",
    "print in place of the audit who may become root and what runs as root, and what explains each; as text or json",
  ),
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

/** Throws HardenError `usage`. */
function checkInventory({
  format,
  framework,
}: {
  readonly format: FormatName;
  readonly framework?: Framework | undefined;
}): void {
  const isShown = format === "text" || format === "json";
  if (isShown && framework === undefined) return;
  const other = isShown ? "--framework prints" : `--format ${format} has`;
  throw new HardenError("usage", `${other} an audit, not the inventory alone.`, {
    hint: "Leave --inventory out, or take it with --format text or json and no --framework.",
    hostState: "no host was contacted",
  });
}

export const audit = parted(
  onHosts({
    words: "audit",
    summary:
      "judge hosts, their containers, what answers from here, and compose files: a score, and a grade for each layer; reads only",
    arguments: auditWords,
    options: { ...auditOptions, ...auditing, ...framework, ...shown, ...kept },
    changes: "nothing",
    act: async (): Promise<Act> => (await import("../../audit/audit.ts")).auditCommand,
    async text() {
      const [{ auditText }, { inventoriesText }, grouped] = await Promise.all([
        import("../../reports/audit.ts"),
        import("./inventory-text.ts"),
        groupedFormats(),
      ]);
      return (report, page, { grouping, inventory }) => {
        if (inventory) return inventoriesText(report, page);
        return grouping === undefined ? auditText(report, page) : grouped.text(grouping)(report, page);
      };
    },
    async formats() {
      const [{ formats }, { inventoriesJson }, grouped] = await Promise.all([
        import("../../reports/formats.ts"),
        import("./inventory-text.ts"),
        groupedFormats(),
      ]);
      const plain = byName(formats, ({ audit }) => audit);
      const own: Readonly<Record<string, (by: Grouping) => (report: AuditReport, page: Page) => string>> =
        grouped;
      return Object.fromEntries(
        Object.entries(plain).map(([name, write]) => [
          name,
          (report: AuditReport, page: Page, { grouping, history, inventory }: Asked) => {
            if (inventory) return inventoriesJson(report);
            return grouping === undefined
              ? write(report, page, { history })
              : (own[name]?.(grouping) ?? write)(report, page);
          },
        ]),
      );
    },
    async file(report, { given: { out } }) {
      if (out === undefined) return undefined;
      const [{ resultsJson }, { savedText }] = await Promise.all([
        import("../../reports/json.ts"),
        import("../../reports/saved.ts"),
      ]);
      const isEmpty = report.every(({ ok }) => !ok);
      const said = savedText(out, report, { each: "result", verb: "judged" });
      return { path: out, what: "audit", said, ...(isEmpty ? {} : { text: `${resultsJson(report)}\n` }) };
    },
    async webhook(report, { input: { webhook }, status }) {
      if (webhook === undefined || status === 0) return undefined;
      const { webhookText } = await import("./webhook-text.ts");
      return { ...webhook, body: webhookText(report, status) };
    },
    async input(line, outside) {
      const { given } = line;
      const inventory = given.inventory === true;
      if (inventory) checkInventory(given);
      const input = await auditInput(line, outside);
      const targets = given.targets.length === 0 ? [localTarget] : given.targets;
      const { baseline: file } = given;
      const baseline =
        file === undefined ? undefined : await auditIn({ file, what: "baseline" }, targets, outside);
      const history = await historyIn(given, targets, outside);
      const webhook = await webhookOf(given.webhookFile, outside);
      if (given.out !== undefined) await outside.checkSavable({ path: given.out, what: "audit" });
      return {
        ...input,
        failOn: given.failOn,
        webhook,
        history,
        inventory,
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

/** The URL that a file of the line's has: a secret, which is said nowhere. */
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Throws HardenError `usage`. */
async function webhookOf(
  file: string | undefined,
  outside: Outside,
): Promise<Omit<Call, "body"> | undefined> {
  if (file === undefined) return undefined;
  const url = await lineOf({ file, what: "webhook file" }, outside);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe =
    parsed?.protocol === "https:" || (parsed?.protocol === "http:" && loopback.test(parsed.hostname));
  if (!isSafe || parsed.username !== "")
    throw new HardenError("usage", `The webhook file ${file} has no URL that begins with https://.`, {
      hint: "One line, such as https://hooks.example.com/…; http:// goes to this machine alone, for the URL is a secret.",
      hostState: "no host was contacted",
    });
  if (await isOpenToOthers(file))
    outside.say(
      `harden: warning: others on this machine can read the webhook file ${file}; chmod 600 ends that.`,
    );
  return { url, file };
}
