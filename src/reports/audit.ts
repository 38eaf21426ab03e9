/** An audit for a person: score and layers, what runs and may take, who reaches whom, and what is weak, by check. */
import { failing } from "../assess/assess.ts";
import { counted, type SinceBaseline } from "../assess/baseline.ts";
import type { Assessed } from "../assess/report.ts";
import { type Composed, isHost } from "../compose/composed.ts";
import type { Audited, AuditedOrFile, AuditReport, ListedContainer } from "../results/audited.ts";
import { answerText } from "../running/doors.ts";
import { checkGroups, fileText } from "./compose.ts";
import { type End, reportText } from "./end.ts";
import { engineText } from "./engine.ts";
import { kept, leftText } from "./kept.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean } from "./paint.ts";
import { findingText, profileText } from "./plan.ts";
import { assetText, groupText, layerText, scoreText, weightiest, weightOf } from "./score.ts";
import { freshIds, sinceText, untold } from "./since.ts";
import { verifySummary } from "./verdicts.ts";

export const mebibytes = (bytes: number | undefined, other: string) =>
  bytes === undefined ? other : `${Math.ceil(bytes / 1024 ** 2)}M`;

/** Cells in columns, two blanks apart. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at]!)).join("  ")}`.trimEnd());
}

/** How many of its checks don't hold: a container's name is the first word of what they are about. */
export function verdictOf({ name }: ListedContainer, checks: readonly Assessed[]): string {
  const own = failing(checks).filter(({ object }) => object.split(" ")[0] === name);
  return own.length === 0 ? "holds" : `${own.length} ${own.length === 1 ? "doesn't" : "don't"} hold`;
}

const containersText = ({ containers, checks }: Audited): readonly string[] =>
  containers.length === 0
    ? ["  No container runs."]
    : columns([
        ["container", "image", "verdict", "cores", "memory: limit, used, peak", "networks"],
        ...containers.map((each) => {
          const { name, image, cpus, memory, networks } = each;
          return [
            ...[clean(name), clean(image), verdictOf(each, checks)],
            cpus === undefined ? "all" : String(Math.round(cpus * 100) / 100),
            `${mebibytes(memory.limit, "all")}, ${mebibytes(memory.used, "not known")}, ${mebibytes(memory.peak, "not known")}`,
            networks.map(clean).join(", ") || "none",
          ];
        }),
      ]);

/** A row reaches a column; columns have the numbers of the rows. */
function matrixText({ containers, reach }: Audited): readonly string[] {
  if (containers.length < 2) return [];
  const cells = new Map(
    reach.map(({ from, to, answer }) => [`${from} ${to}`, answer === "yes" ? "yes" : "?"]),
  );
  const rows = containers.map(({ name }, row) => [
    `${row + 1}  ${clean(name)}`,
    ...containers.map((to) => (to.name === name ? "-" : (cells.get(`${name} ${to.name}`) ?? "no"))),
  ]);
  const unknown = reach.some(({ answer }) => answer === "not known")
    ? ["  ? is by the host's own address: its firewall decides."]
    : [];
  return [...columns([["row reaches column", ...rows.map((_, at) => String(at + 1))], ...rows]), ...unknown];
}

/** Each port that could be asked, and what came back here. */
function doorsText({ outside }: Audited): readonly string[] {
  if ("why" in outside) return [`  What is open from elsewhere was not asked: ${outside.why}.`];
  if (outside.doors.length === 0) return ["  No port of it waits for others."];
  return columns([
    ["port", "of", "from here"],
    ...outside.doors.map((door) => [
      `${door.port}/tcp`,
      clean(door.of) || "not known",
      clean(answerText(door)),
    ]),
  ]);
}

