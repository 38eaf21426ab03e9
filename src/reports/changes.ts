/** A plan's changes for a person: a line or two each, or with their files whole. */
import { nameOf } from "../kinds/index.ts";
import type { Action } from "../kinds/kind.ts";
import type { Change } from "../plan/plan.ts";
import type { PlanRow } from "../plan/rows.ts";
import { fold, type Page } from "./page.ts";
import { clean, cleanLines, indent, type Paint, type Style } from "./paint.ts";

/** What an action does to a host, as a plan counts it. */
export const senses: Readonly<Record<Action, "add" | "change" | "remove">> = {
  create: "add",
  install: "add",
  enable: "add",
  start: "add",
  update: "change",
  reload: "change",
  restart: "change",
  load: "change",
  delete: "remove",
  purge: "remove",
  disable: "remove",
  stop: "remove",
};
export const marks = { add: "+", change: "~", remove: "-" } as const;

const late = "known after install";

/** What isn't as usual of a change: when it takes hold, and what can be taken back. */
export function notesOf({ effect, undo, afterInstall }: Change, line: string): string {
  const notes = [
    ...(effect === "reboot" ? ["takes effect at a reboot"] : []),
    ...(undo === "full" ? [] : [`undo: ${undo}`]),
    ...(afterInstall === "address" && !line.includes(late) ? [late] : []),
  ];
  return notes.length === 0 ? "" : ` (${notes.join("; ")})`;
}

export function rowText(row: PlanRow, page: Page): string {
  const [change] = row.changes;
  const sense = senses[change.action];
  const head = clean(`${row.line}${notesOf(change, row.line)}`);
  const line = fold(`  ${page.paint(sense, marks[sense])} ${head}`, page, 4);
  const details = row.changes.flatMap((each) => each.details ?? []);
  const whole = page.whole === true ? row.changes.flatMap((each) => wholeText(each, page)) : [];
  return [line, ...details.map((detail) => detailText(clean(detail), page)), ...whole].join("\n");
}

/** By the mark that it has. */
const senseOf = (detail: string) =>
  (["add", "change", "remove"] as const).find((sense) => detail.startsWith(marks[sense]));

function detailText(detail: string, page: Page): string {
  const sense = senseOf(detail);
  const painted = sense === undefined ? detail : `${page.paint(sense, marks[sense])}${detail.slice(1)}`;
  return fold(`    ${painted}`, page, 4);
}

/** Why, when and with which mode, and the file's difference to the letter. */
function wholeText(change: Change, { paint }: Page): readonly string[] {
  const { before, after, diff } = change;
  const modes = diff !== undefined && before !== after ? [before, after].filter(Boolean).join(" → ") : "";
  return [
    indent(clean(`${change.reason} (takes effect: ${change.effect}; undo: ${change.undo})`), 6),
    ...(modes === "" ? [] : [indent(clean(`mode and owner: ${modes}`), 6)]),
    ...(diff === undefined ? [] : [indent(paintDiff(diff, paint), 6)]),
  ];
}

function paintDiff(diff: string, paint: Paint): string {
  const style = (line: string): Style =>
    line.startsWith("+") ? "add" : line.startsWith("-") ? "remove" : "faint";
  return cleanLines(diff)
    .split("\n")
    .map((line) => paint(style(line), line))
    .join("\n");
}

export interface Tally {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

/** A file that changes counts as what changes within it, where that is known: rules that go are removed. Of a purge: what stays. */
export function tallyOf(changes: readonly Change[]): Tally {
  const tally = { add: 0, change: 0, remove: 0 };
  for (const { action, details = [] } of changes) {
    if (action !== "update" || details.length === 0) tally[senses[action]] += 1;
    if (action === "purge") continue;
    for (const detail of details) tally[senseOf(detail) ?? "change"] += 1;
  }
  return tally;
}

/** `3 to add, 20 to change, 0 to remove` */
export const tallyText = ({ add, change, remove }: Tally) =>
  `${add} to add, ${change} to change, ${remove} to remove`;

const disturbing = ["reload", "restart", "start", "stop"] as const;

/** `; reloads ssh.service, ufw; restarts fail2ban.service; 1 at the next reboot only` */
export function disturbances(changes: readonly Change[]): string {
  const services = disturbing.flatMap((action) => {
    const units = changes.filter((each) => each.action === action).map(({ address }) => nameOf(address));
    return units.length === 0 ? [] : [`${action}s ${units.join(", ")}`];
  });
  const later = changes.filter(({ effect }) => effect === "reboot").length;
  const waiting = later === 0 ? [] : [`${later} at the next reboot only`];
  return [...services, ...waiting].map((text) => `; ${text}`).join("");
}
