/** The ports that a profile's rules open, from wherever. Pure. */
import type { Listener } from "../../facts/sockets.ts";
import type { OpenedPorts } from "../../plan/access.ts";
import { eachRule, type FirewallParams } from "./schema.ts";

export const onePort = (protocol: OpenedPorts["protocol"], port: number): OpenedPorts => ({
  protocol,
  first: port,
  last: port,
});

export const openedBy = (params: FirewallParams): readonly OpenedPorts[] =>
  eachRule(params).map(({ protocol, port }) => {
    const [first = 0, last = first] = String(port).split(":").map(Number);
    return { protocol, first, last };
  });

export const covers = (
  { protocol, first, last }: OpenedPorts,
  listener: Pick<Listener, "protocol" | "port">,
) =>
  (protocol === "any" || protocol === listener.protocol) && listener.port >= first && listener.port <= last;
