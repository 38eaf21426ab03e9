/** Sets of packets: ports, peers' addresses and interfaces, each a dimension. Exact, so that nothing hides in between. */
import { formatNetwork, type Network, parseNetwork } from "../../profile/network.ts";

/** From and to, both included. */
export type Range = readonly [bigint, bigint];

/** Ascending, and apart from each other. */
export type Ranges = readonly Range[];

/** All packets with one of the ports, from or to one of the peers, over one of the interfaces. */
export interface Space {
  readonly ports: Ranges;
  readonly peers: Ranges;
  /** Names of interfaces; {@link anyLink} where they aren't known. */
  readonly links: readonly string[];
}

/** An interface whose name isn't known. */
export const anyLink = "?";

export const allPorts: Ranges = [[1n, 65535n]];

export const allPeers = { 4: [[0n, 2n ** 32n - 1n]], 6: [[0n, 2n ** 128n - 1n]] } as const satisfies Record<
  number,
  Ranges
>;

/** Any ranges, in any order: the same numbers as {@link Ranges}. */
export function union(ranges: Ranges): Ranges {
  const found: [bigint, bigint][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = found.at(-1);
    if (last === undefined || from > last[1] + 1n) found.push([from, to]);
    else if (to > last[1]) last[1] = to;
  }
  return found;
}

function largest(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** What both have; `a` itself where `b` has all of it. */
export function common(a: Ranges, b: Ranges): Ranges {
  if (a === b) return a;
  const [first] = b;
  if (b.length === 1 && a.length > 0 && first![0] <= a[0]![0] && first![1] >= a.at(-1)![1]) return a;
  const found: Range[] = [];
  for (let i = indexAt(a, first?.[0]), j = indexAt(b, a[0]?.[0]); i < a.length && j < b.length; ) {
    const [[from, to], [low, high]] = [a[i]!, b[j]!];
    const start = largest(from, low);
    const end = -largest(-to, -high);
    if (start <= end) found.push([start, end]);
    if (to < high) i++;
    else j++;
  }
  return same(found, a) ? a : found;
}

/** Of the first range that ends at this number or later. */
function indexAt(ranges: Ranges, number = 0n): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]![1] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

const same = (a: Ranges, b: Ranges) =>
  a.length === b.length && a.every(([from, to], index) => from === b[index]![0] && to === b[index]![1]);

/** What `a` has and `b` has not. */
export function without(a: Ranges, b: Ranges): Ranges {
  const found: Range[] = [];
  let at = 0;
  for (const [from, to] of a) {
    let start = from;
    while (at < b.length && b[at]![1] < start) at++;
    for (let next = at; next < b.length && b[next]![0] <= to; next++) {
      const [low, high] = b[next]!;
      if (low > start) found.push([start, low - 1n]);
      if (high + 1n > start) start = high + 1n;
    }
    if (start <= to) found.push([start, to]);
  }
  return found;
}

/** How many numbers there are. */
export const count = (ranges: Ranges): bigint =>
  ranges.reduce((sum, [from, to]) => sum + (to - from + 1n), 0n);

const sizeOf = ({ ports, peers, links }: Space) => count(ports) * count(peers) * BigInt(links.length);

/** What both have; `a` itself where `b` has all of it, undefined where they have nothing in common. */
export function meet(a: Space, b: Space): Space | undefined {
  const [ports, peers] = [common(a.ports, b.ports), common(a.peers, b.peers)];
  const links = a.links.every((link) => b.links.includes(link))
    ? a.links
    : a.links.filter((link) => b.links.includes(link));
  if (ports.length === 0 || peers.length === 0 || links.length === 0) return undefined;
  return ports === a.ports && peers === a.peers && links === a.links ? a : { ports, peers, links };
}

/** At most three pieces, apart from each other. */
function subtract(space: Space, taken: Space): readonly Space[] {
  const inner = meet(space, taken);
  if (inner === undefined) return [space];
  const links = space.links.filter((link) => !inner.links.includes(link));
  return [
    { ...space, links },
    { links: inner.links, ports: without(space.ports, inner.ports), peers: space.peers },
    { links: inner.links, ports: inner.ports, peers: without(space.peers, inner.peers) },
  ].filter((each) => each.links.length > 0 && each.ports.length > 0 && each.peers.length > 0);
}

