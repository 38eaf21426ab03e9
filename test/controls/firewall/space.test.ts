import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allPeers,
  common,
  count,
  createTaken,
  isLeft,
  networksOf,
  peersOf,
  portsOf,
  type Range,
  type Ranges,
  remainder,
  type Space,
  union,
  without,
} from "../../../src/controls/firewall/space.ts";
import { hostile } from "../facts.ts";

const seed = 20261;
const range = fc
  .tuple(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 20n }))
  .map(([a, b]): Range => (a < b ? [a, b] : [b, a]));
const ranges = fc.array(range, { maxLength: 4 });
const has = (set: Ranges, n: bigint) => set.some(([from, to]) => n >= from && n <= to);
const numbers = Array.from({ length: 22 }, (_, n) => BigInt(n));

test("ranges are sets: union, common, without, count", () => {
  fc.assert(
    fc.property(ranges, ranges, (first, second) => {
      const [a, b] = [union(first), union(second)];
      for (const n of numbers) {
        expect(has(a, n)).toBe(has(first, n));
        expect(has(common(a, b), n)).toBe(has(a, n) && has(b, n));
        expect(has(without(a, b), n)).toBe(has(a, n) && !has(b, n));
      }
      expect(count(a)).toBe(BigInt(numbers.filter((n) => has(a, n)).length));
      for (const [index, [from]] of a.entries())
        if (index > 0) expect(from).toBeGreaterThan(a[index - 1]![1] + 1n);
    }),
    { seed, numRuns: 500 },
  );
});

const names = ["eth0", "eth1"];
const space = fc.record({
  ports: fc.array(range, { minLength: 1, maxLength: 2 }).map(union),
  peers: fc.array(range, { minLength: 1, maxLength: 2 }).map(union),
  links: fc.subarray(names, { minLength: 1 }),
});
const holds = ({ ports, peers, links }: Space, [port, peer, link]: readonly [bigint, bigint, string]) =>
  has(ports, port) && has(peers, peer) && links.includes(link);
const points = fc.tuple(
  fc.bigInt({ min: 0n, max: 21n }),
  fc.bigInt({ min: 0n, max: 21n }),
  fc.constantFrom(...names),
);

test("what is left of a space is what nobody took, each packet in one piece", () => {
  fc.assert(
    fc.property(
      space,
      fc.array(space, { maxLength: 5 }),
      fc.array(points, { minLength: 20, maxLength: 20 }),
      (all, taken, some) => {
        const left = remainder(all, taken);
        for (const point of some) {
          const wanted = holds(all, point) && !taken.some((each) => holds(each, point));
          expect(left.filter((piece) => holds(piece, point))).toHaveLength(wanted ? 1 : 0);
        }
        expect(isLeft(all, taken)).toBe(left.length > 0);
      },
    ),
    { seed, numRuns: 500 },
  );
});

test("more pieces than can be held are more than there is, never less", () => {
  const all: Space = { ports: [[1n, 65535n]], peers: allPeers[4], links: ["eth0"] };
  const cell = (n: number): Space => ({
    ports: [[BigInt(2 * n), BigInt(2 * n)]],
    peers: [[BigInt(n), BigInt(n + 7)]],
    links: ["eth0"],
  });
  const taken = Array.from({ length: 600 }, (_, n) => cell(n + 1));
  const left = remainder(all, taken);
  for (const [port, peer] of [
    [3n, 0n],
    [1201n, 5n],
    [65535n, 9n],
  ] as const)
    expect(left.some((piece) => holds(piece, [port, peer, "eth0"]))).toBe(true);
});

test("networks of a range: all of it, and nothing else", () => {
  fc.assert(
    fc.property(range, ([from, to]) => {
      const networks = networksOf([from, to], 32).map((each) => peersOf(each)![0]!);
      for (const n of numbers) expect(has(networks, n)).toBe(n >= from && n <= to);
    }),
    { seed },
  );
  expect(networksOf([0n, 2n ** 128n - 1n], 128)).toEqual(["::/0"]);
  expect(networksOf(peersOf("10.0.0.0/8")![0]!, 32)).toEqual(["10.0.0.0/8"]);
});

test("ports", () => {
  expect(portsOf("22,80:90")).toEqual([
    [22n, 22n],
    [80n, 90n],
  ]);
  expect(portsOf(":1024")).toEqual([[0n, 1024n]]);
  expect(portsOf("1024:")).toEqual([[1024n, 65535n]]);
  for (const text of ["", "ssh", "22,", "1:2:3", "-1", "1e3", "0x16", "22 "])
    expect([text, portsOf(text)]).toEqual([text, undefined]);
});

test("no text of a rule makes anything throw", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const [from, to] of [...(portsOf(text) ?? []), ...(peersOf(text) ?? [])])
        expect(from <= to).toBe(true);
    }),
    { seed, numRuns: 2000 },
  );
});

test("what is taken one after the other is as if it were taken at once", () => {
  fc.assert(
    fc.property(space, fc.array(space, { maxLength: 8 }), (asked, taken) => {
      const sofar = createTaken();
      for (const each of taken) sofar.add(each);
      expect(isLeft(asked, sofar.spaces())).toBe(isLeft(asked, taken));
      const [{ ports, links } = asked] = taken;
      const [alike] = sofar.spaces().filter((each) => `${each.ports}${each.links}` === `${ports}${links}`);
      const peers = taken.filter((each) => `${each.ports}${each.links}` === `${ports}${links}`);
      expect(alike?.peers ?? []).toEqual(union(peers.flatMap((each) => each.peers)));
    }),
    { seed, numRuns: 2000 },
  );
});
