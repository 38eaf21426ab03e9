import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checks } from "../../src/controls/firewall/checks.ts";
import { desired } from "../../src/controls/firewall/claims.ts";
import { guard } from "../../src/controls/firewall/guard.ts";
import type { FirewallInput } from "../../src/controls/firewall/model.ts";
import type { FirewallFacts } from "../../src/controls/firewall/probes.ts";
import { release } from "../../src/controls/firewall/release.ts";
import { schema } from "../../src/controls/firewall/schema.ts";
import { absent, present, unknown, unsupported } from "../../src/facts/probe.ts";
import type { Claim } from "../../src/plan/claim.ts";
import {
  accessOf,
  applied,
  but,
  fileFact,
  fixture,
  inactive,
  inputOf,
  notInstalled,
  rulesFact,
  tables,
} from "./firewall/host.ts";

const section = {
  rules: [
    { port: 80, comment: "http" },
    { port: 443, protocol: "any" },
    { port: 5432, from: "10.0.0.0/8" },
    { port: 5353, protocol: "udp", from: "fd00::/8" },
    { port: "6000:6010", protocol: "udp" },
  ],
};

const operation = (claims: readonly Claim[]) =>
  claims.flatMap(({ resource }) => (resource.kind === "firewall" ? [resource.operation] : []))[0];
const fileClaim = (claims: readonly Claim[], path: string) =>
  claims.flatMap(({ resource }) => (resource.kind === "file" && resource.path === path ? [resource] : []))[0];
const textOf = (claims: readonly Claim[], path: string) => fileClaim(claims, path)?.content.toString() ?? "";
const blocks = (input: FirewallInput) =>
  guard(input)
    .filter(({ level }) => level === "block")
    .map(({ id }) => id);
const ids = (input: FirewallInput) => guard(input).map(({ id, level }) => `${level} ${id}`);
const verdicts = (input: FirewallInput) =>
  Object.fromEntries(checks.map(({ id, test: run }) => [id, run(input).verdict]));

/** The same host with the profile applied. */
const converged = (facts = inactive, params: object = section, access = accessOf()) => {
  const input = inputOf(facts, params, access);
  return applied(input, desired(input));
};

const edit = (input: FirewallInput, name: keyof FirewallFacts, change: (text: string) => string) => {
  const fact = input.facts[name] as ReturnType<typeof fileFact>;
  if (fact.state !== "present") throw new Error(`${name} is not there`);
  const facts = { ...input.facts, [name]: fileFact(change(fact.value.content!.toString())) };
  return but(input, { facts });
};

