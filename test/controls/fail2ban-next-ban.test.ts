import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nextLeaks } from "../../src/controls/fail2ban/next-ban.ts";
import { type BanAction, type Jail, runningFail2ban } from "../../src/facts/fail2ban.ts";
import { parseDump } from "../../src/facts/iptables.ts";
import { readFact } from "../../src/facts/probe.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import type { RulesFact } from "../../src/facts/rules.ts";

/** The jail of a recorded host, which bans by iptables on Debian 12 and by nftables on Debian 13. */
function recorded(name: "debian12" | "debian13"): Jail {
  const file = new URL(`../fixtures/hosts/${name}.json`, import.meta.url);
  const { facts } = parseRecorded(readFileSync(file, "utf8"));
  const fact = readFact(facts, runningFail2ban);
  if (fact.state !== "present" || fact.value.sshd === undefined) throw new Error(`${name} has no jail`);
  const { sshd } = fact.value;
  const actions = sshd.actions.map((each) => ({
    ...each,
    properties: mapped(each, (value) => value.replace(/\bssh\b/g, "22")),
  }));
  return { ...sshd, actions, banned: [], rules: { save4: [], save6: [], table: [] } };
}

const mapped = (
  { properties }: Pick<BanAction, "properties">,
  change: (value: string, key: string) => string,
) => Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, change(value, key)]));

/** With one text of its action's commands, or of their tags, for another. */
function withText(jail: Jail, from: string | RegExp, to: string): Jail {
  const actions = jail.actions.map((each) => ({
    ...each,
    properties: mapped(each, (value) => value.replace(from, to)),
  }));
  expect(actions, `${from}`).not.toEqual(jail.actions);
  return { ...jail, actions };
}

const withProperties = (jail: Jail, more: BanAction["properties"]): Jail => ({
  ...jail,
  actions: jail.actions.map((each) => ({ ...each, properties: { ...each.properties, ...more } })),
});

const acting = (name: string, properties: BanAction["properties"]): Jail => ({
  ...recorded("debian12"),
  actions: [{ name, port: "22", properties }],
});

