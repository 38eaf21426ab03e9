import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checks } from "../../../src/controls/firewall/checks.ts";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import { release } from "../../../src/controls/firewall/release.ts";
import { type Allow, allowBlock } from "../../../src/controls/firewall/tuple.ts";
import { present } from "../../../src/facts/probe.ts";
import {
  accessOf,
  applied,
  but,
  fileFact,
  fixture,
  inactive,
  inputOf,
  notInstalled,
  routesFact,
} from "./host.ts";

const files = { user4: "/etc/ufw/user.rules", user6: "/etc/ufw/user6.rules" } as const;
type Name = keyof typeof files;
const names = ["user4", "user6"] as const;

const textIn = (input: FirewallInput, name: Name) => {
  const fact = input.facts[name];
  return fact.state === "present" ? fact.value.content!.toString() : "";
};

/** A block as ufw itself writes it, put at the end of a file's rules. */
function withBlock(input: FirewallInput, name: Name, block: string): FirewallInput {
  const before = textIn(input, name);
  // The pristine file ends otherwise.
  const end = before.includes("### END RULES") ? "### END RULES" : "COMMIT";
  const text = before.replace(end, `${block.trim()}\n\n${end}`);
  return but(input, { facts: { ...input.facts, [name]: fileFact(text) } });
}

/** What `ufw allow …` puts into both files, or into one. */
function allowed(input: FirewallInput, port: string, more: Partial<Allow> = {}): FirewallInput {
  const families = more.from === undefined ? ([4, 6] as const) : ([more.from.includes(":") ? 6 : 4] as const);
  const anywhere = { 4: "0.0.0.0/0", 6: "::/0" } as const;
  return families.reduce((host, family) => {
    const allow = { family, port, protocol: "tcp", from: anywhere[family], comment: "", ...more } as const;
    return withBlock(host, `user${family}`, allowBlock(allow));
  }, input);
}

const database = { rules: [{ port: 5432, from: "10.0.0.0/8" }] };
const access = (more: Parameters<typeof accessOf>[0] = {}) => accessOf({ callers: ["10.0.0.0/8"], ...more });
/** A host as the profile wants it, and then with somebody's rules in ufw's files and in the kernel. */
function hostWith(add: (input: FirewallInput) => FirewallInput, otherRules: string, way = access()) {
  const host = inputOf(inactive, { ...database, otherRules: "fail" }, way);
  const settled = add(applied(host, desired(host)));
  const running = applied(settled, desired(settled));
  return but(running, { params: { ...running.params, otherRules: otherRules as "fail" } });
}

const audit = (input: FirewallInput) => checks.find(({ id }) => id === "firewall.other-rules")!.test(input);
const claimOf = (input: FirewallInput, path: string) =>
  desired(input).find(({ resource }) => resource.kind === "file" && resource.path === path);
const wantedIn = (input: FirewallInput, name: Name) => {
  const resource = claimOf(input, files[name])?.resource;
  return resource?.kind === "file" ? resource.content.toString() : "";
};
const lines = (input: FirewallInput) => names.flatMap((name) => claimOf(input, files[name])?.details ?? []);
const warnings = (input: FirewallInput) =>
  guard(input).flatMap(({ id, level, message }) => (level === "note" ? [] : [`${id}: ${message}`]));

const everybody = (input: FirewallInput) => allowed(input, "5432");
const found = (from: string, family: number) =>
  `5432/tcp from ${from} by the host's own rule "allow 5432/tcp" (IPv${family})`;

describe("a database that a colleague opens beside the profile", () => {
  const both = [found("anywhere but 10.0.0.0/8", 4), found("anywhere", 6)];

  test("fail, which is what it is without a word: the audit fails, and the plan warns", () => {
    expect(inputOf(inactive, database).params.otherRules).toBe("fail");
    const host = hostWith(everybody, "fail");
    expect(audit(host)).toMatchObject({ verdict: "fail", found: both.join("; ") });
    expect(audit(host).role).toBeUndefined();
    expect(warnings(host).join()).toContain(both[0]);
    expect(lines(host)).toEqual([]);
    for (const { remedy } of audit(host).parts ?? []) expect(remedy).toContain("firewall.otherRules: remove");
  });

  test("warn: the same, as advice", () => {
    const host = hostWith(everybody, "warn");
    expect(audit(host)).toMatchObject({ verdict: "fail", role: "advice", found: both.join("; ") });
    expect(lines(host)).toEqual([]);
  });

  test("keep: nobody judges it", () => {
    const host = hostWith(everybody, "keep");
    expect(audit(host)).toMatchObject({ verdict: "not applicable" });
    expect(audit(host).found).toContain("otherRules: keep");
    expect(warnings(host)).toEqual([]);
    expect(lines(host)).toEqual([]);
  });

  test("remove: the plan takes it away, says so in one line, and the audit passes then", () => {
    const host = hostWith(everybody, "remove");
    expect(audit(host)).toMatchObject({ verdict: "fail" });
    for (const { remedy } of audit(host).parts ?? [])
      expect(remedy).toMatch(/^See by harden plan what mends it/);
    expect(lines(host)).toEqual(["- allow 5432/tcp (the host's own)"]);
    expect(warnings(host)).toEqual([]);
    const after = applied(host, desired(host));
    expect(audit(after)).toMatchObject({ verdict: "pass" });
    expect(lines(after)).toEqual([]);
    for (const name of names)
      expect(wantedIn(host, name)).toBe(
        wantedIn(
          hostWith((each) => each, "fail"),
          name,
        ),
      );
  });
});

