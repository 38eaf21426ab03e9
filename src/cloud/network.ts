/** What networks and ports of rules mean. Pure. */
import { contains, type Network, parseNetwork } from "../profile/network.ts";

/** Ports from first to last, both of them in it. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

export const allPorts: Span = { first: 0, last: 65535 };

export const holds = ({ first, last }: Span, port: number) => first <= port && port <= last;

export const spanText = ({ first, last }: Span) =>
  first <= 1 && last === 65535 ? "all ports" : first === last ? String(first) : `${first}-${last}`;

/** A rule for more ports than this names none. */
export const manyPorts = 1000;

export const isWide = ({ first, last }: Span) => last - first >= manyPorts;

/** `8080` or `6000:6010`, as a project file has it. */
export function spanOf(given: number | string): Span {
  const [first = 0, last = first] = String(given).split(":").map(Number);
  return { first, last };
}

const privates = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
  "fe80::/10",
].map((text) => parseNetwork(text)!);

const isPrivate = (network: Network) => privates.some((outer) => contains(outer, network));

/** More of the internet than any one company has: half of it twice is all of it. */
const widest = { 32: 8, 128: 16 } as const;

/** Whether these networks together are as good as the whole internet, in either family. */
export function areAnywhere(texts: readonly string[]): boolean {
  const open = [...new Set(texts)].flatMap((text) => {
    const network = parseNetwork(text);
    return network === undefined || isPrivate(network) ? [] : [network];
  });
  return ([32, 128] as const).some((bits) => {
    const sizes = open.filter((each) => each.bits === bits).map(({ prefix }) => 2 ** (bits - prefix));
    return sizes.reduce((sum, size) => sum + size, 0) > 2 ** (bits - widest[bits]);
  });
}

/** Whether a network lies in one of those. */
export function isWithin(text: string, outer: readonly string[]): boolean {
  const network = parseNetwork(text);
  return (
    network !== undefined &&
    outer.some((each) => {
      const one = parseNetwork(each);
      return one !== undefined && contains(one, network);
    })
  );
}
