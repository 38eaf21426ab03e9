/** A port that sshd moves to while no section of the plan opens the firewall. */
import { describe, expect, it } from "vitest";
import { guard } from "../../../src/controls/ssh/guard.ts";
import { socketDropinPath } from "../../../src/controls/ssh/layout.ts";
import { ssh } from "../../../src/controls/ssh.ts";
import { readNftTable } from "../../../src/facts/nftables.ts";
import { present, unknown } from "../../../src/facts/probe.ts";
import type { Change } from "../../../src/plan/plan.ts";
import { rulesFact, tables } from "../firewall/host.ts";
import { type Bend, input } from "./input.ts";

const filter = (policy: string, ...rules: readonly string[]) =>
  tables(["*filter", `:INPUT ${policy} [0:0]`, ...rules, "COMMIT", ""].join("\n"));
const both = (policy: string, ...rules: readonly string[]) => ({
  v4: filter(policy, ...rules),
  v6: filter(policy, ...rules),
});
const local = { via: "local", login: "root", caller: undefined } as const;
const planned = (...callers: readonly string[]) => ({ login: "admin", ports: [822], callers });

const bent = (rules: Bend["facts"], access: object = {}) =>
  input({
    access: { planned: planned("0.0.0.0/0", "::/0"), ...access },
    facts: { portTaken: present([]), ...rules },
  } as Bend);
const found = (rules: Bend["facts"], access: object = {}) =>
  guard(bent(rules, access))
    .filter(({ id }) => /filtered/.test(id))
    .map(({ level, id }) => `${level} ${id}`);

const accept = (port: number, more = "") => `-A INPUT ${more}-p tcp --dport ${port} -j ACCEPT`;
const shut = ["block ssh.port-filtered"];
const unsure = ["block ssh.port-perhaps-filtered"];

describe("a port that sshd moves to", () => {
  it.each([
    ["no rules", both("ACCEPT"), []],
    ["a policy that drops", both("DROP", accept(22)), shut],
    ["a rule that rejects", both("ACCEPT", "-A INPUT -p tcp --dport 822 -j REJECT"), shut],
    ["an open port", both("DROP", accept(22), accept(822)), []],
    ["a port for one other address", both("DROP", accept(822, "-s 198.51.100.7 ")), shut],
    ["no IPv6", { v4: filter("DROP", accept(822)), v6: filter("DROP"), ipv6: false }, []],
  ])("from elsewhere, by %s", (_what, rules, wanted) => {
    expect(found({ rules: rulesFact(rules) })).toEqual(wanted);
  });

  it.each([
    ["a policy that drops", both("DROP", accept(22)), shut],
    ["a port that is open by IPv6 alone", { v4: filter("DROP"), v6: filter("DROP", accept(822)) }, []],
    ["an open port", both("DROP", accept(822)), []],
    [
      "a port for some address",
      { v4: filter("DROP", accept(822, "-s 198.51.100.7 ")), v6: filter("DROP") },
      unsure,
    ],
  ])("on the host itself, by %s", (_what, rules, wanted) => {
    expect(found({ rules: rulesFact(rules) }, local)).toEqual(wanted);
  });

  it("is told as not known where the rules can't be judged, which blocks only what no login proves", () => {
    const table = readNftTable(
      "inet mine",
      "chain input { type filter hook input priority 0; policy drop; }",
    );
    const mine = { rules: rulesFact({ nft: [table] }) };
    expect(found(mine, local)).toEqual(unsure);
    expect(found(mine)).toEqual(["warn ssh.port-perhaps-filtered"]);
    expect(found({ rules: unknown("x") }, local)).toEqual(unsure);
  });

  it.each([
    ["a policy that drops", both("DROP", accept(22)), shut],
    ["a port for some address", both("DROP", accept(822, "-s 198.51.100.7 ")), []],
    ["an open port", both("DROP", accept(822)), []],
  ])("in an undo on the host itself, by %s", (_what, rules, wanted) => {
    const given = (changes: readonly Change[]) =>
      ssh.takes!(bent({ rules: rulesFact(rules) }, local), { changes, contents: new Map() }).map(
        ({ level, id }) => `${level} ${id}`,
      );
    expect(given([{ address: `ssh/file:${socketDropinPath}` } as Change])).toEqual(wanted);
    expect(given([])).toEqual([]);
  });

  it("is the firewall's matter where the plan sets it, and nobody's where sshd stays", () => {
    const rules = rulesFact(both("DROP"));
    expect(found({ rules }, { ...local, opensPorts: true })).toEqual([]);
    expect(found({ rules }, { ...local, planned: { ...planned("0.0.0.0/0"), ports: [22] } })).toEqual([]);
  });
});
