/** Differences for a person: what it is, on the one side, on the other. */
import type { Diff, Difference } from "../../assess/differences.ts";
import { fold, type Page } from "../../reports/page.ts";
import { clean, count } from "../../reports/paint.ts";
import type { Settled } from "../../results/settled.ts";

const heads: Readonly<Record<Difference["of"], string>> = {
  host: "host",
  profile: "profile",
  change: "pending changes",
  check: "checks",
  entry: "inventory",
  value: "values",
  run: "runs",
  thing: "changed by runs between them",
};

/** With as much of a hash as tells it from others. */
const shown = (text: string | undefined, from: string | undefined) =>
  text === undefined
    ? "(not there)"
    : `${text.replace(/\b[0-9a-f]{40,64}\b/g, (hash) => hash.slice(0, 12))}${from === undefined ? "" : ` (${from})`}`;

const rowText = ({ name, a, b, aFrom, bFrom }: Difference) =>
  `    ${name}: ${shown(a, aFrom)} → ${shown(b, bFrom)}`;

function diffText(target: string, { of, a, b, differences }: Diff, page: Page): string {
  const told = of === "runs" || of === "audits" ? `${target}, ${a} → ${b}` : `${a} → ${b}`;
  const number = differences.length === 0 ? "no difference" : count(differences.length, "difference");
  const kinds = [...new Set(differences.map((each) => each.of))];
  return [
    fold(`${page.paint("strong", clean(told))}: ${number}`, page),
    ...kinds.flatMap((kind) => [
      `  ${heads[kind]}`,
      ...differences.filter((each) => each.of === kind).map((each) => fold(clean(rowText(each)), page, 6)),
    ]),
  ].join("\n");
}

export const diffsText = (report: readonly Settled<Diff>[], page: Page): string =>
  report.flatMap((each) => (each.ok ? [diffText(each.target, each.value, page)] : [])).join("\n\n");
