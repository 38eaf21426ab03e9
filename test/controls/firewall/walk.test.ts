import { describe, expect, test } from "vitest";
import { reached } from "../../../src/controls/firewall/fates.ts";
import { readers } from "../../../src/controls/firewall/reader.ts";
import { type Packets, rulesetOf, walk } from "../../../src/controls/firewall/walk.ts";
import { parseTables, type Tables } from "../../../src/facts/iptables.ts";

const ssh: Packets = {
  family: 4,
  protocol: "tcp",
  hook: "INPUT",
  state: "NEW",
  port: "22",
  peer: "0.0.0.0/0",
  links: ["eth0", "eth1"],
};

const of = (tables: readonly Tables[]) => rulesetOf(tables, readers[4]);

/** Rules without a table are the filter's; `*TABLE` begins another. */
const through = (rules: readonly string[], packets: Partial<Packets> = {}) => {
  const text = `*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n:FORWARD DROP [0:0]\n${rules.join("\n")}\n`;
  const walked = walk(of([parseTables(text)]), { ...ssh, ...packets });
  const { ruling, by } = walked.fates.at(-1)!;
  const open = reached(walked);
  const before = walked.fates.slice(0, -1).filter((fate) => open.has(fate));
  return { ruling, by, before: before.map((fate) => `${fate.ruling}${fate.sure ? " some" : " perhaps"}`) };
};

