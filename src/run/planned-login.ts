/** A planned login that is not the one in use must get in before anything is changed, not only afterwards. */
import { type Facts, readFact, valueOr } from "../facts/probe.ts";
import { accountProbe } from "../kinds/account.ts";
import { hasKeyOf } from "../kinds/keys/line.ts";
import { keysProbe } from "../kinds/keys.ts";
import type { AccessParams } from "../profile/schema.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { byKey, pinned } from "./pin.ts";
import type { Ports } from "./ports.ts";

/** What a connection of its own has shown of it. */
export interface PlannedLogin {
  /** It gets in by key, with root's rights. */
  readonly proven: boolean;
  /** See `Client`; left out where it doesn't get in. */
  readonly keysOffered?: number;
}

interface Planning {
  readonly access: AccessParams;
  readonly route: Route;
  readonly ports: Ports;
  readonly facts: Facts;
}

/** A login that can only fail is not tried, since hosts count those; what the profile doesn't make itself is not known here. */
function mayGetIn(user: string, { identity: { ssh } }: Transport, facts: Facts): boolean {
  const account = valueOr(readFact(facts, accountProbe(user)), undefined);
  if (account !== undefined && account.uid === undefined) return false;
  const keys = valueOr(readFact(facts, keysProbe(user)), undefined);
  if (keys === undefined || keys.state === "unsafe") return true;
  const lines = keys.content.toString("latin1").split("\n");
  return lines.some((line) => hasKeyOf(line, ssh?.keysHeld));
}

/** Undefined where the login in use is the planned one; else what a login to the same address and host key shows. */
export async function plannedLogin(
  transport: Transport,
  { access, route, ports, facts }: Planning,
): Promise<PlannedLogin | undefined> {
  const { user } = access;
  if (route.kind === "local" || user === undefined || user === transport.identity.login) return undefined;
  if (!mayGetIn(user, transport, facts)) return { proven: false };
  try {
    const other = await ports.connect({ ...byKey(pinned(route, transport)), user } as Route, {
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
