/** What the pages of all commands are made of: words, tables, folds, checks and findings. Pure. */
import { isAdvised } from "../../assess/assess.ts";
import type { Assessed } from "../../assess/report.ts";
import type { Finding } from "../../checks/finding.ts";
import type { HostFacts } from "../../facts/host.ts";
import type { ProfileFacts } from "../../plan/plan.ts";
import type { Settled } from "../../results/settled.ts";
import { errorText } from "../error.ts";
import { leftText } from "../kept.ts";
import { count } from "../paint.ts";
import { profileText } from "../plan.ts";
import { countedText, placeText, waivedText } from "../verdicts.ts";
import type { ReportSection } from "./document.ts";
import { html, lines, type Markup, type MarkupPart, nothing } from "./markup.ts";

export type Tone = "good" | "bad" | "warn" | "faint";

/** Never by its colour alone. */
export const word = (tone: Tone, text: string) => html`<strong class="${tone}">${text}</strong>`;

/** Wider than a phone it scrolls by itself, by the keyboard, too; the page never does. */
export const table = (
  name: string,
  head: readonly MarkupPart[],
  rows: readonly (readonly MarkupPart[])[],
  kind = "",
) =>
  html`<div class="wide" role="group" tabindex="0" aria-label="${name}"><table class="${kind}"><thead><tr>${head.map(
    (cell) => html`<th scope="col">${cell}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([first = "", ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;

export const folded = (summary: MarkupPart, body: MarkupPart, isOpen = false) =>
  isOpen
    ? html`<details open="open"><summary>${summary}</summary>${body}</details>`
    : html`<details><summary>${summary}</summary>${body}</details>`;

/** What doesn't matter is left out. */
const said = (pairs: readonly (readonly [name: string, text: string])[]): Markup => {
  const told = pairs.filter(([, text]) => text !== "");
  if (told.length === 0) return nothing;
  return html`<dl class="said">${told.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>`;
};

export const item = (
  tone: Tone,
  head: MarkupPart,
  pairs: Parameters<typeof said>[0] = [],
  more: MarkupPart = nothing,
) =>
  html`<li class="is-${tone}"><p>${head}</p>${said(pairs)}${more}</li>
`;

export const items = (all: readonly Markup[]) =>
  all.length === 0 ? nothing : html`<ul class="items">${all}</ul>`;

export const verdictTones: Readonly<Record<Assessed["verdict"], Tone>> = {
  pass: "good",
  fail: "bad",
  error: "bad",
  "not applicable": "faint",
  "until the next boot": "warn",
};

function wordOf(check: Assessed): Markup {
  if (check.waiver?.state === "waived") return word("warn", "waived");
  if (isAdvised(check)) return word("warn", "advice");
  const verdict = check.verdict === "error" ? "not measured" : check.verdict;
  return word(verdictTones[check.verdict], check.since === "known" ? `known: ${verdict}` : verdict);
}

const isQuiet = ({ verdict }: Assessed) => verdict === "pass" || verdict === "not applicable";

const numbers = ({ references }: Assessed) =>
  references.map(({ benchmark, number }) => `${benchmark} ${number}`).join(", ");

/** What one check says of one thing. */
function saidOf({ object, expected, found, place, verdict, remedy = "", waiver, hiddenBy }: Assessed) {
  if (verdict === "pass") return [["of", object]] as const;
  return [
    ["of", object],
    ["expected", expected],
    ["found", `${placeText(place)}${found}`],
    ["counted", countedText(hiddenBy)],
    ["waived", waivedText(waiver)],
    ["next", remedy],
  ] as const;
}

/** Of several things, what is the same of all is said once. */
function checkItem(checks: readonly [Assessed, ...Assessed[]]): Markup {
  const [first, ...more] = checks;
  const { id, title, severity } = first;
  const tone = first.waiver?.state === "waived" || isAdvised(first) ? "warn" : verdictTones[first.verdict];
  const head = html`${wordOf(first)} <code>${id}</code> ${title} <span class="faint">(${severity})</span>`;
  const own = isQuiet(first) ? [] : [["numbers", numbers(first)] as const];
  const all = checks.map((check) => ({ check, said: new Map<string, string>(saidOf(check)) }));
  if (more.length === 0) return item(tone, head, [...(all[0]?.said ?? []), ...own]);
  const isShared = (name: string) => new Set(all.map(({ said }) => said.get(name))).size === 1;
  const shared = saidOf(first).filter(([name]) => isShared(name));
  const apart = all.map(
    ({ said: each }) => html`<li>${said([...each].filter(([name]) => !isShared(name)))}</li>`,
  );
  return item(tone, head, [...shared, ...own], html`<ul class="things">${apart}</ul>`);
}

const keyOf = (check: Assessed) =>
  JSON.stringify([check.id, check.verdict, check.waiver?.state, isAdvised(check), check.since]);

/** By check, in the order of the first of each. */
function checkItems(checks: readonly Assessed[]): Markup {
  const groups = new Map<string, [Assessed, ...Assessed[]]>();
  for (const check of checks) {
    const group = groups.get(keyOf(check));
    if (group === undefined) groups.set(keyOf(check), [check]);
    else group.push(check);
  }
  return items([...groups.values()].map(checkItem));
}

/** What asks for something first, and all else in a fold. */
export function checksOf(checks: readonly Assessed[]): Markup {
  const told = checks.filter((check) => !isQuiet(check));
  const of = (verdict: Assessed["verdict"]) => checks.filter((check) => check.verdict === verdict);
  const fold = (verdict: Assessed["verdict"], text: string) => {
    const own = of(verdict);
    return own.length === 0 ? nothing : folded(`${count(own.length, "result")} ${text}`, checkItems(own));
  };
  const sorted = [...told.filter((check) => !isAdvised(check)), ...told.filter(isAdvised)];
  return html`${checkItems(sorted)}${fold("pass", "passed")}${fold("not applicable", "not applicable")}`;
}

const levels = { block: ["bad", "blocked"], warn: ["warn", "warning"], note: ["faint", "note"] } as const;

export function findingItem({ id, level, message, hint = "" }: Finding, target = ""): Markup {
  const [tone, name] = levels[level];
  return item(tone, html`${word(tone, name)} <code>${id}</code> ${message}`, [
    ["on", target],
    ["next", hint],
  ]);
}

export const findingsOf = (findings: readonly Finding[]) =>
  findings.length === 0
    ? nothing
    : html`<h3>To be read</h3>${items(findings.map((finding) => findingItem(finding)))}`;

/** How much was left out, where less was asked for. */
export const leftOf = (left: number) => (left === 0 ? nothing : html`<p class="faint">${leftText(left)}</p>`);

export const aboutHost = ({ host, profile }: { readonly host: HostFacts; readonly profile: ProfileFacts }) =>
  html`<p class="faint">${host.hostname}, ${host.distro} ${host.version}, ${profileText(profile)}</p>`;

export const failedSection = ({
  target,
  error,
}: Extract<Settled<unknown>, { ok: false }>): ReportSection => ({
  title: target,
  short: "no result",
  body: html`<p>${word("bad", "No result.")}</p><pre class="text">${lines(errorText(error))}</pre>`,
});
