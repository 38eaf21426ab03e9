/** An address block: `bits` is 32 or 128, `value` the address as a number, `prefix` its length in bits. */
import { onceByText } from "../once.ts";
export interface Network {
  readonly bits: 32 | 128;
  readonly value: bigint;
  readonly prefix: number;
}

/** Networks that are remembered: rules are walked again and again, and hosts have most of theirs in common. */
const mostKnown = 10_000;

/** Reads `10.0.0.0/8`, `2001:db8::/32` or an address alone (a full-length prefix); undefined when it is neither. */
export const parseNetwork: (text: string) => Network | undefined = onceByText(read, mostKnown);

function read(text: string): Network | undefined {
  const [, address = "", length] = /^([0-9A-Fa-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const value = address.includes(":") ? parseV6(address) : parseV4(address);
  if (value === undefined) return undefined;
  const bits = address.includes(":") ? 128 : 32;
  const prefix = length === undefined ? bits : Number(length);
  return prefix > bits ? undefined : { bits, value, prefix };
}

/** The block with its host bits cleared. */
export function networkOf(network: Network): Network {
  const host = BigInt(network.bits - network.prefix);
  return { ...network, value: (network.value >> host) << host };
}

/** Whether `outer` holds every address of `inner`; never across families. */
export function contains(outer: Network, inner: Network): boolean {
  const host = BigInt(outer.bits - outer.prefix);
  return (
    outer.bits === inner.bits && outer.prefix <= inner.prefix && outer.value >> host === inner.value >> host
  );
}

/** Whether a network, or an address alone, lies in another one; never where one of them is neither. */
export function isWithin(inner: string, outer: string): boolean {
  const [small, large] = [parseNetwork(inner), parseNetwork(outer)];
  return small !== undefined && large !== undefined && contains(large, small);
}

/** Nobody's on the internet: RFC 1918, 6598, 1122, 3927, 4193 and 4291. */
const privates = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
].map((text) => read(text)!);

/** More of the internet than any one company has: half of it twice is all of it. */
const mostShare = { 32: 8, 128: 16 } as const;

/** All of IPv4 as IPv6 writes it: RFC 4291, 2.5.5.2. */
const mapped = read("::ffff:0:0/96")!;

/** What it means: IPv4 may be written as IPv6. */
function meant(network: Network): readonly Network[] {
  if (contains(network, mapped)) return [network, { bits: 32, value: 0n, prefix: 0 }];
  return contains(mapped, network)
    ? [{ bits: 32, value: network.value & 0xffffffffn, prefix: network.prefix - 96 }]
    : [network];
}

/** How many addresses are in these of one family, each counted once. */
const sizeOf = (networks: readonly Network[]) =>
  networks
    .filter(
      (network, at) =>
        !networks.some(
          (other, place) =>
            place !== at && contains(other, network) && (place < at || !contains(network, other)),
        ),
    )
    .reduce((sum, { bits, prefix }) => sum + 2 ** (bits - prefix), 0);

/** Of these the widest, without which the others together are less than the whole internet, in each family. */
export function openTo(texts: readonly string[]): readonly string[] {
  const all = texts.flatMap((text) => {
    const network = parseNetwork(text);
    return network === undefined ? [] : meant(network).map((each) => ({ text, network: each }));
  });
  const isPrivate = (network: Network) => privates.some((outer) => contains(outer, network));
  const open = ([32, 128] as const).flatMap((bits) => {
    const rest = all
      .filter(({ network }) => network.bits === bits && !isPrivate(network))
      .sort((a, b) => a.network.prefix - b.network.prefix);
    const widest: string[] = [];
    while (sizeOf(rest.map(({ network }) => network)) > 2 ** (bits - mostShare[bits]))
      widest.push(rest.shift()!.text);
    return widest;
  });
  return [...new Set(open)];
}

/** Whether these networks together are as good as the whole internet, in either family. */
export const areAnywhere = (texts: readonly string[]): boolean => openTo(texts).length > 0;

/** The one spelling: dotted decimal, or RFC 5952 for IPv6. Without the prefix: {@link formatAddress}. */
export function formatNetwork(network: Network): string {
  return `${formatAddress(network)}/${network.prefix}`;
}

export function formatAddress({ bits, value }: Network): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return groups.join(":");
  return `${groups.slice(0, zeros.start).join(":")}::${groups.slice(zeros.start + zeros.length).join(":")}`;
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === "0") length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split(".");
  // A leading zero means octal to some programs and decimal to others.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = [...(head ?? []), ...(tail ?? [])];
  if (!given.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  if (tail === undefined ? given.length !== 8 : given.length > 7) return undefined;
  const groups = [...(head ?? []), ...Array(8 - given.length).fill("0"), ...(tail ?? [])];
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
