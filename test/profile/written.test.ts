/** Values that are taken as people write them, and read to one spelling. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { formatDuration, parseDuration } from "../../src/profile/duration.ts";
import { formatAddress, formatNetwork, networkOf, parseNetwork } from "../../src/profile/network.ts";
import * as types from "../../src/profile/types.ts";
import { problemLines } from "./memory.ts";

const seeded = { seed: 7, numRuns: 1000 };
const port = fc.integer({ min: 1, max: 65535 });

/** Near to what is taken, and anything else. */
const junk = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...`0159smhdw:-./ +eE,"'\n\0xSMHDW`), maxLength: 12 }),
);

describe("a length of time", () => {
  test.each([
    ["90", 90],
    ["10s", 10],
    ["2m", 120],
    ["1h", 3600],
    ["1h30m", 5400],
    ["1d", 86_400],
    ["1w", 604_800],
    ["1w2d3h4m5s", 788_645],
    ["90m", 5400],
  ])("%s is %i seconds", (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  test.each([
    "",
    "s",
    "1",
    "1.5h",
    "-1",
    "1h 30m",
    "30m1h",
    "1m1m",
    "1M",
    "1y",
    "1e3",
    "0x10",
    "1s\n",
    "9".repeat(10),
  ])("%j", (text) => expect(parseDuration(text)).toBe(text === "1" ? 1 : undefined));

  test("is written as it is read, in its largest units", () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9 - 1), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
        expect(parseDuration(String(seconds))).toBe(seconds);
      }),
      seeded,
    );
  });

  test("is whole seconds in its bounds, whatever the text", () => {
    const type = types.duration({ min: 10, max: 86_400 });
    fc.assert(
      fc.property(
        fc.oneof(junk, fc.double(), fc.nat(200_000), fc.nat(100_000).map(formatDuration)),
        (given) => {
          const { success, data } = type.safeParse(given);
          const seconds = typeof given === "string" ? parseDuration(given) : given;
          const right = Number.isInteger(seconds) && seconds! >= 10 && seconds! <= 86_400;
          expect([success, data]).toEqual(right ? [true, seconds] : [false, undefined]);
          if (success) expect(type.parse(data)).toBe(data);
        },
      ),
      seeded,
    );
  });
});

describe("a network", () => {
  test.each([
    ["10.1.2.3", "10.1.2.3/32"],
    ["2001:db8::1", "2001:db8::1/128"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::/0", "::/0"],
    ["2001:db8::/32", "2001:db8::/32"],
  ])("%s is %s", (text, right) => expect(types.cidr.parse(text)).toBe(right));

  test.each([
    ...["10.0.0.1/8", "2001:DB8::/32", "2001:db8:0::/32", "::1/64", "0:0::1", "192.0.2.07", "192.0.2.7 "],
    ...["any", "localhost", "", "10.0.0.0/8\n", "::ffff:10.0.0.0/104", "10.0.0.0/"],
  ])("never %j", (text) => expect(types.cidr.safeParse(text).success).toBe(false));

  const addresses = fc.oneof(fc.ipV4(), fc.ipV6());

  test("an address alone is a network of its own, and a refused spelling names the right one", () => {
    fc.assert(
      fc.property(addresses, fc.option(fc.nat(128), { nil: undefined }), (address, prefix) => {
        const text = prefix === undefined ? address : `${address}/${prefix}`;
        const given = parseNetwork(text);
        const { success, data, error } = types.cidr.safeParse(text);
        expect(success && given === undefined).toBe(false);
        if (given === undefined) return;
        const issues = error?.issues ?? [];
        expect(issues).toHaveLength(success ? 0 : 1);
        const meant = issues.map((issue) =>
          types.cidr.parse(issue.code === "custom" && issue.params?.suggestion),
        );
        const isNobody = given.value === 0n && given.prefix === given.bits;
        const right = isNobody ? { ...given, prefix: 0 } : networkOf(given);
        expect(success ? [data] : meant).toEqual([formatNetwork(right)]);
      }),
      seeded,
    );
  });

  test("is one spelling of one network, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(junk, addresses), (text) => {
        const { success, data } = types.cidr.safeParse(text);
        if (!success) return;
        expect([formatAddress(parseNetwork(text)!), text]).toContain(text);
        expect(types.cidr.parse(data)).toBe(data);
      }),
      seeded,
    );
  });
});

