/** Hosts that are to be changed alike, also across releases. */
import { createHash } from "node:crypto";
import { type Row, rowsOf } from "../kinds/rows.ts";
import type { Change, Plan, UndoPlan } from "../plan/plan.ts";

export interface Planned {
  readonly target: string;
  readonly plan: Plan | UndoPlan;
}

export interface Group {
  readonly hosts: readonly [Planned, ...Planned[]];
  readonly rows: readonly (Row & { readonly key: string })[];
}

/** What is to be changed into what: whatever else a plan says of its host is its own. */
const shown = ({ address, action, before, after, diff, details, effect, undo, reason }: Change) => [
  ...[address, action, before, after, diff, details, effect, undo, reason],
];

const keyOf = ({ changes }: Row) => JSON.stringify(changes.map(shown));

const digestOf = (keys: readonly string[], { profile }: Plan) =>
  createHash("sha256")
    .update(JSON.stringify([profile.name, profile.digest, keys]))
    .digest("hex");

/** In the order of their first hosts. */
export function groupsOf(plans: readonly Planned[]): readonly Group[] {
  const groups = new Map<string, { hosts: [Planned, ...Planned[]]; rows: Group["rows"] }>();
  for (const planned of plans) {
    const rows = rowsOf(planned.plan.changes).map((row) => ({ ...row, key: keyOf(row) }));
    const digest = digestOf(
      rows.map(({ key }) => key),
      planned.plan,
    );
    const group = groups.get(digest);
    if (group === undefined) groups.set(digest, { hosts: [planned], rows });
    else group.hosts.push(planned);
  }
  return [...groups.values()];
}
