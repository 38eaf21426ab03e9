/** What became of an earlier audit, for a person. */
import { open } from "../assess/assess.ts";
import { counted, type Mended, type Since } from "../assess/baseline.ts";
import type { Assessed } from "../assess/report.ts";
import { fold, type Page } from "./page.ts";
import { clean } from "./paint.ts";

/** What is told check by check: what was open in the baseline is only named. */
export const untold = (checks: readonly Assessed[]) => checks.filter(({ since }) => since !== "known");

interface Told {
  readonly checks: readonly Assessed[];
  readonly since?: Since;
}

/** What is new, known, mended and not looked at: how many, and which; what is new always. */
export function sinceRows({ checks, since }: Required<Told>) {
  const own = counted(checks);
  const known = open(checks).filter((check) => !own.includes(check));
  const { mended, unlooked } = since;
  const rows = [
    ["new", own.length, names(own)],
    ["known", known.length, names(known)],
    ["mended", mended.length, mended.map(mendedText).join(", ")],
    ["not looked at", unlooked.length, unlooked.join(", ")],
  ] as const;
  return rows.filter(([name, number]) => name === "new" || number > 0);
}

/** Nothing where there is no baseline. */
export function sinceText({ checks, since }: Told, page: Page): readonly string[] {
  if (since === undefined) return [];
  const { baseline, useless } = since;
  return [
    [
      `Since ${baseline}${useless === undefined ? "" : `, of which nothing counts (${useless})`}:`,
      ...sinceRows({ checks, since }).map(([name, number, text]) =>
        `  ${name.padEnd(13)} ${String(number).padStart(3)}  ${text}`.trimEnd(),
      ),
    ]
      .map((line) => fold(clean(line), page, 18))
      .join("\n"),
  ];
}

function names(checks: readonly Assessed[]): string {
  const numbers = new Map<string, number>();
  for (const { id } of checks) numbers.set(id, (numbers.get(id) ?? 0) + 1);
  return [...numbers].map(([id, number]) => (number === 1 ? id : `${id} (${number})`)).join(", ");
}

const mendedText = ({ id, object, now }: Mended) =>
  `${id}${object === "" ? "" : ` of ${object}`}${now === "pass" ? "" : ` (${now})`}`;