describe("what a ruleset does with packets", () => {
  test.each([
    ["no rule: the policy", [], "drop", []],
    ["a plain accept", ["-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"], "accept", []],
    ["another protocol", ["-A INPUT -p udp -m udp --dport 22 -j ACCEPT"], "drop", []],
    ["not this port", ["-A INPUT -p tcp -m tcp ! --dport 22 -j ACCEPT"], "drop", []],
    ["a range around it", ["-A INPUT -p tcp -m multiport --dports 7,20:25 -j ACCEPT"], "accept", []],
    ["a port by name: perhaps", ["-A INPUT -p tcp --dport ssh -j ACCEPT"], "drop", ["accept perhaps"]],
    ["only what is known", ["-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"], "drop", []],
    ["all but what is known", ["-A INPUT -m state ! --state ESTABLISHED -j ACCEPT"], "accept", []],
    [
      "a first packet's flags",
      ["-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT"],
      "accept",
      [],
    ],
    [
      "the flags of no first packet",
      ["-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT"],
      "drop",
      [],
    ],
    ["the loopback only", ["-A INPUT -i lo -j ACCEPT"], "drop", []],
    ["all but the loopback", ["-A INPUT ! -i lo -j ACCEPT"], "accept", []],
    ["one interface of two", ["-A INPUT -i eth0 -j ACCEPT"], "drop", ["accept some"]],
    [
      "both interfaces",
      ["-A INPUT -i eth0 -j ACCEPT", "-A INPUT -i eth1 -j ACCEPT"],
      "accept",
      ["accept some"],
    ],
    ["interfaces by their beginning", ["-A INPUT -i eth+ -j ACCEPT"], "accept", []],
    ["an interface that isn't there", ["-A INPUT -i docker0 -j ACCEPT"], "drop", []],
    ["some sources", ["-A INPUT -s 10.0.0.0/8 -j ACCEPT"], "drop", ["accept some"]],
    [
      "all sources, in halves",
      ["-A INPUT -s 0.0.0.0/1 -j DROP", "-A INPUT -s 128.0.0.0/1 -j DROP", "-A INPUT -j ACCEPT"],
      "drop",
      ["drop some"],
    ],
    [
      "a range of sources",
      ["-A INPUT -m iprange --src-range 0.0.0.0-255.255.255.255 -j ACCEPT"],
      "accept",
      [],
    ],
    ["a match that nobody knows", ["-A INPUT -m u32 --u32 x -j ACCEPT"], "drop", ["accept perhaps"]],
    ["a match without an option", ["-A INPUT -m socket -j ACCEPT"], "drop", ["accept perhaps"]],
    ["a program decides", ["-A INPUT -j NFQUEUE --queue-num 0"], "drop", ["accept perhaps"]],
    ["jump and return", ["-A INPUT -j a", "-A a -j RETURN", "-A a -j ACCEPT"], "drop", []],
    [
      "jump, some return",
      ["-A INPUT -j a", "-A a -s 10.0.0.0/8 -j RETURN", "-A a -j ACCEPT"],
      "drop",
      ["accept some"],
    ],
    [
      "jump, perhaps return",
      ["-A INPUT -j a", "-A a -m u32 --u32 x -j RETURN", "-A a -j ACCEPT"],
      "drop",
      ["accept perhaps"],
    ],
    [
      "perhaps jump",
      ["-A INPUT -m u32 --u32 x -j a", "-A a -j REJECT", "-A INPUT -j ACCEPT"],
      "accept",
      ["reject perhaps"],
    ],
    ["go to, and not back", ["-A INPUT -g a", ":a - [0:0]", "-A INPUT -j ACCEPT"], "drop", []],
    ["log, then accept", ["-A INPUT -j LOG", "-A INPUT -j ACCEPT"], "accept", []],
    ["to a group", ["-A INPUT -d 224.0.0.0/4 -j ACCEPT"], "drop", []],
    ["not to a group", ["-A INPUT ! -d 224.0.0.0/4 -j ACCEPT"], "accept", []],
    ["a loop of chains ends", ["-A INPUT -j a", "-A a -j b", "-A b -j a"], "drop", []],
    ["raw drops", ["-A INPUT -j ACCEPT", "*raw", "-A PREROUTING -p tcp --dport 22 -j DROP"], "drop", []],
    ["raw accepts: only raw", ["*raw", "-A PREROUTING -j ACCEPT", "-A PREROUTING -j DROP"], "drop", []],
    [
      "mangle drops",
      ["-A INPUT -j ACCEPT", "*mangle", "-A INPUT -s 10.0.0.0/8 -j DROP"],
      "accept",
      ["drop some"],
    ],
    [
      "mangle's policy",
      ["-A INPUT -j ACCEPT", "*mangle", ":PREROUTING DROP [0:0]", "-A PREROUTING -p udp -j ACCEPT"],
      "drop",
      [],
    ],
    [
      "kept out of the table",
      ["-A INPUT -m conntrack --ctstate NEW -j ACCEPT", "*raw", "-A PREROUTING -j CT --notrack"],
      "drop",
      [],
    ],
    [
      "some of them",
      ["-A INPUT -m conntrack --ctstate NEW -j ACCEPT", "*raw", "-A PREROUTING -s 10.0.0.0/8 -j NOTRACK"],
      "drop",
      ["accept perhaps"],
    ],
    [
      "to another port",
      [
        "-A INPUT -p tcp --dport 2222 -j ACCEPT",
        "*nat",
        "-A PREROUTING -p tcp --dport 22 -j REDIRECT --to-ports 2222",
      ],
      "accept",
      [],
    ],
    [
      "to another host",
      [
        "-A INPUT -j ACCEPT",
        "-A FORWARD -d 10.0.0.5/32 -j ACCEPT",
        "*nat",
        "-A PREROUTING -p tcp --dport 22 -j DNAT --to-destination 10.0.0.5:22",
      ],
      "forward",
      [],
    ],
    [
      "to another host, and dropped",
      ["-A INPUT -j ACCEPT", "*nat", "-A PREROUTING -p tcp --dport 22 -j DNAT --to-destination 10.0.0.5"],
      "drop",
      [],
    ],
    [
      "by its first port",
      [
        "-A FORWARD -m conntrack --ctorigdstport 22 --ctdir ORIGINAL -j ACCEPT",
        "*nat",
        "-A PREROUTING -p tcp --dport 22 -j DNAT --to-destination 10.0.0.5:80",
      ],
      "forward",
      [],
    ],
  ] as const)("%s", (_name, rules, ruling, before) => {
    expect(through(rules)).toMatchObject({ ruling, before });
  });

  test.each([
    ["an answer is known", ["-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"], "accept"],
    ["an answer is no first packet", ["-A INPUT -p tcp -m conntrack --ctstate NEW -j ACCEPT"], "drop"],
    ["nor begins a connection", ["-A INPUT -p tcp --syn -j ACCEPT"], "drop"],
    ["it comes from any port: perhaps", ["-A INPUT -p tcp --sport 443 -j ACCEPT"], "drop"],
    [
      "nobody changes its destination",
      ["-A INPUT -j ACCEPT", "*nat", "-A PREROUTING -j DNAT --to-destination 10.0.0.5"],
      "accept",
    ],
  ] as const)("%s", (_name, rules, ruling) => {
    expect(through(rules, { state: "ESTABLISHED", port: "32768:60999" }).ruling).toBe(ruling);
  });

  test.each([
    ["sshd's answer by its port", ["-A OUTPUT -p tcp --sport 22 -j ACCEPT"], "accept"],
    ["not to that port", ["-A OUTPUT -p tcp --dport 22 -j ACCEPT"], "drop"],
    ["to whom", ["-A OUTPUT -d 0.0.0.0/0 -o eth+ -j ACCEPT"], "accept"],
    [
      "mangle drops it",
      ["-A OUTPUT -j ACCEPT", "*mangle", "-A POSTROUTING -p tcp --sport 22 -j DROP"],
      "drop",
    ],
  ] as const)("%s", (_name, rules, ruling) => {
    const answer = { hook: "OUTPUT", state: "ESTABLISHED", side: "source" } as const;
    expect(through(rules, answer).ruling).toBe(ruling);
  });

  test("the other backend's rules count, too", () => {
    const [main, other] = [
      ":INPUT ACCEPT [0:0]",
      ":INPUT DROP [0:0]\n-A INPUT -p tcp --dport 80 -j ACCEPT",
    ].map((text) => parseTables(`*filter\n${text}\n`));
    const rulingOf = (port: string) => walk(of([main!, other!]), { ...ssh, port }).fates.at(-1)!.ruling;
    expect([rulingOf("22"), rulingOf("80")]).toEqual(["drop", "accept"]);
  });

  test("who decides is named", () => {
    expect(through([]).by).toBe("INPUT's policy DROP");
    expect(through(["-A INPUT -p tcp -j REJECT"]).by).toBe("-A INPUT -p tcp -j REJECT");
  });

  test("a network that lies in the rule's is decided, one that reaches beyond is not", () => {
    const rule = ["-A INPUT -s 10.0.0.0/8 -j ACCEPT"];
    expect(through(rule, { peer: "10.1.0.0/16" }).ruling).toBe("accept");
    expect(through(rule, { peer: "10.1.2.3" }).ruling).toBe("accept");
    expect(through(rule, { peer: "11.0.0.0/8" })).toMatchObject({ ruling: "drop", before: [] });
    expect(through(rule, { peer: "8.0.0.0/5" })).toMatchObject({ ruling: "drop", before: ["accept some"] });
  });

  test("more rules than can be looked at are said to be cut", () => {
    const chains = Array.from({ length: 15 }, (_, n) => `-A c${n} -j c${n + 1}\n`.repeat(4)).join("");
    const tables = parseTables(`*filter\n:INPUT DROP [0:0]\n:c15 - [0:0]\n${chains}-A INPUT -j c0\n`);
    expect(walk(of([tables]), ssh).cut).toBe(true);
  });
});

