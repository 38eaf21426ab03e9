/** Who comes to the host, and whom of them no ban is to keep out. Pure. */
import type { Jail } from "../../facts/fail2ban.ts";
import type { RoutesFact } from "../../facts/routes.ts";
import type { RulesFact } from "../../facts/rules.ts";
import { parseNetwork } from "../../profile/network.ts";
import { inForce } from "../firewall/in-force.ts";
import {
  allPeers,
  allPorts,
  anyLink,
  type Ranges,
  rangeOfNetwork,
  union,
  without,
} from "../firewall/space.ts";
import type { Family } from "../firewall/tuple.ts";
import type { BannedComers } from "./banned.ts";

interface Host {
  readonly routes: RoutesFact | undefined;
  readonly rules: RulesFact | undefined;
}

/** No packet of these comes from elsewhere: the kernel drops it as a martian. */
const loopback = ["127.0.0.0/8", "::1"];

export function comersOf({ ignoreIp }: Pick<Jail, "ignoreIp">, host: Host, family: Family): BannedComers {
  const links = host.rules === undefined ? [anyLink] : inForce(host.rules, host.routes).links;
  const routes = host.routes?.routes ?? [];
  const own = routes.flatMap((route) => (route.own ? [route.network] : []));
  const peers = rangesOf([...ignoreIp, ...loopback, ...own], family);
  const unrouted = links.map((link) => {
    const routed = routes.filter((route) => !route.own && route.links.includes(link));
    const comers = rangesOf(
      routed.map(({ network }) => network),
      family,
    );
    // Without a route nothing is known of it.
    return { links: [link], peers: comers.length === 0 ? [] : without(allPeers[family], comers) };
  });
  return {
    links,
    spared: [{ links, peers }, ...unrouted].map((each) => ({ ports: allPorts, ...each })),
  };
}

/** Of one family; names are passed over. */
const rangesOf = (networks: readonly string[], family: Family): Ranges =>
  union(
    networks
      .flatMap((each) => parseNetwork(each) ?? [])
      .filter(({ bits }) => (bits === 32) === (family === 4))
      .map(rangeOfNetwork),
  );
