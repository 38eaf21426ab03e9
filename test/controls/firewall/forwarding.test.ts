/** A start of ufw drops what the host passes on for others: said before. */
import { describe, expect, test } from "vitest";
import { checks } from "../../../src/controls/firewall/checks.ts";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import { present, unknown } from "../../../src/facts/probe.ts";
import { kernelValue, netState } from "../../../src/facts/sysctl.ts";
import { kernelFacts } from "../facts.ts";
import { applied, but, fileFact, fixture, inactive, inputOf, rulesFact, tables } from "./host.ts";

/** What the collector printed on a Debian 13 whose kernel has br_netfilter, but for lines that are about other settings. */
const asleep = [
  ...["all", "default", "eth0", "br0", "ga", "gb", "lo"].flatMap((name) => [
    `/proc/sys/net/ipv4/conf/${name}/forwarding:0`,
    `/proc/sys/net/ipv6/conf/${name}/force_forwarding:0`,
  ]),
  "/proc/sys/net/ipv6/conf/all/forwarding:0",
  "/proc/sys/net/bridge/bridge-nf-call-ip6tables:0",
  "/proc/sys/net/bridge/bridge-nf-call-iptables:0",
  "/sys/class/net/br0/bridge/nf_call_ip6tables:0",
  "/sys/class/net/br0/bridge/nf_call_iptables:0",
  "port br0 ga",
  "port br0 gb",
].join("\n");

/** That with some of its lines otherwise. */
const netOf = (edit: (text: string) => string) => {
  const lines = edit(asleep).split("\n");
  const values = lines.flatMap((line) => (line.startsWith("port ") ? [] : kernelValue(line)));
  return { net: present(netState.parse(Buffer.from(lines.join("\n")))), ...kernelFacts(new Map(values)) };
};
const withOn = (...paths: readonly string[]) =>
  netOf((text) => paths.reduce((all, path) => all.replace(`/${path}:0`, `/${path}:1`), text));

const router = withOn("ipv4/conf/all/forwarding");
const links = ["lo", "eth0", "lxdbr0"];
const host = (more: object, net: object = router) =>
  inputOf({ ...inactive, rules: rulesFact({ links }), ...net, ...more } as never);
const bridged = (net: object, more: object = {}) =>
  host({ rules: rulesFact({ links: ["lo", "eth0", "br0"] }), ...more }, net);
const told = (input: FirewallInput) =>
  guard(input).flatMap((each) => (/forwarding/.test(each.id) ? [`${each.id}: ${each.message}`] : []));
const accepting = fixture("default")
  .toString()
  .replace(/(DEFAULT_FORWARD_POLICY=).*/, '$1"ACCEPT"');
const dropping = new Map([["filter", tables("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n").get("filter")!]]);
const engines = new Map([
  [
    "filter",
    tables("*filter\n:FORWARD ACCEPT [0:0]\n:DOCKER - [0:0]\n-A FORWARD -o br0 -j DOCKER\nCOMMIT\n").get(
      "filter",
    )!,
  ],
]);

const alone = (name: string) =>
  netOf((text) => text.replaceAll("br0", name).replace(/(call-iptables:)0/, "$11"));

