/** What claims and checks of the permissions control go by. */
import type { Input } from "../../plan/control.ts";
import { type Logins, loginsOf } from "./keys.ts";
import type { Params } from "./params.ts";
import type { PermissionsSeen, permissionsProbes } from "./probes.ts";
import { type World, worldOf } from "./writable.ts";

export interface View {
  readonly logins: Logins;
  readonly world: World;
}

export type PermissionsInput = Input<Params, ReturnType<typeof permissionsProbes>, View>;

export function viewOf(seen: PermissionsSeen): View {
  const logins = loginsOf(seen);
  return { logins, world: worldOf(seen, new Set(logins.things.map(({ path }) => path))) };
}
