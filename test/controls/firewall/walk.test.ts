import { describe, expect, test } from "vitest";
import { type Packet, portMatches, walk } from "../../../src/controls/firewall/walk.ts";
import { parseTables } from "../../../src/facts/iptables.ts";

const ssh: Packet = { family: 4, protocol: "tcp", port: 22, from: "0.0.0.0/0" };

const through = (rules: readonly string[], packet: Packet = ssh) => {
  const chains = parseTables(`*filter\n:INPUT DROP [0:0]\n${rules.join("\n")}\nCOMMIT\n`).get("filter")!;
  const { ruling, by, maybe } = walk(chains, "INPUT", packet);
  return { ruling, by, maybe: maybe.map((each) => `${each.ruling}${each.partOf ? " by source" : ""}`) };
};

describe("what a ruleset does with a packet", () => {
  test.each([
    ["no rule: the policy", [], "drop", []],
    ["a plain accept", ["-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"], "accept", []],
    ["another protocol", ["-A INPUT -p udp -m udp --dport 22 -j ACCEPT"], "drop", []],
    ["not this port", ["-A INPUT -p tcp -m tcp ! --dport 22 -j ACCEPT"], "drop", []],
    [
      "only what is known already",
      ["-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"],
      "drop",
      [],
    ],
    ["the loopback only", ["-A INPUT -i lo -j ACCEPT"], "drop", []],
    ["all but the loopback", ["-A INPUT ! -i lo -j ACCEPT"], "accept", []],
    ["some sources", ["-A INPUT -s 10.0.0.0/8 -j ACCEPT"], "drop", ["accept by source"]],
    ["one interface", ["-A INPUT -i eth0 -j ACCEPT"], "drop", ["accept"]],
    ["a match that nobody knows", ["-A INPUT -m u32 --u32 x -j ACCEPT"], "drop", ["accept"]],
    ["jump and return", ["-A INPUT -j a", "-A a -j RETURN", "-A a -j ACCEPT"], "drop", []],
    [
      "jump, perhaps return",
      ["-A INPUT -j a", "-A a -s 10.0.0.0/8 -j RETURN", "-A a -j ACCEPT"],
      "drop",
      ["accept by source"],
    ],
    [
      "perhaps jump",
      ["-A INPUT -i eth0 -j a", "-A a -j REJECT", "-A INPUT -j ACCEPT"],
      "accept",
      ["reject by source"],
    ],
    ["log, then accept", ["-A INPUT -j LOG", "-A INPUT -j ACCEPT"], "accept", []],
    ["to a group", ["-A INPUT -d 224.0.0.0/4 -j ACCEPT"], "drop", []],
    ["a loop of chains ends", ["-A INPUT -j a", "-A a -j b", "-A b -j a"], "drop", []],
  ] as const)("%s", (_name, rules, ruling, maybe) => {
    expect(through(rules)).toMatchObject({ ruling, maybe });
  });

  test("who decides is named", () => {
    expect(through([]).by).toBe("INPUT's policy DROP");
    expect(through(["-A INPUT -p tcp -j REJECT"]).by).toBe("-A INPUT -p tcp -j REJECT");
  });

  test("a network that lies in the rule's is decided, one that reaches beyond is not", () => {
    const rule = ["-A INPUT -s 10.0.0.0/8 -j ACCEPT"];
    expect(through(rule, { ...ssh, from: "10.1.0.0/16" }).ruling).toBe("accept");
    expect(through(rule, { ...ssh, from: "10.1.2.3" }).ruling).toBe("accept");
    expect(through(rule, { ...ssh, from: "11.0.0.0/8" })).toMatchObject({ ruling: "drop", maybe: [] });
    expect(through(rule, { ...ssh, from: "8.0.0.0/5" })).toMatchObject({
      ruling: "drop",
      maybe: ["accept by source"],
    });
  });

  test("ports", () => {
    expect(portMatches("22,80:90", 85)).toBe(true);
    expect(portMatches("22,80:90", 91)).toBe(false);
    expect(portMatches(":1024", 7)).toBe(true);
    expect(portMatches("22", undefined)).toBe(false);
    expect(portMatches("1:65535", undefined)).toBe(true);
  });
});
