/** Whether the planned login, or this run, may come over a tunnel, whose own packets a rule of the host's has to let in. */
import { type Fact, valueOr } from "../../facts/probe.ts";
import type { RoutesFact } from "../../facts/routes.ts";
import type { Access } from "../../plan/access.ts";
import { type Network, parseNetwork } from "../../profile/network.ts";
import { isInner } from "./links.ts";

interface Routed {
  readonly network: Network;
  readonly links: readonly string[];
  readonly own: boolean;
}

/** What its own packets may be: of any protocol also where it can't be told. */
export type Tunnel = "none" | "not TCP" | "any";

export function tunnelOf(fact: Fact<RoutesFact>, access: Access): Tunnel {
  const found = valueOr(fact, undefined);
  if (found === undefined) return "any";
  const { routes, plain, peers, links } = waysOf(found, access);
  // A relay on the host, such as one that takes TLS apart, comes from an address of the host's own.
  const isRelayed = peers.some((peer) => isOwn(peer, routes));
  const isOverTcp = (link: string) => link === "lo" || found.overTcp.includes(link);
  if (plain.size === 0 || peers.length === 0 || isRelayed) return "any";
  if ([...plain, ...links].some(isOverTcp)) return "any";
  const isTunnel = found.ipsec || found.tunnels.some((link) => plain.has(link));
  return isTunnel || links.some((link) => !plain.has(link)) ? "not TCP" : "none";
}

/** Interfaces of tunnels by which the planned login, or this run, surely comes. */
export function tunnelsTo(fact: Fact<RoutesFact>, access: Access): readonly string[] {
  const found = valueOr(fact, undefined);
  if (found === undefined) return [];
  return [...new Set(waysOf(found, access).links)].filter((link) => found.tunnels.includes(link));
}

/** This run comes from an address of the host's own: by something on it that passes the login on. */
export function isRelayed(fact: Fact<RoutesFact>, access: Access): boolean {
  const found = valueOr(fact, undefined);
  const caller = access.caller === undefined ? undefined : parseNetwork(access.caller);
  return found !== undefined && caller !== undefined && isOwn(caller, waysOf(found, access).routes);
}

const isOwn = (address: Network, routes: readonly Routed[]) =>
  routes.some(({ network, own }) => own && isWithin(address, network));

/** By which interfaces the host is reached: all that routes tell of it. */
function waysOf(found: RoutesFact, { planned, caller, visit }: Access) {
  const routes = found.routes.flatMap(({ network: text, ...route }): readonly Routed[] => {
    const network = parseNetwork(text);
    return network === undefined ? [] : [{ ...route, network }];
  });
  const plain = new Set(linksOf(routes.filter(({ network }) => network.prefix === 0)));
  const peers = networksOf([...planned.callers, ...(caller === undefined ? [] : [caller])]);
  const here = networksOf([visit.serverAddress]).flatMap((address) =>
    linksOf(routes.filter(({ network, own }) => own && isWithin(address, network))),
  );
  return { routes, plain, peers, links: [...here, ...peers.flatMap((peer) => linksTo(peer, routes))] };
}

const linksOf = (routes: readonly Routed[]) => routes.flatMap(({ links }) => links);

/** Whoever may come from anywhere says nothing of where. */
const networksOf = (texts: readonly string[]) =>
  texts.flatMap((text) => parseNetwork(text) ?? []).filter(({ prefix }) => prefix > 0);

/** The nearest routes to all of it, and those to parts of it; containers are on the host itself. */
function linksTo(peer: Network, routes: readonly Routed[]): readonly string[] {
  const around = routes.filter(({ network }) => isWithin(peer, network));
  const nearest = Math.max(...around.map(({ network }) => network.prefix));
  const to = [
    ...around.filter(({ network }) => network.prefix === nearest),
    ...routes.filter(({ network, own }) => !own && network.prefix > peer.prefix && isWithin(network, peer)),
  ];
  return linksOf(to).filter((link) => link === "lo" || !isInner(link));
}

function isWithin(inner: Network, outer: Network): boolean {
  if (inner.bits !== outer.bits || inner.prefix < outer.prefix) return false;
  const rest = BigInt(outer.bits - outer.prefix);
  return inner.value >> rest === outer.value >> rest;
}