describe("desired", () => {
  test("inactive: files, the operation, and the sysctls that ufw's start changes", () => {
    const claims = desired(inputOf(inactive, section));
    expect(operation(claims)).toBe("enable");
    expect(textOf(claims, "/etc/ufw/ufw.conf")).toContain("\nENABLED=yes\n");
    expect(textOf(claims, "/etc/ufw/ufw.conf")).toContain("\nLOGLEVEL=low\n");
    const user = textOf(claims, "/etc/ufw/user.rules");
    expect(user.match(/^### tuple ### .*/gm)?.map((line) => line.split(" ").slice(3, 6).join(" "))).toEqual([
      ...["allow tcp 22", "allow tcp 80", "allow any 443", "allow tcp 5432", "allow udp 6000:6010"],
    ]);
    const user6 = textOf(claims, "/etc/ufw/user6.rules");
    expect(user6).toContain("-A ufw6-user-input -p udp --dport 5353 -s fd00::/8 -j ACCEPT\n");
    expect(user6).not.toContain("5432");
    const sysctls = claims.filter(({ resource }) => resource.kind === "sysctl");
    expect(sysctls).toEqual([
      expect.objectContaining({
        resource: {
          kind: "sysctl",
          key: "net.ipv4.conf.all.log_martians",
          value: "0",
          consequence: true,
        },
      }),
    ]);
  });

  test("once applied, nothing", () => {
    const done = converged();
    const claims = desired(done);
    expect(operation(claims)).toBe("none");
    for (const path of [
      "/etc/ufw/user.rules",
      "/etc/ufw/user6.rules",
      "/etc/ufw/ufw.conf",
      "/etc/default/ufw",
    ])
      expect(textOf(claims, path)).toBe(textOf(desired(inputOf(inactive, section)), path));
    expect(claims.some(({ resource }) => resource.kind === "sysctl")).toBe(false);
  });

  test.each([
    ["another rule in the profile", { rules: [...section.rules, { port: 7 }] }, "load"],
    ["another policy", { ...section, defaultIncoming: "reject" }, "reload"],
    ["outgoing", { ...section, defaultOutgoing: "deny" }, "reload"],
  ])("%s: %s", (_name, params, wanted) => {
    const input = but(converged(), { params: schema.parse(params) });
    expect(operation(desired(input))).toBe(wanted);
    expect(operation(desired(applied(input, desired(input))))).toBe("none");
  });

  test("a policy that only the file has otherwise is an edit, no operation", () => {
    const input = edit(converged(), "defaults", (text) =>
      text.replace('INPUT_POLICY="DROP"', 'INPUT_POLICY="ACCEPT"'),
    );
    expect(operation(desired(input))).toBe("none");
    expect(textOf(desired(input), "/etc/default/ufw")).toContain('DEFAULT_INPUT_POLICY="DROP"\n');
    expect(verdicts(input)["firewall.default-incoming-ipv4"]).toBe("until the next boot");
  });

  test("the forward policy and the log level stay", () => {
    const routed = edit(inputOf(inactive, section), "defaults", (text) =>
      text.replace('FORWARD_POLICY="DROP"', 'FORWARD_POLICY="ACCEPT"'),
    );
    const loud = edit(routed, "conf", (text) => text.replace("LOGLEVEL=low", "LOGLEVEL=medium"));
    const claims = desired(loud);
    expect(textOf(claims, "/etc/default/ufw")).toContain('DEFAULT_FORWARD_POLICY="ACCEPT"\n');
    expect(textOf(claims, "/etc/ufw/ufw.conf")).toContain("\nLOGLEVEL=medium\n");
    expect(textOf(claims, "/etc/ufw/user.rules")).toContain(
      '-A ufw-after-logging-forward -j LOG --log-prefix "[UFW ALLOW] "',
    );
  });

  test("without the package: what is known, and the sysctls of Debian's own file", () => {
    const claims = desired(inputOf(notInstalled, section));
    expect(claims.map(({ resource }) => resource.kind).sort()).toEqual([
      ...["file", "file", "file", "file", "firewall", "package", "service", "sysctl"],
    ]);
    expect(fileClaim(claims, "/etc/ufw/user.rules")?.content).toBe("after install");
    expect(operation(claims)).toBe("enable");
  });

  test("a host without IPv6 has no user6.rules of ours", () => {
    const facts = { ...inactive, rules: present({ ...valueOfRules(), ipv6: false }) };
    const claims = desired(inputOf(facts, section));
    expect(fileClaim(claims, "/etc/ufw/user6.rules")).toBeUndefined();
    expect(verdicts(converged(facts))["firewall.default-incoming-ipv6"]).toBe("not applicable");
  });

  test("nothing where it can't be read or can't be had", () => {
    const container = { ...inactive, rules: unsupported("Permission denied") };
    expect(desired(inputOf(container))).toEqual([]);
    expect(ids(inputOf(container))).toEqual(["note firewall.not-applicable"]);
    const user = { ...inactive, user4: unknown("permission denied"), rules: unknown("needs root") };
    expect(desired(inputOf(user))).toEqual([]);
    expect(ids(inputOf(user))).toEqual(["block firewall.rules-unreadable", "block firewall.file-unreadable"]);
  });

  test("release takes out ours and leaves the rest", () => {
    const own = edit(converged(), "user4", (text) =>
      text.replace(
        "\n### END RULES",
        "\n### tuple ### allow tcp 7 0.0.0.0/0 any 0.0.0.0/0 in\n-A ufw-user-input -p tcp --dport 7 -j ACCEPT\n\n### END RULES",
      ),
    );
    const from = (input: FirewallInput, original?: Buffer) =>
      release(input, { original: () => original, rewrites: () => [] }).claims;
    const claims = from(own);
    expect(textOf(claims, "/etc/ufw/user.rules").match(/^### tuple.*/gm)).toEqual([
      "### tuple ### allow tcp 7 0.0.0.0/0 any 0.0.0.0/0 in",
    ]);
    expect(textOf(claims, "/etc/ufw/user6.rules")).not.toContain("tuple");

    const pristine = fixture("pristine.user.rules");
    const back = from(converged(), pristine);
    expect(textOf(back, "/etc/ufw/user.rules")).toBe(pristine.toString());
    expect(textOf(from(own, pristine), "/etc/ufw/user.rules")).toContain("tuple");
  });
});

