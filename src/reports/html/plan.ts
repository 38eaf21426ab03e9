/** A plan as a page: hosts that are to be changed alike once, each row with what is behind it. Pure. */
import type { Change, Plan } from "../../plan/plan.ts";
import type { PlanRow } from "../../plan/rows.ts";
import type { Settled } from "../../results/settled.ts";
import { marks, notesOf, senses } from "../changes.ts";
import { baseOf, differenceFrom, findingsOf, groupsOf, type HostGroup } from "../groups.ts";
import type { Page } from "../page.ts";
import { cleanLines, count } from "../paint.ts";
import { ending, profileText, releases, total } from "../plan.ts";
import { page, type ReportSection } from "./document.ts";
import { html, lines, type Markup, nothing } from "./markup.ts";
import { aboutHost, failedSection, findingItem, folded, item, items, type Tone, word } from "./parts.ts";
import { namesOf } from "./verdicts.ts";

const tones: Readonly<Record<keyof typeof marks, Tone>> = { add: "good", change: "warn", remove: "bad" };

/** Lines keep their marks, so that paper without colours tells them apart. */
function diffOf(diff: string): Markup {
  const toned = cleanLines(diff)
    .split("\n")
    .map((line) => {
      const tone = line.startsWith("+") ? "good" : line.startsWith("-") ? "bad" : "faint";
      return html`<span class="${tone}">${lines(line)}</span>
`;
    });
  return html`<pre tabindex="0" role="group" aria-label="Difference">${toned}</pre>`;
}

function behind(change: Change, isOne: boolean): Markup {
  const { address, before = "", after = "", diff, reason, effect, undo } = change;
  const from = before === after ? "" : [before, after].filter(Boolean).join(" → ");
  return html`<p>${isOne ? nothing : html`<code>${address}</code> `}${reason} <span class="faint">(takes effect: ${effect}; undo: ${undo}${from === "" ? "" : `; ${from}`})</span></p>${diff === undefined ? nothing : diffOf(diff)}`;
}

function rowItem({ changes, line }: PlanRow): Markup {
  const [first] = changes;
  const sense = senses[first.action];
  const details = changes.flatMap((each) => each.details ?? []);
  const list =
    details.length === 0
      ? nothing
      : html`<ul>${details.map((detail) => html`<li><code>${detail}</code></li>`)}</ul>`;
  const head = html`${word(tones[sense], `${marks[sense]} ${first.action}`)} <code>${line}</code>${notesOf(first, line)}`;
  const whole = changes.map((each) => behind(each, changes.length === 1));
  return item(tones[sense], head, [], html`${list}${folded("why, and what exactly", whole)}`);
}

function byControl(rows: readonly PlanRow[]): Markup {
  const controls = [...new Set(rows.map(({ changes: [{ control }] }) => control))];
  return html`${controls.map(
    (control) =>
      html`<h3>${control}</h3>${items(rows.filter(({ changes: [first] }) => first.control === control).map(rowItem))}`,
  )}`;
}

function changesOf(group: HostGroup, base: HostGroup): Markup {
  const apart = differenceFrom(base, group);
  if (apart === undefined) return byControl(group.rows);
  const part = (title: string, rows: readonly PlanRow[]) =>
    rows.length === 0 ? nothing : html`<h3>${title}</h3>${items(rows.map(rowItem))}`;
  return html`<p>As ${base.hosts[0].target}, but for:</p>${part("only here", apart.more)}${part("not here", apart.less)}`;
}

function groupSection(group: HostGroup, base: HostGroup): ReportSection {
  const [first, ...more] = group.hosts;
  const { common, alone } = findingsOf(group);
  const findings = [
    ...common.map((finding) => findingItem(finding)),
    ...alone.map(({ target, finding }) => findingItem(finding, target)),
  ];
  const about =
    more.length === 0
      ? aboutHost(first.plan)
      : html`<p class="faint">${count(group.hosts.length, "host")} with the same changes, ${releases(group)}, ${profileText(first.plan.profile)}</p>`;
  const end = ending(group);
  return {
    title: group.hosts.map(({ target }) => target).join(", "),
    short: end,
    body: html`${about}<p>${end}</p>${findings.length === 0 ? nothing : html`<h3>Findings</h3>${items(findings)}`}${changesOf(group, base)}`,
  };
}

export function planPage(report: readonly Settled<Plan>[], asked: Page): string {
  const plans = report.flatMap((each) => (each.ok ? [{ target: each.target, plan: each.value }] : []));
  const groups = groupsOf(plans);
  const base = baseOf(groups);
  return page({
    made: asked.made,
    title: `Plan for ${namesOf(report)}`,
    sum: html`<p>${total(report, plans)} Nothing was changed.</p>`,
    sections: [
      ...groups.map((group) => groupSection(group, base ?? group)),
      ...report.flatMap((each) => (each.ok ? [] : [failedSection(each)])),
    ],
  });
}
