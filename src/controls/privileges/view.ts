/** The inventory that the checks and an audit go by: each kind is listed once, when it is first asked for. Pure. */
import { lazy } from "../../once.ts";
import type { Input } from "../../plan/control.ts";
import type { ListedEntries } from "./entry.ts";
import { type KindName, kindNames } from "./kind-names.ts";
import { listers } from "./listed.ts";
import type { PrivilegesParams } from "./params.ts";
import type { PrivilegesSeen, privilegesProbes } from "./probes.ts";

/** What explains an entry that a profile accepts by its name. */
export const acceptedBy = "privileges.accepted";

export type PrivilegesView = Readonly<Record<KindName, () => ListedEntries>>;

export type PrivilegesInput = Input<PrivilegesParams, ReturnType<typeof privilegesProbes>, PrivilegesView>;

export const viewOf = (seen: PrivilegesSeen): PrivilegesView =>
  Object.fromEntries(kindNames.map((kind) => [kind, lazy(() => listedOf(seen, kind))])) as PrivilegesView;

/** Entries that the profile accepts have that as their reason. */
function listedOf(seen: PrivilegesSeen, kind: KindName): ListedEntries {
  const accepted = new Set(seen.params.accepted[kind]);
  const listed = listers[kind](seen);
  const entries = listed.entries.map((entry) =>
    entry.by === undefined && accepted.has(entry.name) ? { ...entry, by: acceptedBy } : entry,
  );
  return { ...listed, entries };
}