describe("a port or a range", () => {
  test.each([
    [443, 443],
    ["443", 443],
    ["6000:6010", "6000:6010"],
    ["6000-6010", "6000:6010"],
  ])("%j is %j", (text, right) => expect(types.portOrRange.parse(text)).toBe(right));

  test("is in its bounds, whatever the text", () => {
    const range = fc
      .tuple(fc.nat(70_000), fc.constantFrom(":", "-"), fc.nat(70_000))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(fc.oneof(junk, range, fc.nat(70_000), fc.nat(70_000).map(String)), (given) => {
        const { success, data } = types.portOrRange.safeParse(given);
        const [, first, last] = /^(\d+)(?:[:-](\d+))?$/.exec(String(given)) ?? [];
        const [from, to] = [Number(first ?? 0), Number(last ?? first ?? 0)];
        const plain = !/^0|[:-]0/.test(String(given));
        const right = plain && from >= 1 && to <= 65535 && (last === undefined ? from === to : from < to);
        expect(success, JSON.stringify(given)).toBe(right);
        if (success) expect([from, `${from}:${to}`]).toContain(data);
        if (success) expect(types.portOrRange.parse(data)).toBe(data);
      }),
      seeded,
    );
  });
});

test("one or more are taken one by one, and none is no list", () => {
  const ports: z.ZodType = types.oneOrMore(types.portOrRange, "a port");
  fc.assert(
    fc.property(fc.array(port, { maxLength: 5 }), (list) => {
      expect(ports.safeParse(list).success).toBe(list.length > 0);
      if (list.length > 0) expect(ports.parse(list)).toEqual(list);
    }),
    seeded,
  );
});

describe("what is wrong is one error, at its place, with what is wanted and what was found", () => {
  const range = "must be a port, or a range such as 6000:6010";
  const list = "a port, a range such as 6000:6010, or a list of them";
  const time = "a time such as 90 (seconds), 10s, 2m, 1h30m, 1d or 1w";
  const rule = (text: string) => `firewall: {rules: [{${text}}]}`;
  test.each([
    [rule("port: 70000"), "1:27: firewall.rules[0].port: must be at most 65535, found the number 70000"],
    [rule("port: http"), `1:27: firewall.rules[0].port: ${range}, found the text "http"`],
    [rule("port: '70000'"), '1:27: firewall.rules[0].port: a port is at most 65535, found the text "70000"'],
    [
      rule("port: 6010-6000"),
      '1:27: firewall.rules[0].port: the first port of a range must be the smaller one, found the text "6010-6000"',
    ],
    [rule("port: true"), `1:27: firewall.rules[0].port: expected ${list}, found true`],
    [rule("port: []"), "1:27: firewall.rules[0].port: must have at least 1 entry, found 0"],
    [rule("port: [80, https]"), `1:32: firewall.rules[0].port[1]: ${range}, found the text "https"`],
    [
      rule("port: [80, [443]]"),
      "1:32: firewall.rules[0].port[1]: expected a port, or a range such as 6000:6010, found a list",
    ],
    [
      rule("port: 80, from: [10.0.0.0/8, 10.0.0.1/8]"),
      '1:50: firewall.rules[0].from[1]: the address has bits set beyond its first 8, found the text "10.0.0.1/8" (did you mean `10.0.0.0/8`?)',
    ],
    [
      rule("port: 80, from: office"),
      '1:37: firewall.rules[0].from: must be an address or a network, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, found the text "office"',
    ],
    [`fail2ban: {findTime: soon}`, `1:22: fail2ban.findTime: must be ${time}, found the text "soon"`],
    [`fail2ban: {findTime: true}`, `1:22: fail2ban.findTime: expected ${time}, found true`],
    [
      `fail2ban: {findTime: 600w}`,
      '1:22: fail2ban.findTime: must be between 1s and 521w3d, found the text "600w"',
    ],
    [
      `firewall: {rules: [{port: 1, comment: "${"'".repeat(201)}"}]}`,
      `1:39: firewall.rules[0].comment: must be at most 200 characters long, found the text "${"'".repeat(57)}..."`,
    ],
  ])("%s", async (yaml, line) => {
    expect(await problemLines({ "p.yaml": yaml })).toEqual([`p.yaml:${line}`]);
  });
});
