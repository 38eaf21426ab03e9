/** The whole inventory of a host, kind by kind. Pure. */
import type { HostInventory } from "../control.ts";
import { entriesOf } from "./checks.ts";
import { kindNames } from "./kind-names.ts";
import { listers } from "./listed.ts";
import type { PrivilegesSeen } from "./probes.ts";

/** Every entry, also of kinds whose checks are told to keep still. */
export const inventoryOf = (seen: PrivilegesSeen): HostInventory => ({
  entries: kindNames.flatMap((kind) =>
    entriesOf(seen, kind).map(({ isDoubtful: _isDoubtful, ...entry }) => ({ kind, ...entry })),
  ),
  unread: kindNames.flatMap((kind) => listers[kind](seen).unread.map((why) => ({ kind, why }))),
});
