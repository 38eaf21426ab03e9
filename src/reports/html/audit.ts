/** An audit as a page: what all of it comes to, what weighs most and its mend, then what that rests on. Pure. */
import { open } from "../../assess/assess.ts";
import { type Baseline, counted, type SinceBaseline } from "../../assess/baseline.ts";
import { layers } from "../../checks/layers.ts";
import { isHost } from "../../compose/composed.ts";
import type { Audited, AuditReport } from "../../results/audited.ts";
import { byWeight, groupIn } from "../audit.ts";
import { kept } from "../kept.ts";
import type { Page } from "../page.ts";
import { count } from "../paint.ts";
import { groupText, scoreText, weightiest } from "../score.ts";
import { verifySummary } from "../verdicts.ts";
import { page, type ReportSection } from "./document.ts";
import { engineOf } from "./engine.ts";
import { historySection } from "./history.ts";
import { html, type Markup, nothing } from "./markup.ts";
import {
  aboutHost,
  checksOf,
  failedSection,
  findingsOf,
  folded,
  item,
  leftOf,
  type Tone,
  table,
  word,
} from "./parts.ts";
import { fileSection, namesOf, sinceOf, sumOf } from "./verdicts.ts";

const toneOf = (grade: string | undefined): Tone =>
  grade === undefined ? "faint" : "AB".includes(grade) ? "good" : "CD".includes(grade) ? "warn" : "bad";

function layersOf(audited: Audited): Markup {
  const rows = audited.layers.map(({ layer, score, grade, failing, unmeasured, hidden }) => [
    layer,
    word(toneOf(grade), grade ?? "–"),
    score ?? "nothing to measure",
    failing,
    unmeasured,
    hidden,
  ]);
  return html`<h3>Layers</h3>${table("Layers", ["layer", "grade", "score", "don't hold", "not measured", "by the same causes"], rows)}`;
}

function assetsOf({ assets }: Audited): Markup {
  const rows = assets.flatMap(({ asset, guards }) =>
    guards.map(({ layer, does, open }) => [
      asset,
      layer,
      does,
      open.length === 0
        ? word("good", "guards")
        : html`${word("bad", "open")} by ${open.map((id, at) => html`${at === 0 ? "" : ", "}<code>${id}</code>`)}`,
    ]),
  );
  if (rows.length === 0) return nothing;
  return html`<h3>What guards what matters</h3>${table("What guards what matters", ["asset", "layer", "by", "now"], rows)}`;
}

/** What is told first; each of them stands with its layer as well. */
const first = 5;

function weightiestOf({ checks }: Pick<Audited, "checks">): Markup {
  const all = weightiest(checks);
  if (all.length === 0) return html`<p>${word("good", "Nothing is open.")}</p>`;
  const told = all.slice(0, first).map(({ id, title, points, objects, remedy }) =>
    item(points > 5 ? "bad" : "warn", html`<strong>${points} points</strong> <code>${id}</code> ${title}`, [
      ["open", objects.length === 1 && objects[0] === "" ? "" : count(objects.length, "thing")],
      ["next", remedy],
    ]),
  );
  const more = all.length - told.length;
  return html`<h3>What weighs most</h3><ol class="items">${told}</ol>${more === 0 ? nothing : html`<p class="faint">and ${count(more, "check")} more, below</p>`}`;
}

function byLayer({ checks }: Pick<Audited, "checks">): Markup {
  const sorted = byWeight(checks);
  return html`<h3>Checks by layer</h3>${layers.map((layer) => {
    const own = sorted.filter((check) => check.layer === layer);
    if (own.length === 0) return nothing;
    const bad = open(own).length;
    const said = bad === 0 ? "none open" : `${bad} open`;
    return folded(
      html`<strong>${layer}</strong>: ${count(own.length, "result")}, ${said}`,
      checksOf(own),
      bad > 0,
    );
  })}`;
}

interface Beside {
  readonly asked: Page;
  /** Earlier audits. */
  readonly history: readonly Baseline[];
}

function hostSection(
  target: string,
  value: Audited & { readonly since?: SinceBaseline },
  beside: Beside,
): ReportSection {
  const { asked, history } = beside;
  const told = kept(value, asked, counted);
  const sum = html`<p class="score">${scoreText(value.score)}</p><p>${verifySummary(value)}</p>`;
  const first = html`${historySection(target, value, history)}${sinceOf(value)}${weightiestOf(value)}`;
  const rests = html`${layersOf(value)}${assetsOf(value)}${findingsOf(told.findings)}`;
  const engine = asked.failedOnly ? nothing : engineOf(value);
  return {
    title: target,
    short: scoreText(value.score),
    body: html`${aboutHost(value)}<p class="faint">measured ${value.at}</p>${sum}${first}${rests}${engine}${byLayer(told)}${leftOf(told.left)}`,
  };
}

function sumText(report: AuditReport): Markup {
  const group = groupIn(report);
  const said = html`<p>${sumOf(report, "result")}</p>`;
  if (group === undefined) return said;
  return html`${said}<p class="score">${groupText(group)}</p><p>Of ${count(group.hosts, "host")}.</p>`;
}

export const auditPage = (report: AuditReport, beside: Beside): string =>
  page({
    made: beside.asked.made,
    title: `Audit of ${namesOf(report)}`,
    sum: sumText(report),
    sections: report.map((each) => {
      if (!each.ok) return failedSection(each);
      const { target, value } = each;
      return isHost(value)
        ? hostSection(target, value, beside)
        : fileSection(target, value, { asked: beside.asked, fails: counted });
    }),
  });
