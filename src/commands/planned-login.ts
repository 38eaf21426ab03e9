/** A planned login that is not the one in use must get in before anything is changed, not only afterwards. */
import type { AccessParams } from "../profile/schema.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { pinned } from "./pin.ts";
import type { Ports } from "./ports.ts";

/** What a connection of its own has shown of it. */
export interface PlannedLogin {
  /** It gets in by key, with root's rights. */
  readonly proven: boolean;
  /** See `Client`; left out where it doesn't get in. */
  readonly keysOffered?: number;
}

/** Undefined where the login in use is the planned one; else what a login to the same address and host key shows. */
export async function plannedLogin(
  transport: Transport,
  { access, route, ports }: { readonly access: AccessParams; readonly route: Route; readonly ports: Ports },
): Promise<PlannedLogin | undefined> {
  const { user } = access;
  if (route.kind === "local" || user === undefined || user === transport.identity.login) return undefined;
  try {
    const other = await ports.connect({ ...pinned(route, transport), user } as Route, {
      signal: ports.signal,
    });
    await other.close();
    const { privilege, ssh } = other.identity;
    return {
      proven: privilege.level !== "none",
      ...(ssh === undefined ? {} : { keysOffered: ssh.keysOffered }),
    };
  } catch {
    return { proven: false };
  }
}
