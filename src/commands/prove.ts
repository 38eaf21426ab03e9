/** The proof: a new connection, as the planned login on the planned port, facts anew, an empty plan, every check. */
import type { Access } from "../plan/access.ts";
import { type CheckReport, failing, runChecks } from "../plan/checks.ts";
import { hostOf } from "../plan/planner.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { asHardenError } from "./each.ts";
import { gather } from "./gather.ts";
import type { Session } from "./open.ts";
import { pinned } from "./pin.ts";
import type { Ports } from "./ports.ts";

export type Proof =
  | {
      readonly ok: true;
      readonly reached: true;
      readonly transport: Transport;
      readonly checks: readonly CheckReport[];
    }
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
  return pinned({ ...route, user: planned.login, ...(port === undefined ? {} : { port }) }, transport);
}

/** How a run is proven: the way in afterwards, and what must hold over it. */
export interface Proving {
  readonly target: string;
  /** Tried in turn: where it is not known on which port the host will listen. */
  readonly routes: readonly Route[];
  /** The checks that hold, or why the host isn't as it should be. */
  readonly judge: (
    transport: Transport,
  ) => Promise<{ readonly checks: readonly CheckReport[] } | { readonly why: string }>;
}

/** Tries until `deadline` (ms, by `ports.now`), at most four times. The caller closes the transport. */
export async function prove(
  { target, routes, judge }: Proving,
  ports: Ports,
  deadline: number,
): Promise<Proof> {
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
    for (const route of routes) {
      try {
        const transport = await ports.connect(route, { signal: ports.signal });
        return await judged(transport, judge);
      } catch (error) {
        why = asHardenError(error).message.replace(/\.$/, "");
      }
    }
  }
  return { ok: false, reached: false, why: why || "there was no time left for a new login" };
}

async function judged(transport: Transport, judge: Proving["judge"]): Promise<Proof> {
  const failed = (why: string): Proof => ({ ok: false, reached: true, transport, why });
  const { privilege } = transport.identity;
  if (privilege.level === "none") return failed(`the new login has no rights: ${privilege.why}`);
  try {
    const verdict = await judge(transport);
    return "why" in verdict
      ? failed(verdict.why)
      : { ok: true, reached: true, transport, checks: verdict.checks };
  } catch (error) {
    return failed(asHardenError(error).message);
  }
}

/** The proof of a plan: facts anew give an empty plan, and every check passes. */
export function proofOf(session: Session, ports: Ports): Proving {
  const { target, choice } = session;
  const route = provenRoute(session);
  return {
    target,
    routes: [route],
    async judge(transport) {
      const gathered = await gather(transport, { choice, target, route, ports });
      const open = gathered.plan.changes.filter(({ stage }) => stage !== "finalize");
      if (open.length > 0)
        return { why: `the plan is not empty afterwards: ${open.map(({ address }) => address).join(", ")}` };
      const checks = runChecks({ ...gathered, host: hostOf(gathered.facts) });
      const wrong = failing(checks).filter(({ pending }) => pending === undefined);
      const bad = wrong.map(
        ({ id, verdict, expected, found }) => `${id} (${verdict}: wanted ${expected}, found ${found})`,
      );
      return bad.length > 0 ? { why: `checks do not pass: ${bad.join("; ")}` } : { checks };
    },
  };
}
