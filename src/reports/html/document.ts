/** The page around a report: it asks nobody for anything, and nothing in it can act. Pure. */
import { createHash } from "node:crypto";
import { lazy } from "../../once.ts";
import type { Page } from "../page.ts";
import { html, type Markup, nothing, written } from "./markup.ts";
import { style } from "./style.ts";

/** No style but this one counts, be it in an attribute. */
const policy = lazy(
  () =>
    `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'`,
);

/** What a report tells of one target, or of all. */
export interface ReportSection {
  readonly title: string;
  /** Beside it where targets are listed: its score, or its verdict. */
  readonly short: string;
  readonly body: Markup;
}

interface Document {
  readonly title: string;
  /** In a sentence or two, what all of it comes to. */
  readonly sum: Markup;
  readonly sections: readonly ReportSection[];
  /** Left out where `sum` says so itself. */
  readonly made?: Page["made"] | undefined;
}

const listed = (sections: readonly ReportSection[]) =>
  html`<nav aria-label="Parts of the report"><ul>${sections.map(
    ({ title, short }, at) =>
      html`<li><a href="#part-${at + 1}">${title}</a>${short === "" ? "" : `: ${short}`}</li>`,
  )}</ul></nav>`;

export function page({ title, sum, sections, made }: Document): string {
  const parts = sections.map(
    (section, at) =>
      html`<section aria-labelledby="part-${at + 1}"><h2 id="part-${at + 1}" tabindex="-1">${section.title}</h2>${section.body}</section>
`,
  );
  const head = html`<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy()}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<meta name="color-scheme" content="light dark"/>
<title>${title}</title>`;
  const body = html`<a class="skip" href="#report">To the report</a>
<header><h1>${title}</h1>${made === undefined ? nothing : html`<p class="faint">made ${made.at} by harden ${made.version}</p>`}${sum}</header>
${sections.length > 1 ? listed(sections) : nothing}
<main id="report" tabindex="-1">
${parts}</main>
<footer><p class="faint">Made by harden. This page is all of the report: it loads nothing, and needs no network.</p></footer>`;
  return `<!DOCTYPE html>
<html lang="en"><head>${written(head)}
<style>${style}</style></head>
<body>${written(body)}
</body></html>
`;
}