function valueOfRules() {
  const fact = rulesFact();
  if (fact.state !== "present") throw new Error("no rules");
  const { v6: _v6, ...rest } = fact.value;
  return rest;
}

/** A rule of the host's own at the head of user.rules, as ufw writes it. */
const ownRule = (tuple: string, lines: readonly string[]) => (text: string) =>
  text.replace("### RULES ###\n", `### RULES ###\n\n### tuple ### ${tuple}\n${lines.join("\n")}\n`);

const deny = (source: string, more = "") =>
  ownRule(`deny any any 0.0.0.0/0 any ${source} in${more}`, [`-A ufw-user-input -s ${source} -j DROP`]);

describe("guard", () => {
  test("a plain host: nothing", () => {
    expect(ids(inputOf(inactive, section))).toEqual([]);
    expect(ids(converged())).toEqual([]);
    expect(ids(inputOf(notInstalled, section))).toEqual([]);
  });

  test("no port of sshd", () => {
    expect(blocks(inputOf(inactive, section, accessOf({ ports: [] })))).toEqual(["firewall.no-ssh-port"]);
  });

  test("somebody's own deny before ssh: all, the caller, some", () => {
    const all = ownRule("deny any 22 0.0.0.0/0 any 0.0.0.0/0 in", [
      "-A ufw-user-input -p tcp --dport 22 -j DROP",
      "-A ufw-user-input -p udp --dport 22 -j DROP",
    ]);
    expect(blocks(edit(inputOf(inactive), "user4", all))).toEqual(["firewall.ssh-shut"]);
    const input = inputOf(inactive, {}, accessOf({ caller: "203.0.113.9" }));
    expect(blocks(edit(input, "user4", deny("203.0.113.0/24")))).toEqual(["firewall.caller-shut"]);
    expect(ids(edit(inputOf(inactive), "user4", deny("203.0.113.0/24")))).toEqual([
      "note firewall.ssh-partly-shut",
      "note firewall.own-rules",
    ]);
    const byInterface = ownRule("deny any 22 0.0.0.0/0 any 0.0.0.0/0 in_eth0", [
      "-A ufw-user-input -i eth0 -p tcp --dport 22 -j DROP",
    ]);
    expect(blocks(edit(inputOf(inactive), "user4", byInterface))).toEqual(["firewall.ssh-shut"]);
    const two = { ...inactive, rules: rulesFact({ links: ["lo", "eth0", "wg0", "docker0"] }) };
    expect(blocks(edit(inputOf(two), "user4", byInterface))).toEqual(["firewall.ssh-perhaps-shut"]);
    const running = edit(converged(two, {}), "user4", byInterface);
    expect(ids(running)).toContain("warn firewall.ssh-perhaps-shut");
    expect(blocks(running)).toEqual([]);
  });

  test("of many rules that stay, the first are named, and the number of the others", () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      ownRule(`allow tcp ${n + 2000} 0.0.0.0/0 any 0.0.0.0/0 in`, [
        `-A ufw-user-input -p tcp --dport ${n + 2000} -j ACCEPT`,
      ]),
    );
    const input = edit(inputOf(inactive), "user4", (text) => many.reduce((all, rule) => rule(all), text));
    const [finding] = guard(input).filter(({ id }) => id === "firewall.own-rules");
    expect(finding?.message).toMatch(/, and 280 more, which ufw status numbered shows\.$/);
  });

  test("ufw's own rate limit on ssh shuts nobody out, and stays", () => {
    const limit = ownRule("limit tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", [
      "-A ufw-user-input -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --set",
      "-A ufw-user-input -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ufw-user-limit",
      "-A ufw-user-input -p tcp --dport 22 -j ufw-user-limit-accept",
    ]);
    const input = edit(inputOf(inactive), "user4", limit);
    expect(ids(input)).toEqual(["note firewall.own-rules"]);
    expect(textOf(desired(input), "/etc/ufw/user.rules").match(/^### tuple .* 22 /gm)).toHaveLength(1);
  });

  test("a rule of the profile that has no effect", () => {
    const shut = ownRule("deny tcp 80 0.0.0.0/0 any 0.0.0.0/0 in", [
      "-A ufw-user-input -p tcp --dport 80 -j DROP",
    ]);
    expect(blocks(edit(inputOf(inactive, section), "user4", shut))).toEqual(["firewall.rule-shut"]);
  });

  test("before.rules without the loopback, or with its own deny", () => {
    const silent = edit(inputOf(inactive), "before4", (text) =>
      text.replace(/^-A ufw-before-.* lo .*$/gm, ""),
    );
    expect(blocks(silent)).toEqual(["firewall.policy-bypassed"]);
    const closed = edit(inputOf(inactive), "before6", (text) =>
      text.replace(/^COMMIT$/m, "-A ufw6-before-input -p tcp --dport 22 -j DROP\nCOMMIT"),
    );
    expect(blocks(closed)).toEqual(["firewall.ssh-shut"]);
  });

  test("others' rules in INPUT are named, and what they let in; banning is nobody's business", () => {
    const withInput = (rule: string) => ({
      ...inactive,
      rules: rulesFact({ v4: tables(`*filter\n:INPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`) }),
    });
    const [open, all] = ["-A INPUT -p tcp -m tcp --dport 7 -j ACCEPT", "-A INPUT -j ACCEPT"].map((rule) =>
      guard(inputOf(withInput(rule))),
    );
    expect(open!.map(({ id, level }) => `${level} ${id}`)).toEqual([
      "warn firewall.other-rules",
      "warn firewall.foreign-rules",
    ]);
    expect(open![0]!.message).toContain(
      '7/tcp from anywhere by "-A INPUT -p tcp -m tcp --dport 7 -j ACCEPT" (IPv4)',
    );
    expect(all!.map(({ id, level }) => `${level} ${id}`)).toEqual([
      "warn firewall.policy-bypassed",
      "warn firewall.other-rules",
      "warn firewall.foreign-rules",
    ]);
    expect(ids(inputOf(withInput("-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd")))).toEqual([]);
  });

  test("other firewalls, disabled modules, lines that ufw loses, builtins that it empties", () => {
    const active = present({ enabled: "enabled", active: true, state: "active", mainPid: 1 });
    const facts = inactive as FirewallFacts;
    const withFact = (more: object) => inputOf({ ...facts, ...more } as FirewallFacts);
    expect(blocks(withFact({ firewalld: active }))).toEqual(["firewall.other-firewall"]);
    expect(
      blocks(withFact({ nftables: { ...active, value: { ...active, active: false, enabled: "enabled" } } })),
    ).toEqual(["firewall.other-firewall"]);
    expect(blocks(withFact({ modulesDisabled: present("1") }))).toEqual(["firewall.modules-disabled"]);
    expect(
      blocks(but(converged(), { facts: { ...converged().facts, modulesDisabled: present("1") } })),
    ).toEqual([]);
    const persistent = { ...notInstalled, netfilterPersistent: facts.package } as FirewallFacts;
    expect(blocks(inputOf(persistent))).toEqual(["firewall.persistent-rules"]);
    expect(blocks(edit(withFact({}), "user4", (text) => `${text}*nat\nCOMMIT\n`))).toEqual([
      "firewall.user-rules-by-hand",
    ]);
    const docker = tables("*filter\n:INPUT ACCEPT [0:0]\n:DOCKER - [0:0]\nCOMMIT\n");
    const builtins = edit(withFact({ rules: rulesFact({ v4: docker }) }), "defaults", (text) =>
      text.replace("MANAGE_BUILTINS=no", "MANAGE_BUILTINS=yes"),
    );
    expect(blocks(builtins)).toEqual(["firewall.manage-builtins"]);
    expect(blocks(withFact({ before4: absent }))).toEqual(["firewall.file-unreadable"]);
  });

  test("executable init files where ufw is enabled, and those that could not be read", () => {
    const script = fileFact("#!/bin/sh\n", "0750");
    const said = (more: object) =>
      guard(inputOf({ ...inactive, ...more } as FirewallFacts)).filter(({ id }) =>
        id.includes(".init-files"),
      );
    expect(said({})).toEqual([]);
    expect(said({ afterInit: script })).toMatchObject([
      { level: "warn", message: expect.stringMatching(/"start": \/etc\/ufw\/after\.init\. A rollback/) },
    ]);
    expect(said({ beforeInit: unknown("x") })).toMatchObject([{ id: "firewall.init-files-unknown" }]);
    const on = converged();
    expect(guard(but(on, { facts: { ...on.facts, afterInit: script } })).map(({ id }) => id)).not.toContain(
      "firewall.init-files",
    );
  });

  test("tables of both kinds, nftables' own", () => {
    const other = tables("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.1/32 -j DROP\nCOMMIT\n");
    const empty = tables("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n");
    const nft = [{ name: "inet mine", takes: ["input", "forward"] }];
    const found = guard(
      inputOf({ ...inactive, rules: rulesFact({ legacyTables: ["filter"], other4: other, nft }) }),
    );
    expect(found.map(({ id }) => id)).toEqual([
      ...["firewall.ssh-partly-shut", "firewall.mixed-tables", "firewall.nftables"],
    ]);
    expect(found[2]?.message).toContain("inet mine (input)");
    expect(
      ids(inputOf({ ...inactive, rules: rulesFact({ legacyTables: ["filter"], other4: empty }) })),
    ).toEqual([]);
    expect(ids(inputOf({ ...inactive, rules: rulesFact({ legacyTables: ["filter"] }) }))).toEqual([
      "warn firewall.mixed-tables",
    ]);
  });

  test("jumps that ufw doesn't set again", () => {
    const chains = tables(
      "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:ufw-before-logging-input - [0:0]\nCOMMIT\n",
    );
    expect(blocks(inputOf({ ...inactive, rules: rulesFact({ v4: chains }) }))).toEqual([
      "firewall.jumps-lost",
    ]);
  });

  test("who listens and is connected where it will be closed; once closed, silence", () => {
    const sockets = present({
      listeners: [
        { protocol: "tcp" as const, address: "*", port: 9999, process: "python3" },
        { protocol: "tcp" as const, address: "0.0.0.0", port: 80 },
        { protocol: "udp" as const, address: "0.0.0.0", port: 68 },
        { protocol: "tcp" as const, address: "0.0.0.0", port: 8080, process: "docker-proxy" },
      ],
      connected: [
        { port: 5432, peer: "192.0.2.7", local: "192.0.2.2", count: 2 },
        { port: 5432, peer: "10.1.1.1", local: "192.0.2.2", count: 1 },
      ],
    });
    const found = guard(inputOf({ ...inactive, sockets }, section));
    expect(found.map(({ message }) => message)).toEqual([
      "Something listens on ports that no rule opens, and they will be closed to the outside: 9999/tcp (python3).",
      "Connections that are open now live on, but could not be made again: 2 from 192.0.2.7 to port 5432.",
    ]);
    expect(ids(converged({ ...inactive, sockets }))).toEqual([]);
  });

  test("who takes in packets of protocols without ports that will be dropped; where a rule lets them in, silence", () => {
    const raw = [
      { protocol: 112, address: "0.0.0.0", process: "keepalived" },
      { protocol: 112, address: "0.0.0.0", process: "keepalived" },
      { protocol: 253, address: "::" },
      ...[1, 6, 17, 58, 255].map((protocol) => ({ protocol, address: "0.0.0.0" })),
    ];
    const sockets = present({ listeners: [], raw, connected: [] });
    const told = (facts: FirewallFacts) =>
      guard(inputOf({ ...facts, sockets }, section)).map(({ id, message }) => [id, message]);
    expect(told(inactive)).toEqual([
      ["firewall.closing-protocols", expect.stringContaining(": vrrp (keepalived), protocol 253.")],
    ]);
    const before = fixture("before.rules").toString();
    const letIn = before.replace(/^COMMIT/m, "-A ufw-before-input -p 112 -j ACCEPT\nCOMMIT");
    expect(told({ ...inactive, before4: fileFact(letIn) })).toEqual([
      ["firewall.other-rules", expect.anything()],
      ["firewall.closing-protocols", expect.stringContaining(": protocol 253.")],
    ]);
    expect(ids(converged({ ...inactive, sockets }))).toEqual([]);
  });

  test("all that closes is named, ports in a row as one", () => {
    const ports = [
      ...Array.from({ length: 11 }, (_, index) => 9011 - index),
      6379,
      1,
      3,
      5,
      7,
      9,
      11,
      13,
      15,
    ];
    const listeners = ports.map((port) => ({ protocol: "tcp" as const, address: "*", port }));
    const sockets = present({ listeners, connected: [] });
    expect(guard(inputOf({ ...inactive, sockets })).map(({ message }) => message)).toEqual([
      expect.stringMatching(/: 1\/tcp, .*, 15\/tcp, 6379\/tcp, 9001-9011\/tcp\.$/),
    ]);
  });

  test("a port that closes in one family only names it", () => {
    const sshd = { protocol: "tcp", port: 22, process: "sshd" } as const;
    const listeners = [
      { ...sshd, address: "0.0.0.0" },
      { ...sshd, address: "::" },
      { protocol: "udp" as const, address: "::", port: 7 },
    ];
    const sockets = present({ listeners, connected: [] });
    const warnings = (callers: string[], facts = inactive) =>
      guard(inputOf({ ...facts, sockets }, {}, accessOf({ callers }))).map(({ message }) => message);
    const closed = "Something listens on ports that no rule opens, and they will be closed to the outside";
    expect(warnings(["0.0.0.0/0"])).toEqual([`${closed}: 22/tcp (sshd) over IPv6, 7/udp.`]);
    expect(warnings(["::/0"])).toEqual([`${closed}: 22/tcp (sshd) over IPv4, 7/udp.`]);
    expect(warnings(["0.0.0.0/0", "::/0"])).toEqual([`${closed}: 7/udp.`]);
    const noIpv6 = { ...inactive, rules: rulesFact({ ipv6: false }) };
    expect(warnings(["0.0.0.0/0"], noIpv6)).toEqual([`${closed}: 7/udp.`]);
  });
});