/** What `ufw limit 8080/tcp`, or `ufw limit log`, puts into both files. */
const limited = (log: boolean) => (input: FirewallInput) =>
  ([4, 6] as const).reduce((host, family) => {
    const [zero, ufw] = family === 4 ? ["0.0.0.0/0", "ufw"] : ["::/0", "ufw6"];
    const rule = (chain: string, rest: string) => `-A ${ufw}-user-${chain} -p tcp --dport 8080 ${rest}`;
    const logging = [
      rule(
        "logging-input",
        '-m conntrack --ctstate NEW -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW LIMIT] "',
      ),
      rule("logging-input", "-j RETURN"),
      rule("input", `-j ${ufw}-user-logging-input`),
    ];
    const lines = [
      `### tuple ### limit${log ? "_log" : ""} tcp 8080 ${zero} any ${zero} in`,
      ...(log ? logging : []),
      rule("input", "-m conntrack --ctstate NEW -m recent --set"),
      rule(
        "input",
        `-m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ${ufw}-user-limit`,
      ),
      rule("input", `-j ${ufw}-user-limit-accept`),
    ];
    return withBlock(host, `user${family}`, lines.join("\n"));
  }, input);

test.each([
  ["limit", false],
  ["limit_log", true],
])("a port that ufw limits is told once, by the rule that opens it: %s", (action, log) => {
  const host = hostWith(limited(log), "fail");
  const text = `8080/tcp from anywhere by the host's own rule "${action} 8080/tcp"`;
  expect(audit(host)).toMatchObject({
    verdict: "fail",
    found: text,
    parts: [{ object: "8080/tcp from anywhere" }],
  });
  expect(audit(host).parts?.[0]?.remedy).toContain("firewall.otherRules: remove");
  expect(warnings(host)).toEqual([
    `firewall.other-rules: Let in besides the profile, and it stays so: ${text}.`,
  ]);
  const removing = hostWith(limited(log), "remove");
  expect(lines(removing)).toEqual([`- ${action} 8080/tcp (the host's own)`]);
});

