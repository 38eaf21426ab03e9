/** A list that somebody goes through, for a person: each line over all hosts, with what answers it. */
import { holds, type LineResult, type LineVerdict } from "../assess/lines.ts";
import type { Answered, ChecklistReport } from "../results/checklist.ts";
import { failedText } from "./error.ts";
import { leftText } from "./kept.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, count, type Style } from "./paint.ts";
import { profileText } from "./plan.ts";

const styles: Readonly<Record<LineVerdict, Style>> = {
  pass: "good",
  waived: "warn",
  attested: "warn",
  "not applicable": "faint",
  fail: "bad",
  "not measured": "bad",
};

/** What counts of several hosts is the one that is worst off. */
const ranked: readonly LineVerdict[] = [
  "fail",
  "not measured",
  "attested",
  "waived",
  "pass",
  "not applicable",
];

export const worst = (lines: readonly LineResult[]): LineVerdict =>
  ranked.find((verdict) => lines.some((line) => line.verdict === verdict)) ?? "not applicable";

interface Of {
  readonly target: string;
  readonly line: LineResult;
}

function evidenceText({ target, line }: Of, many: boolean): readonly string[] {
  const where = many ? `${target}: ` : "";
  const { verdict, evidence, attestation, remedy } = line;
  const told = evidence.filter((each) => each.waived !== undefined || isOpen(each.verdict));
  const shown = told.map(
    ({ check, object, found, waived }) =>
      `${where}${check}${object === "" ? "" : ` of ${object}`}: ${found}${waived === undefined ? "" : ` (waived ${waived})`}`,
  );
  const person =
    attestation === undefined
      ? []
      : [
          `${where}${attestation.who} on ${attestation.when}, until ${attestation.until}: ${attestation.evidence}`,
        ];
  const by = [...new Set(evidence.filter((each) => each.verdict === "pass").map(({ check }) => check))];
  const held = verdict === "pass" && by.length > 0 ? [`${where}by ${by.join(", ")}`] : [];
  const next = remedy === undefined ? [] : [`${where}next: ${remedy}`];
  return [...shown, ...held, ...person, ...next];
}

const isOpen = (verdict: string) => verdict !== "pass" && verdict !== "not applicable";

function lineText(all: readonly Of[], page: Page, many: boolean): string {
  const lines = all.map(({ line }) => line);
  const verdict = worst(lines);
  const { id, says } = lines[0]!;
  const head = `  ${page.paint(styles[verdict], verdict.padEnd(14))} ${clean(`${says}  (${id})`)}`;
  const told = all.filter(({ line }) => line.verdict === verdict || !holds(line));
  const alike = new Map(told.map((each) => [JSON.stringify(evidenceText(each, false)), each]));
  const shown =
    alike.size === 1
      ? told.slice(0, 1).flatMap((each) => evidenceText(each, false))
      : told.flatMap((each) => evidenceText(each, many));
  return [fold(head, page, 17), ...shown.map((text) => fold(`      ${clean(text)}`, page, 8))].join("\n");
}

/** Of the lines with these ids. */
function sections(
  hosts: readonly { readonly target: string; readonly value: Answered }[],
  ids: readonly string[],
  page: Page,
) {
  const [first] = hosts;
  const all = first!.value.lines.filter(({ id }) => ids.includes(id));
  const names = [...new Set(all.map(({ section }) => section))];
  return names.map((name) => {
    const own = all.flatMap(({ section, id }) => (section === name ? [id] : []));
    const lines = own.map((id) =>
      lineText(
        hosts.map(({ target, value }) => ({ target, line: value.lines.find((line) => line.id === id)! })),
        page,
        hosts.length > 1,
      ),
    );
    return [page.paint("strong", name), ...lines].join("\n");
  });
}

const ends = {
  checklist: { well: "Deploy.", bad: "Don't deploy" },
  "after-deploy": { well: "All of it holds.", bad: "Not as it should be" },
} as const;

const idsOf = ([first]: readonly Answered[]) => first?.lines.map(({ id }) => id) ?? [];

/** The lines that some host keeps open. */
const openIn = (hosts: readonly Answered[]) =>
  idsOf(hosts).filter((id) =>
    hosts.some(({ lines }) => lines.some((line) => line.id === id && !holds(line))),
  );

/** Whether to go on, and what speaks against it. */
export function checklistEnd(report: ChecklistReport): string {
  const hosts = report.flatMap((each) => (each.ok ? [each.value] : []));
  const [first] = hosts;
  const ids = idsOf(hosts);
  const open = openIn(hosts);
  const unsettled = [...new Set(hosts.flatMap((each) => each.unsettled))];
  const unread = report.flatMap((each) => (each.ok ? [] : [each.target]));
  const { well, bad } = ends[first?.list ?? "checklist"];
  const missing = [
    ...(open.length === 0 ? [] : [`${count(open.length, "line")} of ${ids.length} open: ${open.join(", ")}`]),
    ...(unsettled.length === 0 ? [] : [`nothing is sure while ${unsettled.join(", ")}`]),
    ...(unread.length === 0
      ? []
      : [`${count(unread.length, "target")} could not be read: ${unread.join(", ")}`]),
  ];
  return missing.length === 0
    ? `${count(ids.length, "line")}, all hold. ${well}`
    : `${bad}: ${missing.join("; ")}.`;
}

/** Among others what has no lines is told in its own place, too: nobody looks for what isn't there. */
const unreadText = (report: ChecklistReport, page: Page): readonly string[] =>
  report.length < 2
    ? []
    : report.flatMap((each) => (each.ok ? [] : [fold(failedText(each, "could not be read", page), page)]));

export function checklistText(report: ChecklistReport, page: Page = plainPage): string {
  const hosts = report.flatMap((each) => (each.ok ? [each] : []));
  const unread = unreadText(report, page);
  if (hosts.length === 0)
    return unread.length === 0 ? "" : [...unread, fold(checklistEnd(report), page)].join("\n\n");
  const values = hosts.map(({ value }) => value);
  const ids = idsOf(values);
  const told = page.failedOnly ? openIn(values) : ids;
  const heads = hosts.map(
    ({ target, value: { host, profile } }) =>
      `${page.paint("strong", clean(target))} (${clean(host.hostname)}, ${clean(host.distro)} ${clean(host.version)}), ${profileText(profile)}`,
  );
  return [
    ...(page.quiet ? [] : [heads.map((head) => fold(head, page)).join("\n")]),
    ...unread,
    ...sections(hosts, told, page),
    fold(
      clean([checklistEnd(report), page.quiet ? "" : leftText(ids.length - told.length)].join(" ").trim()),
      page,
    ),
  ].join("\n\n");
}
