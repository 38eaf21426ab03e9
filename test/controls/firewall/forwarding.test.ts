/** A start of ufw drops what the host passes on for others: said before. */
import { expect, test } from "vitest";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import { liveKey } from "../../../src/controls/firewall/probes.ts";
import { present } from "../../../src/facts/probe.ts";
import { applied, but, fileFact, fixture, inactive, inputOf, rulesFact, tables } from "./host.ts";

const on = { [liveKey("net.ipv4.ip_forward")]: present("1") };
const links = ["lo", "eth0", "lxdbr0"];
const host = (more: object, first: object = on) =>
  inputOf({ ...inactive, rules: rulesFact({ links }), ...first, ...more });
const told = (input: FirewallInput) =>
  guard(input).flatMap((each) => (each.id === "firewall.closing-forwarding" ? [each.message] : []));
const accepting = fixture("default")
  .toString()
  .replace(/(DEFAULT_FORWARD_POLICY=).*/, '$1"ACCEPT"');
const dropping = new Map([["filter", tables("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n").get("filter")!]]);

test.each<readonly [name: string, FirewallInput, boolean]>([
  ["a router, or virtual machines", host({}), true],
  ["nothing is passed on", host({}, {}), false],
  ["there is one interface", host({ rules: rulesFact({ links: ["lo", "eth0"] }) }), false],
  ["the other is Docker's", host({ rules: rulesFact({ links: ["lo", "eth0", "docker0", "veth1"] }) }), false],
  ["ufw lets it through", host({ defaults: fileFact(accepting, "0644") }), false],
  ["it is dropped already", host({ rules: rulesFact({ links, v4: dropping }) }), false],
])("what a host passes on: %s", (_name, input, isTold) => {
  const said = told(input);
  expect(said).toHaveLength(isTold ? 1 : 0);
  if (isTold) expect(said[0]).toMatch(/ip_forward = 1\), .* over IPv4\.$/);
});

test("where ufw runs as the profile wants, nothing more is closed", () => {
  const before = host({});
  const after = applied(before, desired(before));
  expect(told(but(after, { facts: { ...after.facts, ...on } as never }))).toEqual([]);
});