/** What is more than this many pieces is left as it is: more is said to be there than there is, never less. */
const mostPieces = 400;

/** What is left of a space, in pieces that are apart from each other; none where nothing is left. */
export function remainder(space: Space, taken: readonly Space[]): readonly Space[] {
  const inner = taken.flatMap((each) => meet(space, each) ?? []);
  if (inner.includes(space)) return [];
  let left: readonly Space[] = [space];
  for (const each of gathered(inner)) {
    const next = left.flatMap((piece) => subtract(piece, each));
    if (next.length > mostPieces) return left;
    left = next;
  }
  return left;
}

/** What has been taken so far, which grows by one rule after the other; of equal ports and interfaces as one space. */
export function createTaken() {
  const groups = new Map<string, { readonly space: Space; readonly peers: [bigint, bigint][] }>();
  return {
    add(space: Space) {
      const key = `${space.ports.join(" ")}/${space.links.join(" ")}`;
      const group = groups.get(key);
      if (group !== undefined) for (const range of space.peers) insert(group.peers, range);
      else {
        const peers = space.peers.map(([from, to]): [bigint, bigint] => [from, to]);
        groups.set(key, { space: { ...space, peers }, peers });
      }
    },
    spaces: (): readonly Space[] => [...groups.values()].map(({ space }) => space),
  };
}

function insert(ranges: [bigint, bigint][], [from, to]: Range): void {
  const at = indexAt(ranges, from - 1n);
  let end = at;
  let [low, high] = [from, to];
  for (; end < ranges.length && ranges[end]![0] <= to + 1n; end++) {
    if (ranges[end]![0] < low) low = ranges[end]![0];
    if (ranges[end]![1] > high) high = ranges[end]![1];
  }
  ranges.splice(at, end - at, [low, high]);
}

/** Thousands of bans differ in their addresses only: they are taken away as one. */
function gathered(spaces: readonly Space[]): readonly Space[] {
  const taken = createTaken();
  for (const each of spaces) taken.add(each);
  return taken.spaces();
}

/** Whether something of the space is left: cheaply, where what is taken is too little to be all of it. */
export function isLeft(space: Space, taken: readonly Space[]): boolean {
  const inner = taken.flatMap((each) => meet(space, each) ?? []);
  if (inner.length === 0) return true;
  if (inner.reduce((sum, each) => sum + sizeOf(each), 0n) < sizeOf(space)) return true;
  return remainder(space, inner).length > 0;
}

export const rangeOfNetwork = ({ bits, value, prefix }: Network): Range => {
  const host = BigInt(bits - prefix);
  const from = (value >> host) << host;
  return [from, from + (1n << host) - 1n];
};

/** A network or an address; undefined where the text is neither. */
export function peersOf(text: string): Ranges | undefined {
  const network = parseNetwork(text);
  return network === undefined ? undefined : [rangeOfNetwork(network)];
}

/** `22`, `6000:6010`, `22,80,6000:6010`; undefined where a part is no number, such as a service's name. */
export function portsOf(list: string): Ranges | undefined {
  const parts = list.split(",");
  if (!parts.every((part) => /^(\d{1,5}|\d{0,5}:\d{0,5})$/.test(part))) return undefined;
  const ranges = parts.map((part): Range => {
    const [from = "", to = from] = part.split(":");
    return [BigInt(from), to === "" ? 65535n : BigInt(to)];
  });
  return union(ranges.filter(([from, to]) => from <= to));
}

/** The fewest networks that are the range. */
export function networksOf([from, to]: Range, bits: 32 | 128): readonly string[] {
  const found: string[] = [];
  for (let at = from; at <= to; ) {
    let host = 0n;
    while (host < BigInt(bits) && at % (1n << (host + 1n)) === 0n && at + (1n << (host + 1n)) - 1n <= to)
      host++;
    found.push(formatNetwork({ bits, value: at, prefix: bits - Number(host) }));
    at += 1n << host;
  }
  return found;
}