describe("checks", () => {
  test("all pass on a converged host; an inactive one fails what it must", () => {
    const { "firewall.published": published, "firewall.forward": forward, ...others } = verdicts(converged());
    expect([published, forward]).toEqual(["not applicable", "not applicable"]);
    expect(new Set(Object.values(others))).toEqual(new Set(["pass"]));
    const wrong = verdicts(inputOf(inactive, { ...section, defaultOutgoing: "deny" }));
    expect(wrong["firewall.enabled"]).toBe("fail");
    expect(wrong["firewall.default-incoming-ipv4"]).toBe("fail");
    expect(wrong["firewall.default-incoming-ipv6"]).toBe("fail");
    expect(wrong["firewall.default-outgoing"]).toBe("fail");
  });

  test("kernel without one of the rules", () => {
    const done = converged();
    const cut = (pattern: RegExp) => {
      const rules = (done.facts.rules as ReturnType<typeof rulesFact> & { value: { v4: never } }).value;
      const chains = new Map(
        [
          ...(rules.v4 as ReadonlyMap<string, ReadonlyMap<string, { rules: { text: string }[] }>>).get(
            "filter",
          )!,
        ].map(([name, chain]) => [
          name,
          { ...chain, rules: chain.rules.filter(({ text }) => !pattern.test(text)) },
        ]),
      );
      const v4 = new Map([["filter", chains]]) as never;
      return but(done, { facts: { ...done.facts, rules: rulesFact({ ...rules, v4 }) } });
    };
    expect(verdicts(cut(/--dport 80 /))["firewall.rules"]).toBe("fail");
    expect(verdicts(cut(/--dport 22 /))["firewall.ssh-open"]).toBe("fail");
    expect(verdicts(cut(/-i lo/))["firewall.loopback"]).toBe("fail");
    expect(verdicts(cut(/-j ufw-user-input/))["firewall.enabled"]).toBe("fail");
  });

  test("files that would bring something else at boot", () => {
    const off = edit(converged(), "conf", (text) => text.replace("ENABLED=yes", "ENABLED=no"));
    expect(verdicts(off)["firewall.enabled"]).toBe("until the next boot");
    const lost = edit(converged(), "user4", () => fixture("pristine.user.rules").toString());
    expect(verdicts(lost)["firewall.ssh-open"]).toBe("until the next boot");
    expect(verdicts(lost)["firewall.rules"]).toBe("until the next boot");
  });

  test("ufw that is off, beside another that loads rules: of the next boot nothing is claimed", () => {
    const off = edit(converged(), "conf", (text) => text.replace("ENABLED=yes", "ENABLED=no"));
    const found = (input: FirewallInput) =>
      checks.find(({ id }) => id === "firewall.other-rules")!.test(input).found;
    expect(found(off)).toBe("nothing else; but ENABLED is not yes in /etc/ufw/ufw.conf");
    const enabled = present({ enabled: "enabled", active: true, state: "active", mainPid: 1 });
    const facts = { ...off.facts, persistent: enabled } as FirewallFacts;
    expect(found(but(off, { facts }))).toBe(
      "nothing else; but ENABLED is not yes in /etc/ufw/ufw.conf, and what netfilter-persistent.service loads at the next boot is not known",
    );
  });

  test("another firewall that is active fails", () => {
    const done = converged();
    const active = present({ enabled: "enabled", active: true, state: "active", mainPid: 1 });
    const facts = { ...done.facts, nftables: active } as FirewallFacts;
    expect(verdicts(but(done, { facts }))["firewall.only-ufw"]).toBe("fail");
  });
});

