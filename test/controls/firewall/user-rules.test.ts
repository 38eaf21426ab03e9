import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isLogLevel, type Policy } from "../../../src/controls/firewall/logging.ts";
import { type Allow, type Family, ufwAddress } from "../../../src/controls/firewall/tuple.ts";
import {
  parseUserRules,
  renderUserRules,
  withAllows,
  withoutOurs,
} from "../../../src/controls/firewall/user-rules.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/ufw");
const fixture = (name: string) => readFileSync(join(fixtures, name));
const low = { level: "low", policies: { input: "deny", output: "allow", forward: "deny" } } as const;

/** What ufw 0.36.2 wrote on Debian 13 for 9 pairs of policies and 5 log levels; the rules are the same in all. */
const matrix = new Map(
  fixture("matrix.txt")
    .toString()
    .split(/^== /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)] as const),
);
const tails = [...matrix].filter(([name]) => name.startsWith("tail "));
const written = (family: Family, name: string) =>
  `${matrix.get(`head ${family}`)}${matrix.get(`tail ${name}.${family}`)}`;

const zoo = [
  [4, "zoo.user.rules"],
  [6, "zoo.user6.rules"],
] as const;

describe("user.rules", () => {
  test.each(zoo)("every kind of rule that ufw%s writes comes back byte for byte", (family, name) => {
    const rules = parseUserRules(fixture(name), family);
    expect(rules.strange).toEqual([]);
    expect(renderUserRules(rules, family, low).toString()).toBe(fixture(name).toString());
  });

  test.each(tails)("policies and log level as ufw writes them: %s", (name, tail) => {
    const [, input, output, level = "", number] = /^tail (\w+)-(\w+)-(\w+)\.(4|6)$/.exec(name)!;
    const family = Number(number) as Family;
    const policies = { input: input as Policy, output: output as Policy, forward: "deny" as const };
    const text = `${matrix.get(`head ${family}`)}${tail}`;
    if (!isLogLevel(level)) throw new Error(level);
    expect(
      renderUserRules(parseUserRules(Buffer.from(text), family), family, { level, policies }).toString(),
    ).toBe(text);
  });

  test("our rules in the pristine file are what ufw makes of the same commands", () => {
    const allow = (port: string, more: Partial<Allow> = {}): Allow => ({
      family: 4,
      port,
      protocol: "tcp",
      from: "0.0.0.0/0",
      comment: "",
      ...more,
    });
    const wanted = [
      allow("22", { comment: "harden: ssh" }),
      allow("81"),
      allow("84", { protocol: "udp", from: ufwAddress("1.2.3.4/32"), comment: "harden: ü # x comment=41" }),
      allow("6000:6010", { protocol: "udp" }),
      allow("85", { protocol: "any" }),
    ];
    const made = withAllows(parseUserRules(fixture("pristine.user.rules"), 4), wanted);
    expect(renderUserRules(made, 4, low).toString()).toBe(written(4, "deny-allow-low"));
    const six = (port: string, from: string, more: Partial<Allow> = {}) =>
      allow(port, { family: 6, from: from === "" ? "::/0" : ufwAddress(from), ...more });
    const made6 = withAllows(parseUserRules(fixture("pristine.user6.rules"), 6), [
      six("22", "", { comment: "harden: ssh" }),
      six("82", ""),
      six("83", "2001:db8::/32", { protocol: "any" }),
      six("6000:6010", "", { protocol: "udp" }),
      six("85", "", { protocol: "any" }),
      six("86", "::ffff:102:300/120"),
      six("87", "2001:db8::1/128"),
    ]);
    expect(renderUserRules(made6, 6, low).toString()).toBe(written(6, "deny-allow-low"));
  });

  test("others' rules stay in their order, ours keep their place, go and come", () => {
    const mark = ` comment=${Buffer.from("harden").toString("hex")}`;
    const zoo22 = "allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in";
    const before = parseUserRules(
      Buffer.from(fixture("zoo.user.rules").toString().replace(zoo22, `${zoo22}${mark}`)),
      4,
    );
    const allow = (port: string): Allow => ({
      family: 4,
      port,
      protocol: "tcp",
      from: "0.0.0.0/0",
      comment: "harden: x",
    });
    const first = withAllows(before, [allow("22"), allow("7"), allow("80"), allow("9")]);
    const added = first.blocks.slice(before.blocks.length - 1).map(({ tuple }) => tuple?.toPort);
    // 22 is ours already (first in the file), 80 is somebody's own rule.
    expect(first.blocks[0]?.ours).toBe(true);
    expect(added.slice(-2)).toEqual(["7", "9"]);
    const second = withAllows(first, [allow("9"), allow("10")]);
    expect(second.blocks.filter(({ ours }) => ours).map(({ tuple }) => tuple?.toPort)).toEqual(["9", "10"]);
    expect(withoutOurs(second).blocks).toEqual(before.blocks.filter(({ ours }) => !ours));
  });

  test("lines that ufw would lose are named", () => {
    const text = fixture("zoo.user.rules")
      .toString()
      .replace("### RULES ###\n", "### RULES ###\n-A ufw-user-input -p tcp --dport 7 -j ACCEPT\n# note\n")
      .replace("COMMIT\n", "COMMIT\n*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n")
      .replace("*filter\n", "*filter\n:my-chain - [0:0]\n")
      .replace("### END RULES ###", "### tuple ### allow tcp 99\n\n### END RULES ###");
    expect(parseUserRules(Buffer.from(text), 4).strange).toEqual([
      ":my-chain - [0:0]",
      "*nat",
      "-A POSTROUTING -j MASQUERADE",
      "-A ufw-user-input -p tcp --dport 7 -j ACCEPT",
      "# note",
      "### tuple ### allow tcp 99",
    ]);
  });

  test("a file that is no ufw file loses nothing: all of it is strange", () => {
    expect(parseUserRules(Buffer.from("hello\n"), 4).strange).toEqual(["hello"]);
  });
});
