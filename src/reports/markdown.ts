/**
 * GitHub's Markdown, as a comment on a merge request: what asks for something, and in folds what it is made of. Hosts that
 * are to be changed alike are one section, as in the text.
 */
import type { Plan } from "../plan/plan.ts";
import type { Settled } from "../results/settled.ts";
import { oneLine } from "../text.ts";
import { asked, type ReportFormat } from "./format.ts";
import { baseOf, differenceFrom, findingsOf, groupsOf, type HostGroup } from "./groups.ts";
import {
  answeredItems,
  auditedItems,
  changeItem,
  cloudedItems,
  composedItems,
  failedItems,
  findingItem,
  type HostItems,
  type Item,
  plannedItems,
  verifiedItems,
} from "./items.ts";
import type { Page } from "./page.ts";
import { cleanLines } from "./paint.ts";
import { ending, profileText, releases } from "./plan.ts";

/** Everything but letters, digits and what means nothing to Markdown, as an entity: no mark-up, link, mention or cell can begin. */
export const inert = (text: string) =>
  oneLine(text, 2000).replace(/[^\p{L}\p{N} .,;()=/+-]|(?<=www)\./giu, (char) => `&#${char.codePointAt(0)};`);

/** In `code`, where nobody is mentioned by a name and nothing becomes a link. */
export const code = (text: string) => (text === "" ? "" : `<code>${inert(text)}</code>`);

export const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

function table(items: readonly Item[]): readonly string[] {
  if (items.length === 0) return [];
  return [
    row(["", "what", "about", "says"]),
    row(["---", "---", "---", "---"]),
    ...items.map(({ word, rule, object, title, lines }) =>
      row([`**${inert(word)}**`, code(rule), code(object), [title, ...lines].map(code).join("<br>")]),
    ),
    "",
  ];
}

/** Longer than any fence that the text could close it with. */
function fenced(text: string): readonly string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}diff`, text, fence];
}

export const fold = (title: string, lines: readonly string[]) => [
  "<details>",
  `<summary>${title}</summary>`,
  "",
  ...lines,
  "",
  "</details>",
  "",
];

interface Section extends Omit<HostItems, "target" | "file"> {
  readonly targets: readonly string[];
  /** Of hosts that are told by another: which, and what that one has besides. */
  readonly apart?: { readonly as: string; readonly less: readonly Item[] };
}

const diffsOf = (items: readonly Item[]) =>
  items.flatMap(({ object, diff }) =>
    diff === undefined ? [] : fold(code(object), fenced(cleanLines(diff))),
  );

function section({ targets, about, summary, items, apart, error }: Section): readonly string[] {
  const open = items.filter(({ state }) => state === "bad" || state === "unmeasured");
  const beside = items.filter(({ state }) => state === "told" || state === "waived");
  return [
    `### ${targets.map(code).join(", ")}`,
    "",
    ...(about === "" ? [] : [code(about), ""]),
    `**${inert(summary)}**`,
    "",
    ...(error === undefined ? [] : [...error.split("\n").map((line) => `- ${code(line)}`), ""]),
    ...(apart === undefined ? [] : [`As ${code(apart.as)}, but for:`, ""]),
    ...table(open),
    ...diffsOf(items),
    ...(apart === undefined || apart.less.length === 0
      ? []
      : ["And not here:", "", ...table(apart.less), ...diffsOf(apart.less)]),
    ...(beside.length === 0 ? [] : fold(`${beside.length} waived or to be read`, table(beside))),
  ];
}

function groupSection(group: HostGroup, base: HostGroup): Section {
  const { hosts, rows } = group;
  const [{ target, plan }] = hosts;
  const apart = differenceFrom(base, group);
  const changes = (of: HostGroup["rows"]) => of.flatMap((each) => each.changes.map(changeItem));
  const { common, alone } = findingsOf(group);
  const findings = [
    ...common.map((finding) => findingItem(finding)),
    ...alone.map((each) => ({ ...findingItem(each.finding), object: each.target })),
  ];
  const many = `${hosts.length} hosts with the same changes, ${releases(group)}, ${profileText(plan.profile)}`;
  return {
    targets: hosts.map((each) => each.target),
    about: hosts.length === 1 ? plannedItems({ target, ok: true, value: plan }).about : many,
    summary: ending(group),
    items: [...changes(apart === undefined ? rows : apart.more), ...findings],
    ...(apart === undefined ? {} : { apart: { as: base.hosts[0].target, less: changes(apart.less) } }),
  };
}

const one = ({ target, ...items }: HostItems): Section => ({ targets: [target], ...items });

function plannedSections(report: readonly Settled<Plan>[]): readonly Section[] {
  const groups = groupsOf(
    report.flatMap((each) => (each.ok ? [{ target: each.target, plan: each.value }] : [])),
  );
  const base = baseOf(groups);
  return [
    ...groups.map((group) => groupSection(group, base ?? group)),
    ...report.flatMap((each) => (each.ok ? [] : [one(failedItems(each))])),
  ];
}

const written = (command: string, sections: readonly Section[]) =>
  [`## harden ${command}`, "", ...sections.flatMap(section)].join("\n");

const each =
  <T>(command: string, itemsOf: (result: Settled<T>) => HostItems, more?: "advice too") =>
  (report: readonly Settled<T>[], page: Page) =>
    written(command, asked(report.map(itemsOf), page, more).map(one));

export const markdown: ReportFormat = {
  plan: (report) => written("plan", plannedSections(report)),
  verify: each("verify", verifiedItems),
  audit: each("audit", auditedItems, "advice too"),
  compose: each("compose check", composedItems),
  cloud: each("cloud check", cloudedItems),
  lines: each("checklist", answeredItems),
};