describe("targets after which nobody knows what a packet is", () => {
  const strangeOf = (...rules: readonly string[]) =>
    walk(of([parseTables(`*filter\n:INPUT DROP [0:0]\n${rules.join("\n")}\n`)]), ssh).strange;

  test.each([
    ["raw", "-A PREROUTING -j CT --zone 5"],
    ["raw", "-A PREROUTING -j CT --zone-orig 5"],
    ["raw", "-A PREROUTING -j NFQUEUE --queue-num 1"],
    ["mangle", "-A PREROUTING -p tcp -j TPROXY --on-port 22 --on-ip 0.0.0.0"],
    ["mangle", "-A INPUT -j TEE --gateway 192.0.2.1"],
    ["nat", "-A PREROUTING -j MINE"],
    ["filter", "-A INPUT -j SYNPROXY --mss 1460"],
    ["security", "-A INPUT -j MINE"],
  ])("in %s are told: %s", (table, rule) => {
    expect(strangeOf(`*${table}`, rule)).toEqual([rule]);
  });

  test.each([
    ["raw", "-A PREROUTING -p udp --dport 69 -j CT --helper tftp"],
    ["raw", "-A PREROUTING -j NOTRACK"],
    ["raw", "-A PREROUTING -j CT --notrack"],
    ["mangle", "-A PREROUTING -j MARK --set-xmark 0x1/0xffffffff"],
    ["mangle", "-A PREROUTING -j TTL --ttl-set 64"],
    ["mangle", "-A PREROUTING -p udp -j MINE"],
    ["mangle", "-A PREROUTING -m comment --comment counts"],
    ["nat", "-A PREROUTING -p tcp --dport 22 -j REDIRECT --to-ports 2222"],
    ["nat", "-A POSTROUTING -j MASQUERADE"],
    ["filter", "-A INPUT -j NFQUEUE --queue-num 1"],
  ])("in %s are none: %s", (table, rule) => {
    expect(strangeOf(`*${table}`, rule)).toEqual([]);
  });
});