describe("what is removed", () => {
  const zoo = (otherRules: string) => {
    const facts = {
      ...inactive,
      user4: fileFact(fixture("zoo.user.rules")),
      user6: fileFact(fixture("zoo.user6.rules")),
    };
    return inputOf(facts, { rules: [{ port: 80 }], otherRules }, access());
  };
  const tuples = (text: string) => [...text.matchAll(/^### tuple ### (.*)/gm)].map(([, tuple = ""]) => tuple);

  test.each([
    [
      "user4",
      [
        "allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in",
        "allow tcp 83 0.0.0.0/0 any 0.0.0.0/0 out_eth0",
        "allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in comment=68617264656e3a20737368",
      ],
    ],
    ["user6", ["allow tcp 83 ::/0 any ::/0 out_eth0"]],
  ] as const)("of every kind of rule, those that let in more than the profile: %s", (name, left) => {
    const [before, after] = [tuples(wantedIn(zoo("fail"), name)), tuples(wantedIn(zoo("remove"), name))];
    const gone = before.filter((tuple) => !after.includes(tuple));
    expect(gone.length).toBeGreaterThan(10);
    for (const tuple of gone)
      expect(tuple).toMatch(/^(allow|limit)(_log|_log-all)? .* in(_\S+)?( comment=|$)/);
    for (const tuple of after) expect(before).toContain(tuple);
    const stays = after.filter((tuple) => /^(allow|limit)/.test(tuple) && !/ tcp 80 /.test(tuple));
    expect(stays).toEqual(left);
  });

  test("a rule within what the profile lets in is none of it", () => {
    const host = hostWith((input) => allowed(input, "5432", { from: "10.1.0.0/16" }), "remove");
    expect(lines(host)).toEqual([]);
    expect(audit(host)).toMatchObject({ verdict: "pass" });
  });

  test("never what lets in the planned login, or this run: it stays, is told, and fails the audit", () => {
    const login = (input: FirewallInput) => allowed(input, "22");
    const host = hostWith(login, "remove");
    expect(lines(host)).toEqual(["- allow 22/tcp (the host's own) (IPv6)"]);
    expect(warnings(host)[0]).toMatch(
      /^firewall\.other-rules: Let in besides the profile, .*22\/tcp from anywhere but/,
    );
    expect(warnings(host)[1]).toBe(
      "firewall.other-rules-spared: Not removed, for the planned login, or this run, comes in by them: allow 22/tcp.",
    );
    expect(audit(applied(host, desired(host)))).toMatchObject({ verdict: "fail" });
  });

  test.each([
    ["the network that this run comes from", { from: "192.0.2.0/24" }, { caller: "192.0.2.7" }, true],
    ["another one", { from: "192.0.2.0/24" }, { caller: "10.0.0.1" }, false],
    ["all ports of a planned network", { from: "10.9.0.0/16", port: "1:65535" }, {}, true],
    ["a port that sshd only has now", { port: "2222", from: "0.0.0.0/0" }, { ports: [2222] }, true],
    ["over IPv6 as planned", { from: "fd00::/8" }, { callers: ["fd00::1/128"] }, true],
    ["over UDP", { protocol: "udp", from: "10.0.0.0/8" }, {}, false],
  ] as const)("%s on ssh's port", (_name, rule, way, stays) => {
    const { port, ...more } = { port: "22", ...rule };
    const host = hostWith((input) => allowed(input, port, more), "remove", access(way as object));
    expect(lines(host)).toHaveLength(stays ? 0 : 1);
    expect(warnings(host).some((text) => text.startsWith("firewall.other-rules-spared"))).toBe(stays);
  });

  const eth0 = "route unicast 0.0.0.0/0 eth0";
  const wg0 = ["route unicast 10.99.0.0/24 wg0", "route local 10.99.0.2 wg0", "tunnel wg0"];
  test.each([
    ["this run comes over WireGuard", [eth0, ...wg0], { caller: "10.99.0.1" }, true],
    ["a planned network lies behind it", [eth0, ...wg0], { callers: ["10.99.0.0/25"] }, true],
    ["a part of a planned network does", [eth0, ...wg0], {}, true],
    ["the address that it came to is the tunnel's", [eth0, "route local 192.0.2.2 wg0"], {}, true],
    ["all goes over it", [eth0, "route unicast 0.0.0.0/0 wg0", "tunnel wg0"], {}, true],
    ["it comes from the host itself", [eth0, "route local 127.0.0.0/8 lo"], { caller: "127.0.0.1" }, true],
    ["IPsec needs no interface", [eth0, "ipsec"], {}, true],
    ["there is no default route", ["route unicast 10.0.0.0/8 eth0"], {}, true],
    ["nobody is known", [eth0], { callers: ["0.0.0.0/0", "::/0"] }, true],
    [
      "it comes over the default route",
      [eth0, "route unicast 10.99.0.0/24 wg0"],
      { callers: ["192.0.2.0/24"] },
      false,
    ],
    ["a container's network is no way in", [eth0, "route unicast 10.8.0.0/16 docker0"], {}, false],
  ] as const)("what may carry a tunnel stays where %s", (_name, lines_, way, stays) => {
    const add = (input: FirewallInput) => allowed(allowed(input, "51820", { protocol: "udp" }), "5432");
    const without = hostWith(add, "remove", access(way as object));
    const host = but(without, { facts: { ...without.facts, routes: routesFact(...lines_) } });
    expect(lines(host)).toContain("- allow 5432/tcp (the host's own)");
    expect(lines(host).join().includes("51820")).toBe(!stays);
    expect(warnings(host).join("\n").includes("tunnel by which the planned login")).toBe(stays);
  });

  const listening = (address: string, port: number) => ({ protocol: "tcp", address, port }) as const;
  const own = "route local 203.0.113.5 eth0";
  const tun0 = ["route unicast 10.99.0.0/24 tun0", "tunnel tun0 tcp"];
  const relayed = [eth0, "route local 127.0.0.0/8 lo", own];
  test.each([
    ["a relay on the host takes TLS apart", relayed, { caller: "127.0.0.1" }, listening("*", 443), true],
    [
      "it comes from the host's own address",
      relayed,
      { caller: "203.0.113.5" },
      listening("0.0.0.0", 443),
      true,
    ],
    ["the login is planned from there", relayed, { callers: ["127.0.0.1/32"] }, listening("::", 443), true],
    ["it was led to the host's loopback", relayed, { server: "127.0.0.1" }, listening("*", 443), true],
    [
      "it comes over a tun, as of OpenVPN",
      [eth0, ...tun0],
      { caller: "10.99.0.1" },
      listening("10.0.0.2", 443),
      true,
    ],
    ["it can't be told how it comes", ["route unicast 10.0.0.0/8 eth0"], {}, listening("*", 443), true],
    ["nobody listens there", relayed, { caller: "127.0.0.1" }, listening("*", 444), false],
    [
      "only the host itself comes to who listens",
      relayed,
      { caller: "127.0.0.1" },
      listening("127.0.0.1", 443),
      false,
    ],
    ["WireGuard is UDP", [eth0, ...wg0], { caller: "10.99.0.1" }, listening("*", 443), false],
    ["a jump host is somewhere else", [eth0, own], { caller: "192.0.2.7" }, listening("*", 443), false],
  ] as const)(
    "what may carry a tunnel over TCP stays, or not, where %s",
    (_name, lines_, way, listener, stays) => {
      const host = hostWith((input) => allowed(input, "443"), "remove", access(way as object));
      const sockets = { state: "present", value: { listeners: [listener], connected: [] } } as const;
      const on = (known: object) =>
        but(host, { facts: { ...host.facts, routes: routesFact(...lines_), ...known } });
      expect(lines(on({ sockets })).join().includes("443")).toBe(!stays);
      expect(warnings(on({ sockets })).join("\n").includes("tunnel by which the planned login")).toBe(stays);
      // Who listens is not known: what could stay does.
      expect(
        lines(on({ sockets: { state: "unknown", why: "no ss" } }))
          .join()
          .includes("443"),
      ).toBe(!(stays || listener.port === 444 || listener.address === "127.0.0.1"));
    },
  );

  test.each([
    ["WireGuard of the kernel", wg0, { port: 51820 }, "10.99.0.1", true],
    ["WireGuard of a process", tun0, { port: 51820, process: "wireguard-go" }, "10.99.0.1", true],
    ["OpenVPN", tun0, { port: 1194, process: "openvpn" }, "10.99.0.1", true],
    ["one that goes out by itself", tun0, { port: 41641, process: "tailscaled" }, "10.99.0.1", false],
    ["a caller past it", wg0, { port: 51820 }, "192.0.2.7", false],
    ["one whose port a rule opens", wg0, { port: 443 }, "10.99.0.1", false],
  ] as const)("a port that carries the caller isn't closed: %s", (_name, ways, listener, caller, blocks) => {
    const params = { rules: [{ port: 443, protocol: "udp" }] };
    const host = inputOf(inactive, params, access({ caller, callers: [`${caller}/32`] } as object));
    const sockets = present({
      listeners: [{ protocol: "udp" as const, address: "*", ...listener }],
      connected: [],
    });
    const facts = { ...host.facts, sockets, routes: routesFact(eth0, ...ways) };
    expect(guard(but(host, { facts })).some(({ id }) => id === "firewall.tunnel-shut")).toBe(blocks);
  });

  test("the rule by which a jump host comes in stays, whoever the profile lets in", () => {
    const jump = (input: FirewallInput) => allowed(input, "22", { from: "192.0.2.7" });
    const host = hostWith(jump, "remove", access({ caller: "192.0.2.7" }));
    expect(lines(host)).toEqual([]);
    expect(warnings(host).join()).toContain("comes in by them: allow 22/tcp");
  });

  test("whatever somebody has put there, the planned ways in stay open", () => {
    const rule = fc.record({
      port: fc.constantFrom("22", "1:65535", "20:30", "5432", "8080"),
      protocol: fc.constantFrom("tcp", "udp"),
      from: fc.constantFrom("10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "::/0", "192.0.2.7"),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (rules) => {
        const add = (input: FirewallInput) =>
          rules.reduce((host, { port, ...more }) => allowed(host, port, more as Partial<Allow>), input);
        const host = hostWith(
          add,
          "remove",
          access({ caller: "192.0.2.7", callers: ["10.0.0.0/8", "192.0.2.7/32"] }),
        );
        expect(guard(host).filter(({ level }) => level === "block")).toEqual([]);
        const after = applied(host, desired(host));
        for (const id of ["firewall.ssh-open", "firewall.rules"])
          expect(checks.find((each) => each.id === id)!.test(after).verdict).toBe("pass");
      }),
      { seed: 7, numRuns: 20 },
    );
  });

  test("what an earlier ufw has left on a host without one is in the plan", () => {
    const user4 = fileFact(textIn(everybody(inputOf(inactive)), "user4"));
    const host = inputOf({ ...notInstalled, user4 }, { ...database, otherRules: "remove" }, access());
    expect(lines(host)).toContain("- allow 5432/tcp (the host's own) (IPv4)");
  });
});

describe("switched off again", () => {
  const removing = { ...database, otherRules: "remove" };
  const before = everybody(inputOf(inactive, removing, access()));
  const host = applied(before, desired(before));
  const nameOf = (path: string): Name => (path === files.user4 ? "user4" : "user6");
  const bytes = (input: FirewallInput, path: string) => Buffer.from(textIn(input, nameOf(path)));
  /** One run took the file from each of these to the next; the last one may have been changed since. */
  const pastOf = (...states: readonly FirewallInput[]) => ({
    original: (path: string) => bytes(states[0]!, path),
    rewrites: (path: string) =>
      states.slice(0, -1).map((state, index) => ({
        run: `r${index}`,
        before: bytes(state, path),
        after: bytes(states[index + 1]!, path),
      })),
  });
  const changedSince = (past: ReturnType<typeof pastOf>) => ({
    ...past,
    rewrites: (path: string) => past.rewrites(path).map(({ run, before }) => ({ run, before })),
  });
  const off = (input: FirewallInput) => but(input, { params: { ...input.params, otherRules: "fail" } });
  const contents = ({ claims }: ReturnType<typeof release>) =>
    claims.map(({ resource }) => (resource.kind === "file" ? resource.content.toString() : ""));
  const tuples = (text?: string) => text?.match(/^### tuple ### .*/gm)?.map((line) => line.slice(14, 30));

  test("what was removed comes back, with a line, whatever the profile says now: to the byte where nobody else has changed the file", () => {
    expect(textIn(host, "user4")).not.toContain("allow tcp 5432 0.0.0.0/0 any 0.0.0.0/0");
    for (const now of [host, off(host)]) {
      const back = release(now, pastOf(before, host));
      expect(contents(back)).toEqual(names.map((name) => textIn(before, name)));
      expect(back.claims.flatMap(({ details = [] }) => details)).toContain(
        "+ allow 5432/tcp (the host's own)",
      );
      expect(back.findings).toEqual([]);
    }
  });

  test("so does what a colleague added between two runs, and the later one removed", () => {
    const more = allowed(host, "6379");
    const last = applied(more, desired(more));
    const past = pastOf(before, host);
    const both = {
      ...past,
      rewrites: (path: string) => [
        { run: "r0", before: bytes(before, path) },
        { run: "r1", before: bytes(more, path), after: bytes(last, path) },
      ],
    };
    const [four, six] = contents(release(last, both));
    expect(tuples(four)).toContain("allow tcp 6379 0");
    expect(tuples(six)).toContain("allow tcp 6379 :");
  });

  test("somebody changed the file since: what today's profile removes comes back, anything else is named", () => {
    const changed = withBlock(host, "user4", "### tuple ### deny tcp 7 0.0.0.0/0 any 0.0.0.0/0 in");
    const past = changedSince(pastOf(before, host));
    expect(tuples(contents(release(changed, past))[0])).toEqual(["deny tcp 7 0.0.0", "allow tcp 5432 0"]);
    const { findings, claims } = release(off(changed), past);
    expect(tuples(contents({ claims, findings })[0])).toEqual(["deny tcp 7 0.0.0"]);
    expect(findings.map(({ id, message }) => `${id} ${message}`)).toEqual([
      expect.stringMatching(
        /^firewall\.not-given-back .*user\.rules .*: allow 5432\/tcp \(the host's own\)\.$/,
      ),
      expect.stringMatching(/^firewall\.not-given-back .*user6\.rules /),
    ]);
  });

  test("what a run found and nobody can read any more is told", () => {
    const unread = { ...pastOf(before, host), rewrites: () => [{ run: "r0", before: undefined }] };
    expect(release(host, unread).findings[0]?.message).toContain(
      "What r0 found in /etc/ufw/user.rules can't be read",
    );
  });
});