function hostText(target: string, audited: Audited & { readonly since?: SinceBaseline }, page: Page): string {
  const { host, engine } = audited;
  const { checks, findings, left } = kept(audited, page, counted);
  const name = page.paint("strong", clean(target));
  const head = `${name} (${clean(host.hostname)}, ${clean(host.distro)} ${clean(host.version)}), ${profileText(audited.profile)}`;
  const running = clean(engineText(engine));
  const ofEngine = engine.state === "asked" ? [containersText(audited), matrixText(audited)] : [];
  const all = [...ofEngine, doorsText(audited)].filter((lines) => lines.length > 0);
  const sections = page.failedOnly ? [] : all;
  const { counting, hidden } = apart(byWeight(untold(checks)));
  const told = [checkGroups(counting, page, true), ...hidden.map((line) => fold(line, page, 6))]
    .filter((text) => text !== "")
    .join("\n");
  return [
    [
      fold(head, page),
      `  ${page.paint("strong", scoreText(audited.score))}`,
      ...[...audited.layers.map(layerText), ...audited.assets.map(assetText), running].map((line) =>
        fold(`  ${line}`, page, 18),
      ),
    ].join("\n"),
    ...sections.map((lines) => lines.join("\n")),
    ...(findings.length === 0 ? [] : [findings.map((finding) => findingText(finding, page)).join("\n")]),
    ...(told === "" ? [] : [told]),
    ...sinceText(audited, page),
    fold(clean([verifySummary(audited), leftText(left)].join(" ").trim()), page),
  ].join("\n\n");
}

/** A file as `compose check` tells it, and what is so since the baseline. */
const fileSinceText = (target: string, file: Composed & { readonly since?: SinceBaseline }, page: Page) =>
  [fileText(target, { ...file, checks: untold(file.checks) }, page, counted), ...sinceText(file, page)].join(
    "\n\n",
  );

/** What one cause explains is one line: its check is told, and mending that mends them. */
function apart(checks: readonly Assessed[]) {
  const isTold = (id: string) =>
    checks.some((each) => each.id === id && each.points !== undefined && each.waiver === undefined);
  const isHidden = ({ hiddenBy, waiver }: Assessed) =>
    hiddenBy !== undefined && waiver === undefined && isTold(hiddenBy);
  const hidden = checks.filter(isHidden);
  const causes = [...new Set(hidden.map(({ hiddenBy }) => hiddenBy!))];
  return {
    counting: checks.filter((check) => !isHidden(check)),
    hidden: causes.map((cause) => {
      const own = hidden.filter(({ hiddenBy }) => hiddenBy === cause).map(({ id }) => id);
      return clean(`  hidden   by ${cause}: ${[...new Set(own)].join(", ")}`);
    }),
  };
}

/** What weighs most is read first. */
export const byWeight = (checks: readonly Assessed[]) =>
  [...checks].sort(
    (one, other) => weightOf(other) - weightOf(one) || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0),
  );

const end: End<AuditedOrFile> = {
  well: "all green",
  bad: "not green",
  none: "no verdict",
  why: (value, verdict) =>
    verdict === "pass" ? "" : [...new Set(freshIds(value))].join(", ") || "see above",
};

/** The same of each host. */
export const groupIn = (report: AuditReport) =>
  report.flatMap((each) => (each.ok && "group" in each.value ? (each.value.group ?? []) : []))[0];

const isOfHost = (result: AuditReport[number]) =>
  result.ok ? isHost(result.value) : result.error.code !== "compose";

/** Several hosts: the worst, the median, and what weighs most. */
function wholeText(report: AuditReport, page: Page): string {
  const group = groupIn(report);
  if (group === undefined) return "";
  const [first] = weightiest(report.flatMap((each) => (each.ok ? each.value.checks : [])));
  const most = first === undefined ? "" : ` What weighs most: ${first.id}.`;
  return `\n${fold(clean(`${groupText(group)}.${most}`), page)}`;
}

export const auditText = (report: AuditReport, page: Page = plainPage): string =>
  `${reportText(
    report,
    {
      text: (target, value, page) =>
        isHost(value) ? hostText(target, value, page) : fileSinceText(target, value, page),
      end: {
        ...end,
        ...(report.every(isOfHost) ? {} : { each: "result" }),
        // What was open in a baseline is no green, and counts for nothing.
        ...(report.some((each) => each.ok && "since" in each.value)
          ? { well: "nothing new since the baseline" }
          : {}),
      },
      gap: "\n\n",
    },
    page,
  )}${wholeText(report, page)}`;
