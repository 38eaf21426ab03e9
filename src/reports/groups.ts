/** Hosts that are to be changed alike, also across releases. */
import { createHash } from "node:crypto";
import type { Finding } from "../checks/finding.ts";
import type { Change, Plan, UndoPlan } from "../plan/plan.ts";
import { type PlanRow, rowsOf } from "../plan/rows.ts";

export interface Planned {
  readonly target: string;
  readonly plan: Plan | UndoPlan;
}

export interface HostGroup {
  readonly hosts: readonly [Planned, ...Planned[]];
  readonly rows: readonly (PlanRow & { readonly key: string })[];
}

/** What is to be changed into what: whatever else a plan says of its host is its own. */
const shown = ({ address, action, before, after, diff, details, effect, undo, reason }: Change) => [
  ...[address, action, before, after, diff, details, effect, undo, reason],
];

const keyOf = ({ changes }: PlanRow) => JSON.stringify(changes.map(shown));

const digestOf = (keys: readonly string[], { profile }: Plan) =>
  createHash("sha256")
    .update(JSON.stringify([profile.name, profile.digest, keys]))
    .digest("hex");

/** In the order of their first hosts. */
export function groupsOf(plans: readonly Planned[]): readonly HostGroup[] {
  const groups = new Map<string, { hosts: [Planned, ...Planned[]]; rows: HostGroup["rows"] }>();
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

/** The group that others are told by: that of most hosts, and of those the first. */
export const baseOf = (groups: readonly HostGroup[]): HostGroup | undefined =>
  groups.reduce<HostGroup | undefined>(
    (most, each) => (most === undefined || each.hosts.length > most.hosts.length ? each : most),
    undefined,
  );

export interface HostDifference {
  readonly more: HostGroup["rows"];
  readonly less: HostGroup["rows"];
}

/** What a group has and the base has not, and the other way round; undefined where that is most of it. */
export function differenceFrom(base: HostGroup, group: HostGroup): HostDifference | undefined {
  if (group === base) return undefined;
  const known = new Set(base.rows.map(({ key }) => key));
  const own = new Set(group.rows.map(({ key }) => key));
  const more = group.rows.filter(({ key }) => !known.has(key));
  const less = base.rows.filter(({ key }) => !own.has(key));
  return more.length + less.length > group.rows.length / 2 ? undefined : { more, less };
}

export interface Findings {
  /** Of all hosts of the group. */
  readonly common: readonly Finding[];
  readonly alone: readonly { readonly target: string; readonly finding: Finding }[];
}

export function findingsOf({ hosts }: HostGroup): Findings {
  const [first, ...others] = hosts;
  const key = ({ id, level, message, hint }: Finding) => JSON.stringify([id, level, message, hint]);
  const told = others.map(({ plan }) => new Set(plan.findings.map(key)));
  const common = first.plan.findings.filter((finding) => told.every((keys) => keys.has(key(finding))));
  const shared = new Set(common.map(key));
  const alone = hosts.flatMap(({ target, plan }) =>
    plan.findings.filter((finding) => !shared.has(key(finding))).map((finding) => ({ target, finding })),
  );
  return { common, alone };
}