/** ufw's chains with the port open; `lines` come before. */
const dump = (six: "" | "6", ...lines: string[]) => {
  const chain = `ufw${six}-user-input`;
  const names = [chain, "DOCKER-USER", ...(lines.join(" ").includes("f2b-sshd") ? ["f2b-sshd"] : [])];
  const allowed = [`-A INPUT -j ${chain}`, `-A ${chain} -p tcp -m tcp --dport 22 -j ACCEPT`];
  const declared = [":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ...names.map((name) => `:${name} - [0:0]`)];
  return parseDump(["*filter", ...declared, ...lines, ...allowed, "COMMIT"]);
};

const none: RulesFact = {
  ipv6: true,
  legacyTables: [],
  nftTables: [],
  nft: [],
  links: ["lo", "eth0", "wg0"],
};
const routeOf = (network: string, link: string, own = false) => ({ network, links: [link], own });
const routes = {
  routes: [
    ...[routeOf("0.0.0.0/0", "eth0"), routeOf("::/0", "eth0"), routeOf("10.8.0.0/24", "wg0")],
    ...[routeOf("fd00::/64", "wg0"), routeOf("192.0.2.1", "eth0", true)],
  ],
  tunnels: ["wg0"],
  overTcp: [],
  rules: false,
  ipsec: false,
};
const isOfBoth = (line: string) => !/ (-s|--src-range) \d+\./.test(line);
const rulesOf = (...lines: string[]): RulesFact => ({
  ...none,
  v4: dump("", ...lines),
  v6: dump("6", ...lines.filter(isOfBoth)),
});

const judged = (jail: Jail, rules = rulesOf(), ports = [22]) =>
  nextLeaks(jail, { ports, routes, rules }).map(
    ({ verdict, found }) => `${verdict} ${/IPv\d/.exec(found)?.[0]}`,
  );
const both = (verdict: string) => [`${verdict} IPv4`, `${verdict} IPv6`];

describe("a ban by iptables", () => {
  const jail = recorded("debian12");
  const accept = "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT";
  const jump = "-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd";
  const chain = "-A f2b-sshd -j RETURN";

  const begun = (match: string, target = "ACCEPT", ...lines: string[]) =>
    rulesOf(...lines, `-A INPUT ${match}${match && " "}-j ${target}`, jump, chain);
  const sparing = (...ignoreIp: string[]): Jail => ({ ...jail, ignoreIp });
  const banning = (given: Jail): Jail => ({ ...given, banned: [{ address: "192.0.2.7", inSet: "no" }] });

  test.each([
    ["comes before all other rules", jail, rulesOf(accept), []],
    ["is in a chain of forwarded packets", withText(jail, /\bINPUT\b/g, "FORWARD"), rulesOf(), both("fail")],
    ["is in Docker's chain", withText(jail, /\bINPUT\b/g, "DOCKER-USER"), rulesOf(), both("fail")],
    ["is in a chain that INPUT comes to", withText(jail, /\bINPUT\b/g, "mine"), rulesOf(), both("fail")],
    ["is of another protocol", withText(jail, "'tcp'", "'udp'"), rulesOf(), both("fail")],
    ["is of more protocols", withText(jail, "'tcp'", "'udp,tcp'"), rulesOf(), []],
    ["is of another port", withText(jail, /--dports 22/g, "--dports 2022"), rulesOf(), both("fail")],
    ["is of more ports", withText(jail, /--dports 22/g, "--dports 80,22"), rulesOf(), []],
    ["lets the banned through", withText(jail, "<blocktype>", "RETURN"), rulesOf(), both("fail")],
    [
      "is of one family",
      withProperties(jail, { "iptables?family=inet6": "iptables" }),
      rulesOf(),
      ["fail IPv6"],
    ],
    [
      "does more than rules",
      withText(jail, /^<iptables> -I/, "/opt/x && <iptables> -I"),
      rulesOf(),
      both("error"),
    ],
    ["has begun before", jail, rulesOf(jump, chain), []],
    ["has begun behind another rule", jail, rulesOf(accept, jump, chain), both("fail")],
    ["has not begun where an old jump keeps an empty chain", jail, rulesOf(jump.replace("22", "2022")), []],
    ["has begun, and its jump is gone", jail, rulesOf(chain), both("fail")],
    ["has begun behind a rule of another port", jail, begun("-p tcp -m tcp --dport 80"), []],
    ["has begun behind a rule of answers", jail, begun("-m conntrack --ctstate ESTABLISHED"), []],
    ["has begun behind a rule of the host itself", jail, begun("-i lo"), []],
    ["has begun behind a rule of its containers", jail, begun("-i docker0"), []],
    [
      "has begun behind a rule of a list of ports",
      jail,
      begun("-p tcp -m multiport --dports 80,22"),
      both("fail"),
    ],
    ["has begun behind a rule of its interface", jail, begun("-i eth0"), both("fail")],
    ["has begun behind a rule of another interface", jail, begun("-i wg0"), both("fail")],
    ["has begun behind a rule of some networks", jail, begun("-s 10.0.0.0/8"), ["fail IPv4"]],
    ["has begun behind a rule of one address", jail, begun("-s 198.51.100.4/32 -p tcp"), ["fail IPv4"]],
    [
      "has begun behind a rule of a range",
      jail,
      begun("-m iprange --src-range 10.0.0.1-10.0.0.9"),
      ["fail IPv4"],
    ],
    ["has begun behind a rule of the host's own address", jail, begun("-s 192.0.2.1/32"), []],
    ["has begun behind a rule of a few", jail, begun("-m limit --limit 3/min"), both("error")],
    ["has begun behind a rule of whom a set has", jail, begun("-m set --match-set mine src"), both("error")],
    [
      "has begun behind a chain that accepts",
      jail,
      begun("", "mine", "-A mine -s 10.0.0.0/8 -j ACCEPT"),
      ["fail IPv4"],
    ],
    ["has begun behind a chain that returns", jail, begun("", "mine", "-A mine -s 10.0.0.0/8 -j RETURN"), []],
    ["spares the network of a rule before", sparing("10.0.0.0/8"), begun("-s 10.1.0.0/16"), []],
    ["spares less than a rule before", sparing("10.1.0.0/16"), begun("-s 10.0.0.0/8"), ["fail IPv4"]],
    ["spares two halves of a rule before", sparing("10.0.0.0/9", "10.128.0.0/9"), begun("-s 10.0.0.0/8"), []],
    ["spares all that comes by an interface", sparing("10.8.0.0/16", "fd00::/64"), begun("-i wg0"), []],
    ["spares some that comes by an interface", sparing("10.8.0.0/16"), begun("-i wg0"), ["fail IPv6"]],
    ["has bans, behind a rule of others", banning(jail), begun("-s 10.0.0.0/8"), ["fail IPv4"]],
    ["has bans, behind a rule of few", banning(jail), begun("-m limit --limit 3/min"), ["error IPv6"]],
    [
      "closes what is closed already",
      withText(jail, /\bINPUT\b/g, "FORWARD"),
      rulesOf("-A INPUT -j DROP"),
      [],
    ],
    ["meets rules that nobody could read", jail, none, both("error")],
  ])("%s", (_name, given, rules, expected) => expect(judged(given, rules)).toEqual(expected));

  test("is judged of each port, and not of a family that the host has not", () => {
    expect(judged(jail, rulesOf("-A INPUT -p tcp -m tcp --dport 2222 -j ACCEPT"), [22, 2222])).toEqual(
      both("fail"),
    );
    const open = withText(jail, /\bINPUT\b/g, "FORWARD");
    expect(judged(open, { ...rulesOf(), ipv6: false })).toEqual(["fail IPv4"]);
  });

  test("is enough where another action does nothing", () => {
    const idle = { name: "x", port: "22", properties: { actionban: "/opt/x <ip>" } };
    expect(judged({ ...jail, actions: [idle, ...jail.actions] })).toEqual([]);
    expect(judged({ ...jail, actions: [idle] })).toEqual(both("error"));
  });
});

describe("a ban by nftables", () => {
  const jail = recorded("debian13");
  const hook = "type filter hook input priority filter - 1; policy accept;";
  const rules = [
    "tcp dport 22 ip saddr @addr-set-sshd reject",
    "tcp dport 22 ip6 saddr @addr6-set-sshd reject",
  ];
  const sets = ["\tset addr-set-sshd { type ipv4_addr }", "\tset addr6-set-sshd { type ipv6_addr }"];
  const begun = (lines: readonly string[], own: readonly string[] = sets): Jail => {
    const table = [
      "table inet f2b-table {",
      ...own,
      "\tchain f2b-chain {",
      ...lines.map((line) => `\t\t${line}`),
    ];
    return { ...jail, rules: { save4: [], save6: [], table: [...table, "\t}", "}"] } };
  };

  test.each([
    ["has a hook of its own", jail, []],
    ["is of forwarded packets", withText(jail, "hook input", "hook forward"), both("fail")],
    ["has another priority", withText(jail, "priority -1", "priority 300"), []],
    ["is in a table of one family", withText(jail, / inet /g, " ip "), ["fail IPv6"]],
    [
      "has sets of one family",
      withProperties(jail, { "addr_type?family=inet6": "ipv4_addr" }),
      ["fail IPv6"],
    ],
    ["has rules of one family", withProperties(jail, { "addr_family?family=inet6": "ip" }), ["fail IPv6"]],
    [
      "puts nobody into the set",
      withText(jail, /^(nft add element.*) \\\{ <ip> \\\}/, "$1 \\{ 192.0.2.1 \\}"),
      both("fail"),
    ],
    ["leaves a family out", withText(jail, /^nft add element/, "test <family> = inet6 || $&"), both("error")],
    ["only lists", withText(jail, /^nft add element.*/, "nft list table inet f2b-table <ip>"), both("error")],
    ["is of another port", withText(jail, "echo '22'", "echo '2022'"), both("fail")],
    ["has begun before", begun([hook, ...rules]), []],
    ["has begun behind another rule", begun([hook, "tcp dport 22 accept", ...rules]), both("fail")],
    ["has begun with one family", begun([hook, rules[0]!], sets.slice(0, 1)), []],
    ["has begun, and its rules are gone", begun([hook]), both("fail")],
    ["has begun at another hook", begun([hook.replace("input", "forward"), ...rules]), both("fail")],
  ])("%s", (_name, given, expected) => expect(judged(given)).toEqual(expected));

  test("is judged on a host without iptables", () => expect(judged(jail, none)).toEqual([]));
});

/** As fail2ban 1.0.2 and 1.1.0 answer. */
const ufw = `if [ -n "" ] && ufw app info ""
then
ufw prepend reject from <ip> to any app "" comment "by Fail2Ban after <failures> attempts against sshd"
else
ufw prepend reject from <ip> to any comment "by Fail2Ban after <failures> attempts against sshd"
fi
`;

test.each([
  ["before the user's own rules", ufw, rulesOf(), []],
  [
    "behind a rule of before.rules",
    ufw,
    rulesOf("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"),
    both("fail"),
  ],
  [
    "as the first rule, which IPv6 has none of",
    ufw.replaceAll("prepend", "insert 1"),
    rulesOf(),
    ["error IPv6"],
  ],
  ["that lets the address in", ufw.replaceAll("reject", "allow"), rulesOf(), both("error")],
])("a ban by ufw %s", (_name, actionban, rules, expected) =>
  expect(judged(acting("ufw", { actionstart: "", actionban }), rules)).toEqual(expected),
);

test("a ban by ipset closes the port where the set is of the address's family", () => {
  const rule = "INPUT -p $proto -m multiport --dports 22 -m set --match-set <ipmset> src -j <blocktype>";
  const properties = {
    actionstart: `ipset -exist create <ipmset> hash:ip timeout 0 <familyopt>
for proto in $(echo 'tcp' | sed 's/,/ /g'); do
{ <iptables> -C ${rule} >/dev/null 2>&1; } || { <iptables> -I ${rule}; }
done`,
    actionban: "ipset -exist add <ipmset> <ip> timeout 0",
    blocktype: "DROP",
    familyopt: "",
    "familyopt?family=inet6": "family inet6",
    name: "sshd",
    iptables: "iptables -w",
    "iptables?family=inet6": "ip6tables -w",
    ipmset: "f2b-<name>",
    "ipmset?family=inet6": "f2b-<name>6",
  };
  expect(judged(acting("iptables-ipset", properties))).toEqual([]);
  expect(judged(acting("iptables-ipset", { ...properties, "familyopt?family=inet6": "" }))).toEqual([
    "error IPv6",
  ]);
  const sets = (six: "" | "6", ...before: string[]) =>
    dump(
      six,
      ...before,
      `-A INPUT -p tcp -m multiport --dports 22 -m set --match-set f2b-sshd${six} src -j DROP`,
    );
  const started = (...before: string[]) => ({
    ...none,
    v4: sets("", ...before),
    v6: sets("6", ...before.filter(isOfBoth)),
  });
  const jail = acting("iptables-ipset", properties);
  expect(judged(jail, started())).toEqual([]);
  expect(judged(jail, started("-A INPUT -s 10.0.0.0/8 -j ACCEPT"))).toEqual(["fail IPv4"]);
});
