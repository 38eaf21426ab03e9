/** Interfaces that packets of others come in by. */
import type { RoutesFact } from "../../facts/routes.ts";
import { lazy } from "../../once.ts";
import { allPeers, anyLink, count, peersOf, type Ranges, without } from "./space.ts";

/** Docker's bridges, which it has rules for: all of them in one, too. */
const ofDocker = /^(docker\d|docker_gwbridge|br-([0-9a-f]{12}|\+)$)/;

/** Bridges of other engines and of virtual machines on the host itself, and what is on them. */
const ofGuests = /^(lo$|veth|virbr|vnet|podman|cni|cbr|lxcbr|lxdbr|incusbr)/;

export const isDockers = (link: string) => ofDocker.test(link);

export const isInner = (link: string) => isDockers(link) || ofGuests.test(link);

/** `bridges`: those of engines that no name tells. */
export function outerLinks(links: readonly string[], bridges: readonly string[]): readonly string[] {
  const outer = links.filter((name) => !isInner(name) && !bridges.includes(name));
  return outer.length === 0 ? [anyLink] : outer;
}

/** The interface by which packets to all of those addresses leave; undefined where that isn't one, or isn't known. */
export type LinkTo = (to: Ranges) => string | undefined;

/** By the narrowest of the routes, of whatever table: where tables differ in theirs, nobody can tell. */
export function outgoingLinks(routes: RoutesFact | undefined): LinkTo {
  const others = lazy(() =>
    (routes?.routes ?? []).flatMap(({ network, links, own }) => {
      const range = own ? undefined : peersOf(network);
      return range === undefined ? [] : [{ range, links }];
    }),
  );
  return (to) => {
    const around = others().filter(({ range }) => without(to, range).length === 0);
    const least = around.reduce((size, { range }) => smaller(size, count(range)), count(allPeers[6]));
    const links = new Set(around.filter(({ range }) => count(range) === least).flatMap(({ links }) => links));
    return links.size === 1 ? [...links][0] : undefined;
  };
}

const smaller = (a: bigint, b: bigint) => (b < a ? b : a);
