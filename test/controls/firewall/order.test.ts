import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { desired } from "../../../src/controls/firewall/claims.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import { crossings } from "../../../src/controls/firewall/order.ts";
import { readers } from "../../../src/controls/firewall/reader.ts";
import { rulesetOf, walk } from "../../../src/controls/firewall/walk.ts";
import { type Chains, parseTables, type Rule } from "../../../src/facts/iptables.ts";
import { applied, but, fileFact, inactive, inputOf, rulesFact } from "./host.ts";

const rulesOf = (lines: readonly string[]): readonly Rule[] =>
  parseTables(["*filter", ...lines.map((line) => `-A c ${line}`)].join("\n"))
    .get("filter")
    ?.get("c")?.rules ?? [];
const crossed = (now: readonly string[], wanted: readonly string[]) =>
  crossings(rulesOf(now), rulesOf(wanted), readers[4])?.map(({ first, now: other }) => [
    first.text,
    other.text,
  ]);

const [allow, deny] = ["-p tcp --dport 80 -j ACCEPT", "-p tcp --dport 80 -s 10.0.0.0/8 -j DROP"];

describe("rules in another order", () => {
  test.each([
    ["as they are", [allow, deny], [allow, deny]],
    ["that rule the same", [allow, "-p tcp -j ACCEPT"], ["-p tcp -j ACCEPT", allow]],
    ["for other ports", [allow, "-p tcp --dport 81 -j DROP"], ["-p tcp --dport 81 -j DROP", allow]],
    [
      "for ports around it",
      [allow, "-p tcp -m multiport --dports 70:79,81 -j DROP"],
      ["-p tcp -m multiport --dports 70:79,81 -j DROP", allow],
    ],
    ["of another protocol", [allow, "-p udp --dport 80 -j DROP"], ["-p udp --dport 80 -j DROP", allow]],
    ["from elsewhere", [deny, "-p tcp -s 11.0.0.0/8 -j ACCEPT"], ["-p tcp -s 11.0.0.0/8 -j ACCEPT", deny]],
    [
      "by another interface",
      ["-i eth0 -j ACCEPT", "-i eth1 -j DROP"],
      ["-i eth1 -j DROP", "-i eth0 -j ACCEPT"],
    ],
  ])("%s: no change", (_name, now, wanted) => {
    expect(crossed(now, wanted)).toEqual([]);
  });

  test.each([
    ["all that the other one has", allow, deny],
    ["a part of it", "-p tcp --dport 70:85 -j REJECT", allow],
    ["by a condition that says nothing of the port", "-i eth0 -j DROP", allow],
    ["by a wildcard", "-i eth+ -j DROP", "-i eth0 -j ACCEPT"],
    ["by a negation", "! -i eth1 -j DROP", "-i eth0 -j ACCEPT"],
    ["from everywhere but there", "-p tcp ! -s 11.0.0.0/8 -j ACCEPT", deny],
    ["to ufw's rate limit", "-p tcp --dport 80 -j ufw-user-limit", allow],
  ])("over one that rules otherwise %s: that pair", (_name, first, other) => {
    expect(crossed([other, first], [first, other])).toEqual([[`-A c ${first}`, `-A c ${other}`]]);
  });

  test("other rules, or too many out of place, can't be told so", () => {
    expect(crossed([allow], [deny])).toBeUndefined();
    expect(crossed([allow, allow], [allow])).toBeUndefined();
    const many = Array.from({ length: 1100 }, (_, index) => `-p tcp --dport ${index + 1} -j ACCEPT`);
    expect(crossed(many, [...many].reverse())).toBeUndefined();
    expect(crossed([...many, deny, allow], [...many, allow, deny])).toHaveLength(1);
  });

  test("where none is named, every packet ends as before", () => {
    const line = fc.record({
      port: fc.constantFrom("", "--dport 80", "--dport 70:85", "--dport 443"),
      from: fc.constantFrom("", "-s 10.0.0.0/8", "-s 10.1.0.0/16", "! -s 10.0.0.0/8"),
      target: fc.constantFrom("ACCEPT", "DROP", "REJECT"),
    });
    const text = ({ port, from, target }: { port: string; from: string; target: string }) =>
      `-p tcp ${port} ${from} -j ${target}`;
    const list = fc.uniqueArray(line.map(text), { minLength: 2, maxLength: 5 });
    const read = readers[4];
    const end = (rules: readonly Rule[], port: string, peer: string) => {
      const chains: Chains = new Map([["INPUT", { policy: "DROP", rules }]]);
      const packets = {
        family: 4,
        protocol: "tcp",
        hook: "INPUT",
        state: "NEW",
        port,
        peer,
        links: ["eth0"],
      } as const;
      return walk(rulesetOf([new Map([["filter", chains]])], read), packets).fates.at(-1)?.ruling;
    };
    fc.assert(
      fc.property(
        list.chain((lines) =>
          fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
        ),
        ([wanted, now]) => {
          const [a, b] = [rulesOf(wanted), rulesOf(now)];
          if (crossings(b, a, read)?.length !== 0) return;
          for (const port of ["75", "80", "443", "9"])
            for (const peer of ["10.1.0.1", "10.2.0.1", "192.0.2.1"])
              expect(end(b, port, peer)).toBe(end(a, port, peer));
        },
      ),
      { seed: 11, numRuns: 400 },
    );
  });
});

