/** The proof: a new connection, as the planned login on the planned port, facts anew, an empty plan, every check. */
import type { Access } from "../plan/access.ts";
import { type CheckReport, failing, runChecks } from "../plan/checks.ts";
import { hostOf } from "../plan/planner.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { asHardenError } from "./each.ts";
import { gather } from "./gather.ts";
import type { Session } from "./open.ts";
import type { Ports } from "./ports.ts";

export type Proof =
  | { readonly ok: true; readonly transport: Transport; readonly checks: readonly CheckReport[] }
  /** The host can be reached, but isn't as planned. */
  | { readonly ok: false; readonly reached: true; readonly transport: Transport; readonly why: string }
  | { readonly ok: false; readonly reached: false; readonly why: string };

/** Seconds between the tries of a new login; few, since a host counts them (PerSourcePenalties). */
const pauses = [2, 5, 10] as const;

/** The way in as planned; the same address and host key as the first connection. */
export function provenRoute({ route, transport, gathered }: Session): Route {
  if (route.kind === "local") return route;
  const { ssh } = transport.identity;
  const { planned, now }: Access = gathered.access;
  const current = ssh?.port ?? route.port;
  const moved = current !== undefined && now.ports.includes(current) && !planned.ports.includes(current);
  const port = moved ? planned.ports[0] : route.port;
  return {
    ...route,
    user: planned.login,
    ...(port === undefined ? {} : { port }),
    ...(ssh === undefined
      ? {}
      : {
          pin: {
            address: ssh.address,
            hostKeyFingerprint: ssh.hostKeyFingerprint,
            hostKeyType: ssh.hostKeyType,
          },
        }),
  };
}

/** Tries until `deadline` (ms, by `ports.now`), at most four times. The caller closes the transport. */
export async function prove(session: Session, ports: Ports, deadline: number): Promise<Proof> {
  const { target, choice } = session;
  const route = provenRoute(session);
  let why = "";
  for (const pause of [0, ...pauses]) {
    if (ports.now() + pause * 1000 >= deadline || ports.signal.aborted) break;
    if (pause > 0) {
      ports.emit({
        kind: "say",
        target,
        level: "warn",
        text: `a new login failed (${why}); next try in ${pause} s`,
      });
      await ports.wait(pause * 1000);
    }
    let transport: Transport;
    try {
      transport = await ports.connect(route, { signal: ports.signal });
    } catch (error) {
      why = asHardenError(error).message;
      continue;
    }
    return judge(transport, { target, choice, ports });
  }
  return { ok: false, reached: false, why: why || "there was no time left for a new login" };
}

async function judge(
  transport: Transport,
  { target, choice, ports }: Pick<Session, "target" | "choice"> & { ports: Ports },
): Promise<Proof> {
  const failed = (why: string): Proof => ({ ok: false, reached: true, transport, why });
  try {
    if (transport.identity.privilege.level === "none")
      return failed(`the new login has no rights: ${transport.identity.privilege.why}`);
    const gathered = await gather(transport, { choice, target, ports });
    const open = gathered.plan.changes.filter(({ stage }) => stage !== "finalize");
    const checks = runChecks({ ...gathered, host: hostOf(gathered.facts) });
    const bad = failing(checks);
    if (open.length > 0)
      return failed(`the plan is not empty afterwards: ${open.map(({ address }) => address).join(", ")}`);
    if (bad.length > 0)
      return failed(
        `checks do not pass: ${bad.map(({ id, verdict, expected, found }) => `${id} (${verdict}: wanted ${expected}, found ${found})`).join("; ")}`,
      );
    return { ok: true, transport, checks };
  } catch (error) {
    return failed(asHardenError(error).message);
  }
}
