/** A host as it is reached from now on: the next command names the login and the port of the proof. */
import type { AccountsParams } from "../controls/accounts/params.ts";
import { goesWithUndo } from "../controls/accounts/taken.ts";
import { loginRefused } from "../controls/ssh/guards/in-use.ts";
import type { Plan } from "../plan/plan.ts";
import type { Confirmed } from "../results/applied.ts";
import { localTarget, reachedBy } from "../targets.ts";
import { parseTarget } from "../transports/target.ts";
import type { HostIdentity, Route } from "../transports/transport.ts";
import type { Gathered } from "./look.ts";

interface Before {
  readonly target: string;
  readonly transport: { readonly identity: HostIdentity };
}

/** Nothing where the host is reached as it was; what is left out of the way is as before. */
export function reachedOver(
  { target, transport: { identity } }: Before,
  { user = identity.login, port = identity.ssh?.port }: { readonly user?: string; readonly port?: number },
): { readonly reachedAs?: string } {
  if (target === localTarget) return {};
  const way = {
    ...(user === identity.login ? {} : { user }),
    ...(port === undefined || port === identity.ssh?.port ? {} : { port }),
  };
  return Object.keys(way).length === 0 ? {} : { reachedAs: reachedBy(target, way) };
}

/** By the first way of a proof that nobody has gone yet. */
export const reachedLater = (before: Before, route: Route | undefined) =>
  route === undefined || route.kind === "local" ? {} : reachedOver(before, route);

interface Undoing {
  readonly reachedAs?: string;
  readonly plan: Pick<Plan, "changes" | "findings">;
}

interface Planned extends Before {
  readonly gathered: Pick<Gathered, "access" | "facts" | "managed">;
}

/** By the proof's own login where nothing is said: what the run has given to a login goes with it, and can't undo it. */
export function undoneBy(
  { target, gathered }: Planned,
  { reachedAs = target, plan }: Undoing,
): Pick<Confirmed, "undoneAs" | "cannotUndo"> {
  const { access, facts, managed } = gathered;
  const section = managed.find(({ control }) => control.id === "accounts");
  if (target === localTarget || section === undefined) return {};
  const before = { params: section.params as AccountsParams, facts, access };
  const goes = (login: string) => goesWithUndo(plan.changes, login, before);
  const [now, planned] = [access.now.login, access.planned.login];
  if (!goes(planned)) return {};
  const isRefused = plan.findings.some(({ id }) => id === loginRefused);
  if (now !== planned && !isRefused && !goes(now)) {
    const { port } = parseTarget(reachedAs);
    return { undoneAs: reachedBy(target, port === undefined ? {} : { port }) };
  }
  return {
    undoneAs: reachedBy(reachedAs, { user: "ANOTHER_LOGIN" }),
    cannotUndo: [
      `${planned} goes with it`,
      ...(now === planned ? [] : [`${now} ${isRefused ? "is refused" : "goes, too"}`]),
    ],
  };
}
