/** A host as it is reached from now on: the next command names the login and the port of the proof. */
import type { Plan } from "../plan/plan.ts";
import { localTarget, reachedBy } from "../targets.ts";
import type { HostIdentity, Route } from "../transports/transport.ts";

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

/** A login that the run has made or changed goes with it, and can't undo it, unless the run came by that one. */
export function undoneBy(
  { target, transport }: Before,
  {
    reachedAs = target,
    plan,
    user,
  }: { readonly reachedAs?: string; readonly plan: Pick<Plan, "changes">; readonly user: string | undefined },
): { readonly undoneAs?: string } {
  if (target === localTarget || user === transport.identity.login) return {};
  return plan.changes.some(({ address }) => address === `accounts/account:${user}`)
    ? { undoneAs: reachedBy(reachedAs, { user: "ANOTHER_LOGIN" }) }
    : {};
}