describe("what a host passes on", () => {
  test.each<readonly [name: string, FirewallInput, isTold: boolean]>([
    ["a router, or virtual machines", host({}), true],
    ["nothing is passed on", host({}, withOn()), false],
    ["there is one interface", host({ rules: rulesFact({ links: ["lo", "eth0"] }) }), false],
    ["the other is Docker's", host({ rules: rulesFact({ links: ["lo", "eth0", "docker0"] }) }), false],
    ["ufw lets it through", host({ defaults: fileFact(accepting, "0644") }), false],
    ["it is dropped already", host({ rules: rulesFact({ links, v4: dropping }) }), false],
  ])("%s", (_name, input, isTold) => {
    const said = told(input);
    expect(said).toHaveLength(isTold ? 1 : 0);
    if (isTold) expect(said[0]).toMatch(/ip_forward = 1\), .* over IPv4\.$/);
  });

  const iptables = "net/bridge/bridge-nf-call-iptables";
  const one = (name: string) => `class/net/${name}/bridge/nf_call_iptables`;
  test.each<readonly [name: string, FirewallInput, how: string | undefined]>([
    ["one interface", bridged(withOn("ipv4/conf/br0/forwarding")), "(net.ipv4.conf.br0.forwarding = 1)"],
    [
      "an interface with a dot in its name",
      bridged(netOf((text) => text.replace("eth0/forwarding:0", "eth0.7/forwarding:1"))),
      "(net.ipv4.conf.eth0/7.forwarding = 1)",
    ],
    [
      "an interface over IPv6, where a kernel can",
      bridged(withOn("ipv6/conf/br0/force_forwarding")),
      "(net.ipv6.conf.br0.force_forwarding = 1), and ufw will drop what no rule of its own lets through over IPv6.",
    ],
    [
      "the one interface that there is",
      host({ rules: rulesFact({ links: ["lo", "eth0"] }) }, withOn("ipv4/conf/eth0/forwarding")),
      undefined,
    ],
    ["a bridge's port", bridged(withOn("ipv4/conf/ga/forwarding")), undefined],
    ["the loopback", bridged(withOn("ipv4/conf/lo/forwarding")), undefined],
    ["those to come", bridged(withOn("ipv4/conf/default/forwarding")), undefined],
    [
      "a bridge's frames, as all bridges'",
      bridged(withOn(iptables)),
      "(frames of br0 by net.bridge.bridge-nf-call-iptables = 1)",
    ],
    [
      "a bridge's frames, by its own switch",
      bridged(withOn(one("br0"))),
      "(frames of br0 by /sys/class/net/br0/bridge/nf_call_iptables = 1)",
    ],
    ["a bridge's frames over IPv6", bridged(withOn("net/bridge/bridge-nf-call-ip6tables")), "over IPv6."],
    [
      "a bridge's frames without the module",
      bridged(netOf((text) => text.replace(/.*bridge-nf.*\n/g, "").replace(/(nf_call_iptables:)0/, "$11"))),
      undefined,
    ],
    [
      "frames of a bridge with one port",
      bridged(netOf((text) => text.replace(/(call-iptables:)0/, "$11").replace("port br0 gb", ""))),
      undefined,
    ],
    ["frames of Docker's bridge", bridged(alone("docker0")), undefined],
    ["frames of a network of Docker's", bridged(alone("br-0123456789ab")), undefined],
    [
      "frames of a bridge that Docker has rules for",
      bridged(withOn(iptables), { rules: rulesFact({ links, v4: engines }) }),
      undefined,
    ],
    ["frames of a bridge that looks like Docker's", bridged(alone("br-lan")), "frames of br-lan"],
    [
      "frames that are dropped already",
      bridged(withOn(iptables), { rules: rulesFact({ links, v4: dropping }) }),
      undefined,
    ],
  ])("%s", (_name, input, how) => {
    const said = told(input);
    expect(said).toHaveLength(how === undefined ? 0 : 1);
    if (how !== undefined) expect(said[0]).toContain(how);
  });

  test.each<readonly [name: string, net: object, why: string]>([
    [
      "could not be read",
      { net: unknown("there are more than 2000 interfaces") },
      "read: there are more than 2000 interfaces. If",
    ],
    ["was left out of an answer", netOf(() => "/proc/sys/net/ipv4/tcp_syncookies:1"), "read. If it does"],
  ])("is not taken for nothing where it %s", (_name, net, why) => {
    expect(told(host({}, net))).toEqual([expect.stringContaining(why)]);
    expect(told(host({ defaults: fileFact(accepting, "0644") }, net))).toEqual([]);
  });

  test("is closed once: where ufw runs as the profile wants, nothing more is said", () => {
    const before = host({});
    const after = applied(before, desired(before));
    expect(told(but(after, { facts: { ...after.facts, ...router } as never }))).toEqual([]);
  });
});

describe("firewall.forward", () => {
  const open = "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n";
  const closed = (rules: string) => `*filter\n:FORWARD DROP [0:0]\n${rules}COMMIT\n`;
  const forIpv6 = withOn("ipv6/conf/all/forwarding");
  const ruled = (v4: string, v6 = closed(""), net: object = router) =>
    host({ rules: rulesFact({ links, v4: tables(v4), v6: tables(v6) }) }, net);
  const docker = present({ enabled: "enabled", active: true, state: "active", mainPid: 1 });

  test.each<readonly [name: string, verdict: string, FirewallInput]>([
    ["a router whose policy lets all through", "fail", ruled(open)],
    ["a router without a table", "fail", host({})],
    ["one of one interface", "fail", host({ rules: rulesFact() })],
    [
      "one by a rule for anywhere",
      "fail",
      ruled(closed("-A FORWARD -m conntrack --ctstate NEW -j ACCEPT\n")),
    ],
    [
      "one by two halves",
      "fail",
      ruled(closed("-A FORWARD -s 0.0.0.0/1 -j ACCEPT\n-A FORWARD -s 128.0.0.0/1 -j ACCEPT\n")),
    ],
    ["a router by IPv6", "fail", ruled(closed(""), open, forIpv6)],
    ["a router for one interface", "fail", ruled(open, closed(""), withOn("ipv4/conf/eth0/forwarding"))],
    ["a router with rules", "pass", ruled(closed("-A FORWARD -s 10.8.0.0/24 -j ACCEPT\n"))],
    [
      "a router with rules for answers",
      "pass",
      ruled(closed("-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n")),
    ],
    ["the other family", "pass", ruled(closed(""), open)],
    ["no router", "not applicable", ruled(open, open, withOn())],
    ["Docker's host", "not applicable", host({ docker })],
    [
      "Docker's host that lets nothing through",
      "pass",
      host({ docker, rules: rulesFact({ links, v4: tables(closed("")), v6: tables(closed("")) }) }),
    ],
    ["switches that were not read", "error", host({}, { net: unknown("no answer") })],
  ])("%s: %s", (_name, verdict, input) => {
    const row = checks.find(({ id }) => id === "firewall.forward")!;
    expect(row.test(input).verdict).toBe(verdict);
  });
});
