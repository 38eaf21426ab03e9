/** What is weak in compose files, for a person: by check, each place in a line that editors jump to, and what to write instead. */
import { failing, isAdvised } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import type { Composed } from "../compose/composed.ts";
import type { ComposeReport } from "../results/compose.ts";
import { type End, reportText } from "./end.ts";
import { kept, leftText } from "./kept.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, count, type Style } from "./paint.ts";
import { findingText } from "./plan.ts";
import { placeText, verifySummary, waivedText } from "./verdicts.ts";

const isSilent = ({ verdict }: Assessed) => verdict === "pass" || verdict === "not applicable";

function wordOf(check: Assessed): readonly [string, Style] {
  if (check.waiver?.state === "waived") return ["waived", "warn"];
  return isAdvised(check) ? ["advice", "warn"] : [check.verdict, "bad"];
}

/** Neighbours that are alike. */
function runs<T>(all: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const found: T[][] = [];
  for (const item of all) {
    const last = found.at(-1);
    if (last !== undefined && keyOf(last[0]!) === keyOf(item)) last.push(item);
    else found.push([item]);
  }
  return found;
}

const numbersText = ({ references }: Assessed) =>
  references.length === 0
    ? ""
    : ` (${references.map(({ benchmark, number }) => `${benchmark}: ${number}`).join(", ")})`;

function checkText(checks: readonly Assessed[], page: Page, numbers: boolean): string {
  const [first] = checks;
  const [word, style] = wordOf(first!);
  const head = `  ${page.paint(style, word.padEnd(8))} ${clean(`${first!.id}  ${first!.title}${numbers ? numbersText(first!) : ""}`)}`;
  const line = (text: string) => fold(`      ${clean(text)}`, page, 4);
  const said = runs(checks, ({ remedy, waiver }) => waivedText(waiver) || (remedy ?? "")).flatMap((alike) => [
    ...alike.map(({ place, object, found }) =>
      line(`${placeText(place)}${object === "" ? "" : `${object}: `}${found}`),
    ),
    ...alike.slice(0, 1).map(({ waiver, remedy = "" }) => {
      const waived = waivedText(waiver);
      return line(waived === "" ? `next: ${remedy}` : `waived: ${waived}`);
    }),
  ]);
  return [fold(head, page, 9), ...said].join("\n");
}

/** All that is not green, by check; empty where there is nothing. Advice is read when all else is mended. `numbers`: with those of benchmarks. */
export function checkGroups(checks: readonly Assessed[], page: Page, numbers = false): string {
  const told = checks.filter((check) => !isSilent(check));
  const sorted = [...told.filter((check) => !isAdvised(check)), ...told.filter(isAdvised)];
  const grouped = runs(sorted, (check) => `${wordOf(check)[0]} ${check.id}`);
  return grouped.map((each) => checkText(each, page, numbers)).join("\n");
}

export function fileText(
  file: string,
  composed: Composed,
  page: Page,
  fails: (checks: readonly Assessed[]) => readonly Assessed[] = failing,
): string {
  const { services } = composed;
  const { checks, findings, left } = kept(composed, page, fails);
  const told = checkGroups(checks, page);
  return [
    fold(`${page.paint("strong", clean(file))} (${count(services.length, "service")})`, page),
    ...(findings.length === 0 ? [] : [findings.map((finding) => findingText(finding, page)).join("\n")]),
    ...(told === "" ? [] : [told]),
    fold(clean([verifySummary(composed), leftText(left)].join(" ").trim()), page),
  ].join("\n\n");
}

const end: End<Composed> = {
  each: "file",
  well: "all green",
  bad: "not green",
  none: "no verdict",
  why: ({ checks }) => [...new Set(failing(checks).map(({ id }) => id))].join(", "),
};

export const composeText = (report: ComposeReport, page: Page = plainPage): string =>
  page.quiet
    ? reportText(report, { text: (file, value, page) => fileText(file, value, page), end, gap: "\n\n" }, page)
    : report.flatMap((each) => (each.ok ? [fileText(each.target, each.value, page)] : [])).join("\n\n");
