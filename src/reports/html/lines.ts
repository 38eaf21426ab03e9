/** A list that somebody goes through, as a page: each line over all hosts, with what answers it. Pure. */
import { holds, type LineResult, type LineVerdict } from "../../assess/lines.ts";
import type { Answered, ChecklistReport } from "../../results/checklist.ts";
import { checklistEnd, worst } from "../checklist.ts";
import type { Page } from "../page.ts";
import { page } from "./document.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { aboutHost, failedSection, folded, item, items, leftOf, type Tone, word } from "./parts.ts";
import { namesOf } from "./verdicts.ts";

interface Of {
  readonly target: string;
  readonly line: LineResult;
}

const tones: Readonly<Record<LineVerdict, Tone>> = {
  pass: "good",
  waived: "warn",
  attested: "warn",
  "not applicable": "faint",
  fail: "bad",
  "not measured": "bad",
};

function evidence({ target, line }: Of): Markup {
  const { attestation, remedy = "" } = line;
  const by =
    attestation === undefined
      ? ""
      : `${attestation.who} on ${attestation.when}, until ${attestation.until}: ${attestation.evidence}`;
  return item(
    tones[line.verdict],
    html`${word(tones[line.verdict], line.verdict)} on ${target}`,
    [
      ["attested", by],
      ["next", remedy],
    ],
    line.evidence.length === 0
      ? nothing
      : html`<ul>${line.evidence.map(
          ({ check, object, verdict, found, waived }) =>
            html`<li>${verdict}: <code>${check}</code>${object === "" ? "" : ` of ${object}`}${found === "" || verdict === "pass" ? "" : `: ${found}`}${waived === undefined ? "" : ` (waived ${waived})`}</li>`,
        )}</ul>`,
  );
}

function lineItem(all: readonly Of[]): Markup {
  const verdict = worst(all.map(({ line }) => line));
  const { id, says } = all[0]!.line;
  const isOpen = all.some(({ line }) => !holds(line));
  const head = html`${word(tones[verdict], verdict)} ${says} <code>${id}</code>`;
  return item(tones[verdict], head, [], folded("what answers it", items(all.map(evidence)), isOpen));
}

type Host = { readonly target: string; readonly value: Answered };

function sectionsOf(hosts: readonly Host[], isShort: boolean) {
  const [first] = hosts;
  const all = first?.value.lines ?? [];
  return [...new Set(all.map(({ section }) => section))].map((title) => {
    const own = all
      .filter(({ section }) => section === title)
      .map(({ id }) =>
        hosts.map(({ target, value }) => ({ target, line: value.lines.find((line) => line.id === id)! })),
      );
    const open = own.filter((each) => each.some(({ line }) => !holds(line)));
    const told = isShort ? open : own;
    const body = html`${items(told.map(lineItem))}${leftOf(own.length - told.length)}`;
    return { title, short: open.length === 0 ? "all hold" : `${open.length} open`, body };
  });
}

export function linesPage(report: ChecklistReport, asked: Page): string {
  const hosts = report.flatMap((each) => (each.ok ? [each] : []));
  const about = hosts.map(({ target, value }) => html`<p><strong>${target}</strong></p>${aboutHost(value)}`);
  const isAfter = hosts[0]?.value.list === "after-deploy";
  return page({
    made: asked.made,
    title: `${isAfter ? "After the deployment" : "Before the deployment"}: ${namesOf(report)}`,
    sum: html`<p>${hosts.length === 0 ? "No target could be read." : checklistEnd(report)}</p>${about}`,
    sections: [
      ...sectionsOf(hosts, asked.failedOnly === true),
      ...report.flatMap((each) => (each.ok ? [] : [failedSection(each)])),
    ],
  });
}
