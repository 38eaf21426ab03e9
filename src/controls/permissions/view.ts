/** What claims and checks of the permissions control go by. */
import type { Input } from "../../plan/control.ts";
import { type Logins, loginsOf } from "./keys.ts";
import type { PermissionsParams } from "./params.ts";
import type { PermissionsSeen, permissionsProbes } from "./probes.ts";
import { type World, worldOf } from "./writable.ts";

export interface PermissionsView {
  readonly logins: Logins;
  readonly world: World;
}

export type PermissionsInput = Input<
  PermissionsParams,
  ReturnType<typeof permissionsProbes>,
  PermissionsView
>;

export function viewOf(seen: PermissionsSeen): PermissionsView {
  const logins = loginsOf(seen);
  return { logins, world: worldOf(seen, new Set(logins.things.map(({ path }) => path))) };
}