describe("the plan", () => {
  const denied =
    "### tuple ### deny tcp 80 0.0.0.0/0 any 10.0.0.0/8 in\n-A ufw-user-input -p tcp --dport 80 -s 10.0.0.0/8 -j DROP";
  const section = { rules: [{ port: 80, comment: "http" }, { port: 81 }] };

  /** The host as the profile wants it, with a deny of its own behind, whose kernel has the user's rules in `order`. */
  function hostWith(order: (rules: readonly Rule[]) => readonly Rule[]): FirewallInput {
    const host = inputOf(inactive, section);
    const first = applied(host, desired(host));
    const { user4, rules } = first.facts;
    if (user4.state !== "present" || rules.state !== "present") throw new Error("no facts");
    const text = user4.value.content!.toString().replace("### END", `${denied}\n\n### END`);
    const own = but(first, { facts: { ...first.facts, user4: fileFact(text) } });
    const settled = applied(own, desired(own));
    const known = settled.facts.rules.state === "present" ? settled.facts.rules.value : undefined;
    const chains = new Map(known!.v4!.get("filter"));
    chains.set("ufw-user-input", { rules: order(chains.get("ufw-user-input")!.rules) });
    return but(settled, {
      facts: { ...settled.facts, rules: rulesFact({ ...known, v4: new Map([["filter", chains]]) }) },
    });
  }
  const change = (input: FirewallInput) =>
    desired(input).flatMap(({ resource, reason, details }) =>
      resource.kind === "firewall" ? [{ operation: resource.operation, reason, details }] : [],
    )[0];

  test("a moved rule is no change of the kernel's", () => {
    const moved = hostWith(([ssh, http, other, deny]) => [other!, ssh!, http!, deny!]);
    expect(change(moved)).toMatchObject({ operation: "none", details: [] });
    const apart = hostWith(([ssh, http, other, deny]) => [http!, deny!, other!, ssh!]);
    expect(change(apart)).toMatchObject({ operation: "none", details: [] });
  });

  test("one that crosses a rule that rules otherwise is, with a line of its own", () => {
    const moved = hostWith(([ssh, http, other, deny]) => [deny!, ssh!, http!, other!]);
    expect(change(moved)).toEqual({
      operation: "load",
      reason: "the chain ufw-user-input has its rules in another order",
      details: ['~ allow 80/tcp "http" moves before deny 80/tcp from 10.0.0.0/8 (the host\'s own)'],
    });
  });
});
