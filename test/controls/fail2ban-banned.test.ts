import { describe, expect, test } from "vitest";
import { leaks } from "../../src/controls/fail2ban/banned.ts";
import { outgoingLinks } from "../../src/controls/firewall/links.ts";
import type { Banned, Jail } from "../../src/facts/fail2ban.ts";

const four: Banned = { address: "192.0.2.7", inSet: "yes" };
const six: Banned = { address: "2001:db8::7", inSet: "yes" };

/** Only what is looked at of a jail. */
const jailOf = (action: string, bend: Partial<Jail>) =>
  ({
    actions: [
      { name: action, port: "22", properties: {} },
      { name: "sendmail", properties: {} },
    ],
    banned: [four, six],
    rules: { save4: [], save6: [], table: [] },
    ...bend,
  }) as unknown as Jail;

const routes = {
  routes: [{ network: "0.0.0.0/0", links: ["eth0"], own: false }],
  tunnels: [],
  overTcp: [],
  rules: false,
  ipsec: false,
};

const judged = (jail: Jail, ports = [22]) =>
  leaks(jail, ports, outgoingLinks(routes)).map(({ verdict, found }) => `${verdict} ${found.split(" ")[0]}`);

describe("rules of iptables", () => {
  const jump = "-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd";
  const reject = "-A f2b-sshd -s 192.0.2.7/32 -j REJECT --reject-with icmp-port-unreachable";
  const chain = [reject, "-A f2b-sshd -j RETURN"];
  const allowed = ["-A INPUT -j ufw-user-input", "-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT"];
  const save = (...lines: string[]) => {
    const names = ["f2b-sshd", "ufw-user-input"].map((name) => `:${name} - [0:0]`);
    return ["*filter", ":INPUT DROP [0:0]", ...names, ...lines, "COMMIT"];
  };
  const of = (lines: readonly string[], action = "iptables-multiport", ports = [22]) =>
    judged(jailOf(action, { banned: [four], rules: { save4: lines, save6: [], table: [] } }), ports);
  const behind = (rule: string) => save(rule, jump, ...allowed, ...chain);
  const leaking = ["fail 192.0.2.7"];
  const doubtful = ["error 192.0.2.7"];

  test.each([
    ["the ban comes first", save(jump, ...allowed, ...chain), []],
    ["nothing else lets it in", save(...chain), []],
    ["the jump is gone", save(...allowed, ...chain), leaking],
    ["the chain is empty", save(jump, ...allowed), leaking],
    ["the chain returns before", save(jump, ...allowed, "-A f2b-sshd -j RETURN", reject), leaking],
    ["a rule before accepts the port", behind("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"), leaking],
    ["a rule before accepts the address", behind("-A INPUT -s 192.0.2.0/24 -j ACCEPT"), leaking],
    ["a rule before accepts another port", behind("-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT"), []],
    ["a rule before accepts another link", behind("-A INPUT -i tun0 -j ACCEPT"), []],
    ["a rule before accepts its link", behind("-A INPUT -i eth0 -j ACCEPT"), leaking],
    ["a rule before accepts answers", behind("-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"), []],
    ["a rule before accepts some", behind("-A INPUT -m limit --limit 3/min -j ACCEPT"), doubtful],
    ["a set has the bans", save("-A INPUT -m set --match-set f2b src -j DROP", ...allowed), doubtful],
    ["nft hides a table", ["# Table `x' is incompatible, use 'nft' tool.", ...behind("")], doubtful],
    ["they could not be read", [], doubtful],
  ])("%s", (_name, lines, expected) => expect(of(lines.filter(Boolean))).toEqual(expected));

  test("of each family and of each port", () => {
    const open = save(...allowed);
    const both = jailOf("iptables", {
      rules: { save4: save(jump, ...allowed, ...chain), save6: open, table: [] },
    });
    expect(judged(both)).toEqual(["fail 2001:db8::7"]);
    const more = save(jump, "-A INPUT -p tcp -m tcp --dport 2222 -j ACCEPT", ...chain);
    expect(of(more, "iptables-multiport", [22, 2222])).toEqual(leaking);
  });

  test("an action that may shut out by other means than rules leaves it open", () => {
    expect(of(save(...allowed), "route")).toEqual(doubtful);
    expect(of(save(...allowed), "ufw")).toEqual(leaking);
  });
});

describe("fail2ban's own table of nftables", () => {
  const hook = "type filter hook input priority filter - 1; policy accept;";
  const bans = [
    "tcp dport 22 ip saddr @addr-set-sshd reject with icmp port-unreachable",
    "tcp dport { 22, 2222-2230 } ip6 saddr @addr6-set-sshd drop",
  ];
  const table = (...rules: string[]) => chained("f2b-chain", rules);
  const chained = (name: string, rules: readonly string[]) => [
    "table inet f2b-table {",
    `\tchain ${name} {`,
    ...rules.map((rule) => `\t\t${rule}`),
    "\t}",
    "}",
  ];
  const of = (lines: readonly string[], banned: readonly Banned[] = [four, six]) =>
    judged(jailOf("nftables", { banned, rules: { save4: [], save6: [], table: lines } }));
  const all = (verdict: string) => [`${verdict} 192.0.2.7`, `${verdict} 2001:db8::7`];

  test.each([
    ["the bans are all there is", table(hook, ...bans), []],
    ["rules that count and comment", table(hook, 'counter packets 1 bytes 60 comment ""', ...bans), []],
    ["another port is let in before", table(hook, "tcp dport 80 accept", "udp dport 22 accept", ...bans), []],
    [
      "the port is let in before",
      table(hook, 'tcp dport { 22, 80 } counter packets 0 bytes 0 accept comment ""', ...bans),
      all("fail"),
    ],
    ["all is let in before", table(hook, "accept", ...bans), all("fail")],
    ["all returns before", table(hook, "return", ...bans), all("fail")],
    ["some is let in before", table(hook, "ct state new accept", ...bans), all("error")],
    ["another chain decides before", table(hook, "jump mine", ...bans), all("error")],
    ["the chain is empty", table(hook), all("fail")],
    ["the chain has no hook", table(...bans), all("fail")],
    ["the chain is at another hook", table(hook.replace("input", "output"), ...bans), all("fail")],
    ["the table is dormant", table(hook, ...bans).toSpliced(1, 0, "\tflags dormant"), all("fail")],
    ["the table is gone", [], all("fail")],
    ["the ban of one family is gone", table(hook, bans[0]!), ["fail 2001:db8::7"]],
    ["the ban is of another port", table(hook, bans[0]!.replace("22", "2022"), bans[1]!), ["fail 192.0.2.7"]],
    [
      "the ban is of all ports",
      table(hook, bans[0]!.replace("tcp dport 22", "meta l4proto tcp"), bans[1]!),
      [],
    ],
    ["the ban is one that nobody knows", table(hook, `iifname "" ${bans[0]}`, bans[1]!), ["error 192.0.2.7"]],
  ])("%s", (_name, lines, expected) => expect(of(lines)).toEqual(expected));

  test("a set without the address, or one of ranges, shuts nobody out for sure", () => {
    const rules = table(hook, ...bans);
    expect(of(rules, [{ ...four, inSet: "no" }, six])).toEqual(["fail 192.0.2.7"]);
    expect(of(rules, [four, { ...six, inSet: "unknown" }])).toEqual(["error 2001:db8::7"]);
  });
});
