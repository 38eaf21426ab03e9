import { describe, expect, test } from "vitest";
import { desired } from "../../../src/controls/firewall/claims.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import { schema } from "../../../src/controls/firewall/schema.ts";
import { type Chains, parseTables } from "../../../src/facts/iptables.ts";
import { applied, but, inactive, inputOf, rulesFact } from "./host.ts";

const section = { rules: [{ port: 80, comment: "http" }] };
const converged = (): FirewallInput => {
  const input = inputOf(inactive, section);
  return applied(input, desired(input));
};

/** With another chain in the kernel's filter table, or another policy of a built-in one. */
function withChain(
  input: FirewallInput,
  name: string,
  change: (chain: readonly string[]) => readonly string[],
) {
  const { rules } = input.facts;
  if (rules.state !== "present") throw new Error("no rules");
  const chains = new Map<string, Chains extends ReadonlyMap<string, infer C> ? C : never>(
    rules.value.v4!.get("filter"),
  );
  const chain = chains.get(name)!;
  const lines = change(chain.rules.map(({ text }) => text));
  const made =
    parseTables(["*filter", ...lines].join("\n"))
      .get("filter")
      ?.get(name)?.rules ?? [];
  chains.set(name, { ...chain, rules: made });
  const v4 = new Map([["filter", chains]]);
  return but(input, { facts: { ...input.facts, rules: rulesFact({ ...rules.value, v4 }) } });
}

const lines = (input: FirewallInput) =>
  desired(input).flatMap(({ resource, details }) => (resource.kind === "firewall" ? [details] : []))[0];

describe("what the kernel has otherwise than ufw's files", () => {
  test("nothing where they agree, and nothing of what comes with the files or with a start", () => {
    expect(lines(converged())).toEqual([]);
    expect(lines(inputOf(inactive, section))).toEqual([]);
    const more = schema.parse({ rules: [...section.rules, { port: 81 }], defaultIncoming: "reject" });
    expect(lines(but(converged(), { params: more }))).toEqual([]);
  });

  test("a rule that somebody put into the kernel, and one that it has lost", () => {
    const other = "-A ufw-user-input -p tcp --dport 7 -j ACCEPT";
    const host = withChain(converged(), "ufw-user-input", (rules) => [rules[0]!, other]);
    const added = `- "${other}" is in none of ufw's files`;
    expect(lines(host)).toEqual([added, '+ allow 80/tcp "http", which the kernel has lost']);
    const params = schema.parse({ rules: [] });
    expect(lines(but(host, { params }))).toEqual([added]);
  });

  test("elsewhere in ufw's chains, why it is loaded anew", () => {
    const host = withChain(converged(), "ufw-before-input", (rules) => [
      "-A ufw-before-input -j ACCEPT",
      ...rules,
    ]);
    expect(lines(host)?.[0]).toBe(`~ "-A ufw-before-input -j ACCEPT" is in none of ufw's files`);
  });

  test("of thousands some, and how many more", () => {
    const many = Array.from({ length: 100 }, (_, index) => `-A ufw-user-input -s 192.0.2.${index} -j DROP`);
    const found = lines(withChain(converged(), "ufw-user-input", (rules) => [...rules, ...many]));
    expect(found).toHaveLength(21);
    expect(found?.at(-1)).toBe("~ and 80 more");
  });
});
