import fc from "fast-check";
import { expect, test } from "vitest";
import type { Fate } from "../../../src/controls/firewall/fates.ts";
import { readers } from "../../../src/controls/firewall/reader.ts";
import { peersOf, type Space } from "../../../src/controls/firewall/space.ts";
import { type Packets, rulesetOf, walk } from "../../../src/controls/firewall/walk.ts";
import { parseTables } from "../../../src/facts/iptables.ts";
import { hostile } from "../facts.ts";

const seed = 20262;

/** A rule as its conditions and its end, so that a packet can be judged without any of the walk's own code. */
interface Plain {
  readonly port?: { readonly not: boolean; readonly list: string };
  readonly peer?: { readonly not: boolean; readonly network: string };
  readonly link?: { readonly not: boolean; readonly name: string };
  readonly protocol?: string;
  readonly state?: string;
  readonly target: string;
}

const networks = ["0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "0.0.0.0/0"];
const lists = ["22", "1:21", "23:65535", "22,80", "24:79,81:443", "1:65535"];
const not = fc.boolean();

const rule = (targets: readonly string[]) =>
  fc.record(
    {
      port: fc.record({ not, list: fc.constantFrom(...lists) }),
      peer: fc.record({ not, network: fc.constantFrom(...networks) }),
      link: fc.record({ not, name: fc.constantFrom("eth0", "eth1", "eth+", "lo") }),
      protocol: fc.constantFrom("tcp", "udp"),
      state: fc.constantFrom("NEW", "ESTABLISHED", "NEW,ESTABLISHED", "INVALID"),
      target: fc.constantFrom(...targets),
    },
    { requiredKeys: ["target"] },
  ) as fc.Arbitrary<Plain>;

const ends = ["ACCEPT", "DROP", "REJECT", "RETURN", "LOG"];
const host = fc.record({
  policy: fc.constantFrom("ACCEPT", "DROP"),
  raw: fc.array(rule(["ACCEPT", "DROP", "RETURN"]), { maxLength: 2 }),
  INPUT: fc.array(rule([...ends, "a", "b", "goto a"]), { maxLength: 5 }),
  a: fc.array(rule([...ends, "b", "goto b"]), { maxLength: 4 }),
  b: fc.array(rule(ends), { maxLength: 3 }),
});
type Host = typeof host extends fc.Arbitrary<infer T> ? T : never;

const line = (chain: string, { port, peer, link, protocol, state, target }: Plain) =>
  [
    `-A ${chain}`,
    protocol && `-p ${protocol}`,
    peer && `${peer.not ? "! " : ""}-s ${peer.network}`,
    link && `${link.not ? "! " : ""}-i ${link.name}`,
    // Only with a protocol could iptables itself; the walk needs none.
    port && `-m multiport ${port.not ? "! " : ""}--dports ${port.list}`,
    state && `-m conntrack --ctstate ${state}`,
    target.startsWith("goto ") ? `-g ${target.slice(5)}` : `-j ${target}`,
  ]
    .filter(Boolean)
    .join(" ");

const text = ({ policy, raw, ...chains }: Host) =>
  [
    ...["*raw", ":PREROUTING ACCEPT [0:0]", ...raw.map((each) => line("PREROUTING", each))],
    ...["*filter", `:INPUT ${policy} [0:0]`, ":a - [0:0]", ":b - [0:0]"],
    ...Object.entries(chains).flatMap(([chain, rules]) => rules.map((each) => line(chain, each))),
  ].join("\n");

interface Point {
  readonly port: number;
  readonly peer: string;
  readonly link: string;
}

const address = (text_: string) => text_.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

function inNetwork(peer: string, network: string): boolean {
  const [base = "", prefix = "32"] = network.split("/");
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(address(peer) / size) === Math.floor(address(base) / size);
}

const inList = (port: number, list: string) =>
  list.split(",").some((each) => {
    const [from = "", to = from] = each.split(":");
    return port >= Number(from) && port <= Number(to);
  });

const applies = (plain: Plain, point: Point) =>
  (plain.protocol ?? "tcp") === "tcp" &&
  (plain.state ?? "NEW").split(",").includes("NEW") &&
  (!plain.port || inList(point.port, plain.port.list) !== plain.port.not) &&
  (!plain.peer || inNetwork(point.peer, plain.peer.network) !== plain.peer.not) &&
  (!plain.link || (plain.link.name === "eth+" || plain.link.name === point.link) !== plain.link.not);

/** The way of one packet, told plainly. */
function judge(all: Host, point: Point): string {
  const through = (rules: readonly Plain[]): string | undefined => {
    for (const each of rules) {
      if (!applies(each, point) || each.target === "LOG") continue;
      if (each.target === "RETURN") return undefined;
      const chain = each.target.replace("goto ", "");
      if (chain !== "a" && chain !== "b") return each.target;
      const found = through(all[chain]);
      if (found !== undefined || chain !== each.target) return found;
    }
    return undefined;
  };
  const early = through(all.raw);
  const ruling = early === "DROP" ? early : (through(all.INPUT) ?? all.policy);
  return ruling.toLowerCase();
}

const asked: Packets = {
  family: 4,
  protocol: "tcp",
  hook: "INPUT",
  state: "NEW",
  peer: "0.0.0.0/0",
  links: ["eth0", "eth1"],
};

const holds = ({ ports, peers, links }: Space, { port, peer, link }: Point) => {
  const has = (ranges: typeof ports, n: bigint) => ranges.some(([from, to]) => n >= from && n <= to);
  return has(ports, BigInt(port)) && has(peers, peersOf(peer)![0]![0]) && links.includes(link);
};
const comes = (fate: Fate, point: Point) =>
  holds(fate.space, point) && !fate.except.some((each) => holds(each, point));

const point = fc.record({
  port: fc.constantFrom(1, 21, 22, 23, 24, 79, 80, 81, 443, 444, 65535),
  peer: fc.constantFrom("1.2.3.4", "10.0.0.1", "10.1.0.9", "10.1.2.3", "127.255.255.255", "200.0.0.1"),
  link: fc.constantFrom("eth0", "eth1"),
});

test("the walk of all packets at once says of each what its own way would be", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(host, fc.array(point, { minLength: 12, maxLength: 12 }), (all, some) => {
      const ruleset = rulesetOf([parseTables(text(all))], readers[4]);
      const { fates } = walk(ruleset, asked);
      for (const each of some) {
        const wanted = judge(all, each);
        expect(fates.find((fate) => comes(fate, each))?.ruling).toBe(wanted);
        const alone = walk(ruleset, {
          ...asked,
          port: String(each.port),
          peer: each.peer,
          links: [each.link],
        });
        expect(alone.fates.at(-1)?.ruling).toBe(wanted);
        expect(fates.every(({ sure }) => sure)).toBe(true);
      }
    }),
    { seed, numRuns: 400 },
  );
});

test("whatever stands in a rule, the walk ends, and nothing unknown is sure", () => {
  fc.assert(
    fc.property(
      hostile,
      fc.constantFrom("-s", "--dport", "-i", "--ctstate", "-m", "--to-destination", "-j"),
      (value, name) => {
        const rules = parseTables(
          `*filter\n:INPUT DROP [0:0]\n-A INPUT ${name} ${value} -j ACCEPT\n*nat\n-A PREROUTING ${name} ${value} -j DNAT\n`,
        );
        const { fates } = walk(rulesetOf([rules], readers[4]), asked);
        expect(fates.length).toBeGreaterThan(0);
      },
    ),
    { seed, numRuns: 1000 },
  );
});
