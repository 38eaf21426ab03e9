import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  areAnywhere,
  contains,
  formatAddress,
  formatNetwork,
  type Network,
  networkOf,
  openTo,
  parseNetwork,
} from "../../src/profile/network.ts";

const network: fc.Arbitrary<Network> = fc.oneof(
  fc.record({
    bits: fc.constant(32 as const),
    value: fc.bigInt(0n, 2n ** 32n - 1n),
    prefix: fc.integer({ min: 0, max: 32 }),
  }),
  fc.record({ bits: fc.constant(128 as const), value: sparse(), prefix: fc.integer({ min: 0, max: 128 }) }),
);

/** 128 bits with runs of zero groups, for these are what IPv6 is written short by. */
function sparse(): fc.Arbitrary<bigint> {
  const group = fc.oneof(fc.constant(0n), fc.bigInt(0n, 0xffffn));
  return fc
    .array(group, { minLength: 8, maxLength: 8 })
    .map((all) => all.reduce((sum, one) => (sum << 16n) | one, 0n));
}

const options = { seed: 1, numRuns: 500 };

test("what is written is read again", () => {
  fc.assert(
    fc.property(network, (given) => {
      expect(parseNetwork(formatNetwork(given))).toEqual(given);
    }),
    options,
  );
});

test("addresses are written as the WHATWG URL parser writes them", () => {
  fc.assert(
    fc.property(network, (given) => {
      const address = formatAddress(given);
      const host = given.bits === 32 ? address : `[${address}]`;
      expect(new URL(`http://${host}/`).hostname).toBe(host);
    }),
    options,
  );
});

test("a network holds what node's BlockList says it holds", () => {
  fc.assert(
    fc.property(network, network, (outer, inner) => {
      const family = outer.bits === 32 ? "ipv4" : "ipv6";
      const list = new BlockList();
      list.addSubnet(formatAddress(outer), outer.prefix, family);
      const address = { ...inner, prefix: inner.bits };
      if (inner.bits === outer.bits) {
        expect(contains(outer, address)).toBe(list.check(formatAddress(address), family));
        expect(contains(outer, networkOf(outer))).toBe(true);
      } else {
        expect(contains(outer, address)).toBe(false);
      }
    }),
    options,
  );
});

test("a larger network is not within a smaller one", () => {
  const [large, small] = [parseNetwork("10.0.0.0/8")!, parseNetwork("10.0.0.0/16")!];
  expect(contains(large, small)).toBe(true);
  expect(contains(small, large)).toBe(false);
});

describe("neither address nor network", () => {
  test.each([
    "",
    "/",
    "10",
    "10.0.0",
    "10.0.0.0.0",
    "256.0.0.1",
    "010.0.0.1",
    "1.2.3.4/33",
    "1.2.3.4/08",
    "1.2.3.4/",
    "1.2.3.4/-1",
    "+1.2.3.4",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "::/129",
    "::ffff:1.2.3.4",
    "fe80::1%eth0",
    "10.0.0.0/8\n",
    "\n::1",
    "10.0.0.0 /8",
    "::1 ",
    "g::1",
    "any",
    "1.2.3.4/8/8",
  ])("%j", (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });
});

test.each([
  [["0.0.0.0/0"], ["0.0.0.0/0"]],
  [
    ["0.0.0.0/1", "128.0.0.0/1"],
    ["0.0.0.0/1", "128.0.0.0/1"],
  ],
  [
    ["::/1", "8000::/1", "192.0.2.1"],
    ["::/1", "8000::/1"],
  ],
  [["::ffff:0:0/96"], ["::ffff:0:0/96"]],
  [["8.0.0.0/8", "8.1.0.0/16", "8.1.0.0/16"], []],
  [["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "11.0.0.0/8"], []],
  [["fc00::/7", "2001:db8::/32"], []],
  [[], []],
])("%j is open to the world by %j", (networks, open) => {
  expect(openTo(networks)).toEqual(open);
});

test("the parts of a network are open to no more than it is, and without the open ones to nobody", () => {
  const halves = (given: Network): readonly Network[] => {
    const prefix = given.prefix + 1;
    const high = 1n << BigInt(given.bits - prefix);
    return [given.value, given.value | high].map((value) => ({ ...given, value, prefix }));
  };
  fc.assert(
    fc.property(network, fc.integer({ min: 0, max: 5 }), (given, depth) => {
      let parts: readonly Network[] = [
        networkOf({ ...given, prefix: Math.min(given.prefix, given.bits - 6) }),
      ];
      const whole = areAnywhere(parts.map(formatNetwork));
      for (let each = 0; each < depth; each++) parts = parts.flatMap(halves);
      const texts = parts.map(formatNetwork);
      // A private part of it counts no more once it stands alone.
      if (!whole) expect(areAnywhere(texts)).toBe(false);
      expect(areAnywhere(texts.filter((each) => !openTo(texts).includes(each)))).toBe(false);
    }),
    options,
  );
});
