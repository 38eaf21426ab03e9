/** Without the login's password: by key alone. */
import type { Route, Transport } from "../transports/transport.ts";
export function byKey(route: Route): Route {
  if (route.kind === "local") return route;
  const { password: _, ...rest } = route;
  return rest;
}

/** The same address and host key again. */
export function pinned(route: Route, { identity: { ssh } }: Transport): Route {
  if (route.kind === "local" || ssh === undefined) return route;
  const { address, hostKeyFingerprint, hostKeyType } = ssh;
  return { ...route, pin: { address, hostKeyFingerprint, hostKeyType } };
}
