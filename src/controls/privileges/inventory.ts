/** The whole inventory of a host, kind by kind. Pure. */
import type { HostInventory } from "../../plan/control.ts";
import { kindNames } from "./kind-names.ts";
import type { PrivilegesInput } from "./view.ts";

/** Every entry, also of kinds whose checks are told to keep still. */
export const inventoryOf = ({ view, params }: PrivilegesInput): HostInventory => ({
  entries: kindNames.flatMap((kind) =>
    view[kind]().entries.map(({ isDoubtful: _isDoubtful, ...entry }) => ({ kind, ...entry })),
  ),
  unread: kindNames.flatMap((kind) => view[kind]().unread.map((why) => ({ kind, why }))),
  unused: kindNames.flatMap((kind) => {
    const names = new Set(view[kind]().entries.map(({ name }) => name));
    return params.accepted[kind].flatMap((name) => (names.has(name) ? [] : [{ kind, name }]));
  }),
});
