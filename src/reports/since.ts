/** What became of an earlier audit, for a person. */
import { open } from "../assess/assess.ts";
import { counted, type Mended, type SinceBaseline } from "../assess/baseline.ts";
import { checkIdOf, silent } from "../assess/inventory.ts";
import type { Assessed } from "../assess/report.ts";
import type { HostEntry } from "../plan/control.ts";
import { fold, type Page } from "./page.ts";
import { clean } from "./paint.ts";

/** What is told check by check: what was open in the baseline is only named. */
export const untold = (checks: readonly Assessed[]) => checks.filter(({ since }) => since !== "known");

interface Told {
  readonly checks: readonly Assessed[];
  readonly since?: SinceBaseline;
}

/** What counts, by check: entries of the inventory that no check tells among them. */
export function freshIds({ checks, since }: Told): readonly string[] {
  const entries = silent(since?.inventory?.new ?? [], checks).map(checkIdOf);
  return [...counted(checks).map(({ id }) => id), ...entries];
}

/** What is new, known, mended and not looked at: how many, and which; what is new always, unless nobody can say it. */
export function sinceRows({ checks, since }: Required<Told>) {
  const own = counted(checks);
  const known = open(checks).filter((check) => !own.includes(check));
  const { mended, unlooked, inventory = { new: [], uncompared: [] } } = since;
  const fresh = freshIds({ checks, since });
  const rows = [
    ["new", fresh.length, names(fresh)],
    ["new entries", inventory.new.length, entryNames(inventory.new)],
    ["known", known.length, names(known.map(({ id }) => id))],
    ["mended", mended.length, mended.map(mendedText).join(", ")],
    ["not looked at", unlooked.length, unlooked.join(", ")],
    ["not compared", inventory.uncompared.length, inventory.uncompared.map(uncomparedText).join("; ")],
  ] as const;
  const isTold = inventory.uncompared.length === 0;
  return rows.filter(([name, number]) => (name === "new" && isTold) || number > 0);
}

/** What of the inventory can't be compared, in words that are no host's. */
export const uncomparedIds = ({ inventory }: SinceBaseline) =>
  (inventory?.uncompared ?? []).map(({ kind }) => (kind === undefined ? "inventory" : checkIdOf({ kind })));

const uncomparedText = ({ kind = "the inventory", why }: { readonly kind?: string; readonly why: string }) =>
  `${kind} (${why})`;

/** More than these are to be read in the inventory itself. */
const most = 20;

function entryNames(entries: readonly HostEntry[]): string {
  const told = entries.slice(0, most).map(({ kind, name }) => `${kind} ${name}`);
  const more = entries.length - told.length;
  return `${told.join(", ")}${more > 0 ? ` and ${more} more (--inventory)` : ""}`;
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

function names(ids: readonly string[]): string {
  const numbers = new Map<string, number>();
  for (const id of ids) numbers.set(id, (numbers.get(id) ?? 0) + 1);
  return [...numbers].map(([id, number]) => (number === 1 ? id : `${id} (${number})`)).join(", ");
}

const mendedText = ({ id, object, now }: Mended) =>
  `${id}${object === "" ? "" : ` of ${object}`}${now === "pass" ? "" : ` (${now})`}`;
