/** A planned login that is not the one in use must get in before anything is changed, not only afterwards. */
import type { AccessParams } from "../profile/schema.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { pinned } from "./pin.ts";
import type { Ports } from "./ports.ts";

/**
 * Undefined where the login in use is the planned one; else whether the planned one gets in by key with root's
 * rights, over a connection of its own to the same address and host key.
 */
export async function plannedLoginProven(
  transport: Transport,
  { access, route, ports }: { readonly access: AccessParams; readonly route: Route; readonly ports: Ports },
): Promise<boolean | undefined> {
  const { user } = access;
  if (route.kind === "local" || user === undefined || user === transport.identity.login) return undefined;
  try {
    const other = await ports.connect({ ...pinned(route, transport), user } as Route, {
      signal: ports.signal,
    });
    await other.close();
    return other.identity.privilege.level !== "none";
  } catch {
    return false;
  }
}