describe("the profile's values", () => {
  const network4 = fc
    .tuple(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 32 }))
    .map(([bytes, prefix]) => {
      const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
      const masked = (value >> BigInt(32 - prefix)) << BigInt(32 - prefix);
      return `${[24n, 16n, 8n, 0n].map((shift) => (masked >> shift) & 255n).join(".")}/${prefix}`;
    });
  const hostile = fc.constantFrom(
    "'",
    '"',
    "\n",
    "\r",
    " comment=",
    "### tuple ###",
    "$(id)",
    "`",
    "\u0000",
    "%0A",
    "COMMIT",
    "-j ACCEPT",
    "\\",
    "é",
    "\u2028",
  );
  const text = fc.array(fc.oneof(fc.string(), hostile), { maxLength: 6 }).map((parts) => parts.join(""));

  const plain = fc.constantFrom(
    "x comment=41",
    "### tuple ### allow any any",
    "COMMIT",
    "-j ACCEPT",
    "é # %20",
  );

  test("no value can become another rule: refused, or one tuple with its own lines", {
    timeout: 60_000,
  }, () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.record({
          port: fc.oneof(
            { weight: 4, arbitrary: fc.integer({ min: 1, max: 65535 }) },
            fc.constantFrom("1:2", "1-2"),
            text,
          ),
          protocol: fc.constantFrom("tcp", "udp", "any"),
          from: fc.option(fc.oneof({ weight: 4, arbitrary: network4 }, text), { nil: undefined }),
          comment: fc.option(fc.oneof(text, plain), { nil: undefined }),
        }),
        (rule) => {
          const parsed = schema.safeParse({ rules: [JSON.parse(JSON.stringify(rule))] });
          if (!parsed.success) return;
          taken += 1;
          const input = but(inputOf(inactive), { params: parsed.data });
          const claims = desired(input);
          for (const path of ["/etc/ufw/user.rules", "/etc/ufw/user6.rules"]) {
            const lines = textOf(claims, path).split("\n");
            const tuples = lines.filter((line) => line.startsWith("### tuple ###"));
            expect(tuples.length).toBeLessThanOrEqual(2);
            for (const line of tuples)
              expect(line).toMatch(
                /^### tuple ### allow (tcp|udp|any) \d+(:\d+)? \S+ any [0-9a-f.:/]+ in comment=([0-9a-f]{2})+$/,
              );
            const rules = lines.filter((line) => /^-A ufw6?-user-input /.test(line));
            expect(rules.length).toBeLessThanOrEqual(3);
            for (const line of rules)
              expect(line).toMatch(
                /^-A ufw6?-user-input -p (tcp|udp) (--dport \d+|-m multiport --dports \d+:\d+)( -s [0-9a-f.:/]+)? -j ACCEPT$/,
              );
            expect(lines.filter((line) => line === "COMMIT")).toHaveLength(1);
          }
        },
      ),
      { seed: 20251, numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test.each([
    [{ port: "10:5" }],
    [{ port: "0:5" }],
    [{ port: "5:70000" }],
    [{ port: "1:2", protocol: "any" }],
    [{ port: [80, "1:2"], protocol: "any" }],
    [{ port: [] }],
    [{ port: 80, from: [] }],
    [{ port: 0 }],
    [{ port: 22, from: "10.0.0.1/8" }],
    [{ port: 22, comment: "it's" }],
    [{ port: 22, prot: "tcp" }],
  ])("refused: %j", (rule) => {
    expect(schema.safeParse({ rules: [rule] }).success).toBe(false);
  });

  test("one rule for several ports and sources is a rule for each, with its comment", () => {
    const rule = {
      port: [22, 80, "6000-6010"],
      from: ["10.1.2.3", "10.0.0.0/8", "2001:db8::1"],
      comment: "x",
    };
    const claims = desired(inputOf(inactive, { rules: [rule, { port: [22, 81], comment: "in" }] }));
    const tuples = (path: string) =>
      [...textOf(claims, path).matchAll(/^### tuple ### allow (\S+ \S+ \S+ any \S+) in comment=(\S+)/gm)].map(
        ([, words, hex]) => `${words} ${Buffer.from(hex!, "hex")}`,
      );
    const each4 = (port: string) => [
      `tcp ${port} 0.0.0.0/0 any 10.1.2.3 harden: x`,
      `tcp ${port} 0.0.0.0/0 any 10.0.0.0/8 harden: x`,
    ];
    expect(tuples("/etc/ufw/user.rules")).toEqual([
      "tcp 22 0.0.0.0/0 any 0.0.0.0/0 harden: in",
      ...[...each4("22"), ...each4("80"), ...each4("6000:6010")],
      "tcp 81 0.0.0.0/0 any 0.0.0.0/0 harden: in",
    ]);
    expect(tuples("/etc/ufw/user6.rules")).toEqual([
      "tcp 22 ::/0 any ::/0 harden: in",
      ...["22", "80", "6000:6010"].map((port) => `tcp ${port} ::/0 any 2001:db8::1 harden: x`),
      "tcp 81 ::/0 any ::/0 harden: in",
    ]);
  });

  test("access.from narrows ssh, also where the profile has a rule for its port", () => {
    const access = accessOf({ ports: [2222], callers: ["10.0.0.0/8", "fd00::/8"] });
    const input = inputOf(
      inactive,
      {
        rules: [
          { port: 2222, comment: "ssh" },
          { port: 2222, comment: "again" },
        ],
      },
      access,
    );
    const tuples = textOf(desired(input), "/etc/ufw/user.rules").match(/^### tuple.*/gm);
    expect(tuples).toEqual([
      `### tuple ### allow tcp 2222 0.0.0.0/0 any 10.0.0.0/8 in comment=${Buffer.from("harden: ssh").toString("hex")}`,
    ]);
  });
});
