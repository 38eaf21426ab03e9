/** What a person reads as one change, and waits for as one. Pure. */
import { changeLine, togetherKey, togetherLine } from "../kinds/index.ts";
import type { Change } from "./plan.ts";

export interface PlanRow {
  readonly changes: readonly [Change, ...Change[]];
  /** `net.ipv4.conf.{eth0,lo}.rp_filter 0 → 1` */
  readonly line: string;
}

/** In the order of the changes, each at the place of its first one. */
export function rowsOf(changes: readonly Change[]): readonly PlanRow[] {
  const groups = new Map<string, [Change, ...Change[]]>();
  for (const change of changes) {
    const key = keyOf(change) ?? String(groups.size);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()].map((own) => ({
    changes: own,
    line: own.length === 1 ? changeLine(own[0]) : togetherLine(own),
  }));
}

function keyOf(change: Change): string | undefined {
  const key = togetherKey(change);
  const { kind, control, action, effect, undo, afterInstall } = change;
  return key === undefined
    ? undefined
    : JSON.stringify([kind, control, action, effect, undo, afterInstall, key]);
}
