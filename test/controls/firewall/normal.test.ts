import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { normalAddress, normalRule } from "../../../src/controls/firewall/normal.ts";
import { parseTables, type Tables } from "../../../src/facts/iptables.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/ufw");
const read = (name: string) => readFileSync(join(fixtures, name), "utf8");
const filter = (tables: Tables) => tables.get("filter")!;

/** iptables-save's output and then ip6tables-save's, of a host where ufw had loaded the zoo. */
const saved = (name: string) => read(name).split(/(?<=COMMIT\n)/);

test.each([
  ["zoo.debian12.save", 0, "zoo.user.rules", 4],
  ["zoo.debian12.save", 1, "zoo.user6.rules", 6],
  ["zoo.debian13.save", 0, "zoo.user.rules", 4],
  ["zoo.debian13.save", 1, "zoo.user6.rules", 6],
] as const)("what the kernel prints (%s, %i) equals what ufw wrote (%s)", (live, part, file, family) => {
  const kernel = filter(parseTables(saved(live)[part]!));
  const wanted = filter(parseTables(read(file)));
  for (const [name, { rules }] of wanted)
    expect([name, kernel.get(name)?.rules.map((rule) => normalRule(rule, family))]).toEqual([
      name,
      rules.map((rule) => normalRule(rule, family)),
    ]);
});

test("different rules differ", () => {
  const rules = filter(parseTables(saved("zoo.debian13.save")[0]!)).get("ufw-user-input")!.rules;
  const normal = rules.map((rule) => normalRule(rule, 4));
  expect(new Set(normal).size).toBe(normal.length);
});

test("addresses in their one spelling", () => {
  expect(normalAddress("10.1.2.3/255.0.0.0")).toBe("10.0.0.0/8");
  expect(normalAddress("10.1.2.3")).toBe("10.1.2.3/32");
  expect(normalAddress("0.0.0.0/0")).toBeUndefined();
  expect(normalAddress("::/0")).toBeUndefined();
  expect(normalAddress("FE80::/10")).toBe("fe80::/10");
  expect(normalAddress("10.0.0.0/255.0.255.0")).toBe("10.0.0.0/255.0.255.0");
});
