/** What the pages of all commands are made of: words, tables, folds, checks and findings. Pure. */
import { isAdvised } from "../../assess/assess.ts";
import type { Assessed } from "../../assess/report.ts";
import type { Settled } from "../../commands/each.ts";
import type { HostFacts } from "../../facts/host.ts";
import type { Finding, ProfileFacts } from "../../plan/plan.ts";
import { errorText } from "../error.ts";
import { count } from "../paint.ts";
import { profileText } from "../plan.ts";
import { placeText, waivedText } from "../verdicts.ts";
import type { Section } from "./document.ts";
import { html, lines, type Markup, nothing, type Part } from "./markup.ts";

export type Tone = "good" | "bad" | "warn" | "faint";

/** Never by its colour alone. */
export const word = (tone: Tone, text: string) => html`<strong class="${tone}">${text}</strong>`;

/** Wider than a phone it scrolls by itself, by the keyboard, too; the page never does. */
export const table = (name: string, head: readonly Part[], rows: readonly (readonly Part[])[], kind = "") =>
  html`<div class="wide" role="region" tabindex="0" aria-label="${name}"><table class="${kind}"><thead><tr>${head.map(
    (cell) => html`<th scope="col">${cell}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([first = "", ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;

export const folded = (summary: Part, body: Part, isOpen = false) =>
  isOpen
    ? html`<details open="open"><summary>${summary}</summary>${body}</details>`
    : html`<details><summary>${summary}</summary>${body}</details>`;

/** What doesn't matter is left out. */
const said = (pairs: readonly (readonly [name: string, text: string])[]): Markup => {
  const told = pairs.filter(([, text]) => text !== "");
  if (told.length === 0) return nothing;
  return html`<dl class="said">${told.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>`;
};

export const item = (tone: Tone, head: Part, pairs: Parameters<typeof said>[0] = [], more: Part = nothing) =>
  html`<li class="is-${tone}"><p>${head}</p>${said(pairs)}${more}</li>
`;

export const items = (all: readonly Markup[]) =>
  all.length === 0 ? nothing : html`<ul class="items">${all}</ul>`;

const tones: Readonly<Record<Assessed["verdict"], Tone>> = {
  ...{ pass: "good", fail: "bad", error: "bad" },
  ...{ "not applicable": "faint", "until the next boot": "warn" },
};

function wordOf(check: Assessed): Markup {
  if (check.waiver?.state === "waived") return word("warn", "waived");
  if (isAdvised(check)) return word("warn", "advice");
  return word(tones[check.verdict], check.verdict === "error" ? "not measured" : check.verdict);
}

const isQuiet = ({ verdict }: Assessed) => verdict === "pass" || verdict === "not applicable";

const numbers = ({ references }: Assessed) =>
  references.map(({ benchmark, number }) => `${benchmark} ${number}`).join(", ");

export function checkItem(check: Assessed): Markup {
  const { id, title, severity, object, expected, found, place, waiver, remedy = "", verdict } = check;
  const tone = check.waiver?.state === "waived" || isAdvised(check) ? "warn" : tones[verdict];
  const head = html`${wordOf(check)} <code>${id}</code> ${title} <span class="faint">(${severity})</span>`;
  const own = [
    ["about", object],
    ["expected", verdict === "pass" ? "" : expected],
    ["found", verdict === "pass" ? "" : `${placeText(place)}${found}`],
    ["waived", waivedText(waiver)],
    ["next", remedy],
    ["numbers", isQuiet(check) ? "" : numbers(check)],
  ] as const;
  return item(tone, head, own);
}

/** What asks for something first, and all else in a fold. */
export function checksOf(checks: readonly Assessed[]): Markup {
  const told = checks.filter((check) => !isQuiet(check));
  const of = (verdict: Assessed["verdict"]) => checks.filter((check) => check.verdict === verdict);
  const fold = (verdict: Assessed["verdict"], text: string) => {
    const own = of(verdict);
    return own.length === 0
      ? nothing
      : folded(`${count(own.length, "check")} ${text}`, items(own.map(checkItem)));
  };
  const sorted = [...told.filter((check) => !isAdvised(check)), ...told.filter(isAdvised)];
  return html`${items(sorted.map(checkItem))}${fold("pass", "passed")}${fold("not applicable", "not applicable")}`;
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

export const aboutHost = ({ host, profile }: { readonly host: HostFacts; readonly profile: ProfileFacts }) =>
  html`<p class="faint">${host.hostname}, ${host.distro} ${host.version}, ${profileText(profile)}</p>`;

export const failedSection = ({ target, error }: Extract<Settled<unknown>, { ok: false }>): Section => ({
  title: target,
  short: "no result",
  body: html`<p>${word("bad", "No result.")}</p><pre class="text">${lines(errorText(error))}</pre>`,
});
