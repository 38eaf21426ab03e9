/** Connect, work, close: for commands that need one connection a target. */
import type { Settled } from "../results/settled.ts";
import { localTarget, routeOf } from "../targets.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { each } from "./each.ts";
import type { Ports, Targets } from "./ports.ts";
import { needRoot } from "./rights.ts";

/** Each once, also where the same words were given twice. */
export const targetsOf = ({ targets }: Targets): readonly string[] =>
  targets.length === 0 ? [localTarget] : [...new Set(targets)];

export async function withConnection<T>(
  route: Route,
  ports: Ports,
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const transport = await ports.connect(route, { signal: ports.signal });
  try {
    return await work(transport);
  } finally {
    await transport.close();
  }
}

export function eachConnected<T>(
  options: Targets,
  ports: Ports,
  work: (transport: Transport, target: string) => Promise<T>,
): Promise<readonly Settled<T>[]> {
  return each(
    targetsOf(options),
    (target) => withConnection(routeOf(target, options), ports, (transport) => work(transport, target)),
    options,
  );
}

/** For what is root's on every host, such as the runs. Throws HardenError `host` for a login without rights. */
export const eachAsRoot: typeof eachConnected = (options, ports, work) =>
  eachConnected(options, ports, (transport, target) => {
    needRoot(transport);
    return work(transport, target);
  });
