/** What is new in the inventory, as items of any format. Pure. */
import type { SinceBaseline } from "../assess/baseline.ts";
import { checkIdOf, silent } from "../assess/inventory.ts";
import type { Assessed } from "../assess/report.ts";
import { clean } from "./paint.ts";

const common = { control: "privileges", severity: "high", references: [] } as const;

/** New entries that no check tells, and what could not be compared. */
export function entryItems({
  checks,
  since,
}: {
  readonly checks: readonly Assessed[];
  readonly since?: SinceBaseline;
}) {
  const { new: fresh, uncompared } = since?.inventory ?? { new: [], uncompared: [] };
  return [
    ...silent(fresh, checks).map((entry) => ({
      ...common,
      rule: checkIdOf(entry),
      title: "No entry is new since the baseline",
      ...({
        object: entry.name,
        lines: [clean(entry.about)],
        state: "bad",
        word: "new",
        since: "new",
      } as const),
    })),
    ...uncompared.map(({ kind, why }) => ({
      ...common,
      rule: kind === undefined ? common.control : checkIdOf({ kind }),
      title: "The inventory is compared with the baseline",
      object: "",
      lines: [clean(why)],
      ...({ state: "unmeasured", word: "not compared" } as const),
    })),
  ];
}
