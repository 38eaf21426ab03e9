/** A login that something of the host passes on, which goes out by itself: the plan blocks what would keep it in. */
import { expect, test } from "vitest";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import { present } from "../../../src/facts/probe.ts";
import type { Remote } from "../../../src/facts/sockets.ts";
import { accessOf, applied, but, fileFact, fixture, inactive, inputOf, routesFact } from "./host.ts";

const ways = ["route unicast 0.0.0.0/0 eth0", "route local 127.0.0.0/8 lo", "route local 192.0.2.2 eth0"];
const tcp = (address: string, port = 22): Remote => ({ protocol: "tcp", address, port });
const any: Remote = { protocol: "udp", address: "0.0.0.0", port: 0 };
const allowed = fixture("pristine.user.rules")
  .toString()
  .replace(
    "### RULES ###",
    "### RULES ###\n\n### tuple ### allow tcp 22 198.51.100.7 any 0.0.0.0/0 out\n-A ufw-user-output -p tcp -d 198.51.100.7 --dport 22 -j ACCEPT",
  );

const host = (relay: readonly Remote[] | undefined, more: { caller?: string; facts?: object } = {}) =>
  inputOf(
    {
      ...inactive,
      ...more.facts,
      routes: routesFact(...ways),
      sockets: present({ listeners: [], connected: [], ...(relay === undefined ? {} : { relay }) }),
    },
    { defaultOutgoing: "deny" },
    accessOf({ caller: more.caller ?? "127.0.0.1" }),
  );
const told = (input: ReturnType<typeof host>) =>
  guard(input).flatMap((each) => (each.id === "firewall.relay-shut" ? [each] : []));

const bastion = tcp("198.51.100.7");

test.each<readonly [name: string, ReturnType<typeof host>, boolean]>([
  ["ssh -R", host([bastion]), true],
  ["to an address of the host's own", host([bastion], { caller: "192.0.2.2" }), true],
  ["by IPv6", host([tcp("2001:db8::7")]), true],
  ["by UDP to anybody", host([any]), true],
  ["by a process that wasn't found", host(undefined), true],
  [
    "of two ways one is let out",
    host([bastion, tcp("198.51.100.8")], { facts: { user4: fileFact(allowed) } }),
    true,
  ],
  ["a rule lets it out", host([bastion], { facts: { user4: fileFact(allowed) } }), false],
  ["somebody comes in to it", host([]), false],
  ["a caller from elsewhere", host([bastion], { caller: "203.0.113.9" }), false],
  ["what goes out stays allowed", but(host([bastion]), { params: inputOf(inactive).params }), false],
])("a login that the host passes on to itself: %s", (_name, input, blocks) => {
  expect(told(input).map(({ level }) => level)).toEqual(blocks ? ["block"] : []);
});

test("where outgoing is denied already, it has come by what is let out", () => {
  const before = host([bastion]);
  expect(told(applied(before, desired(before)))).toEqual([]);
});

test("the rule that is missing is told", () => {
  expect(told(host([bastion]))[0]!.hint).toContain("ufw allow out to 198.51.100.7 port 22 proto tcp");
});
