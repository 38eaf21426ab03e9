import { describe, expect, it } from "vitest";
import { checks } from "../../../src/controls/firewall/checks.ts";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import { type NextRules, nextRules } from "../../../src/facts/next-rules.ts";
import { absent, notLooked, present, readFact, unknown, valueOr } from "../../../src/facts/probe.ts";
import type { RulesFact } from "../../../src/facts/rules.ts";
import { bootUnitOf } from "../facts.ts";
import { applied, but, inactive, inputOf, tables } from "./host.ts";

const params = { rules: [{ port: 80 }] };
const boot = bootUnitOf("ufw.service", "multi-user.target");
const ready = inputOf({ ...inactive, boot }, params);
const done = applied(ready, desired(ready));
const live = valueOr(done.facts.rules, undefined) as RulesFact;

const withNext = (next: Partial<NextRules>, facts: Partial<FirewallInput["facts"]> = {}): FirewallInput =>
  but(done, {
    facts: { ...done.facts, ...facts, next: present({ other: [], failed: [], rules: live, ...next }) },
  });
const result = (input: FirewallInput, id: string) =>
  checks.find((each) => each.id === `firewall.${id}`)!.test(input);
const bad = (input: FirewallInput) =>
  Object.fromEntries(
    checks.flatMap(({ id, test }) => {
      const { verdict } = test(input);
      return verdict === "pass" || verdict === "not applicable"
        ? []
        : [[id.replace("firewall.", ""), verdict]];
    }),
  );
const ids = (input: FirewallInput) => guard(input).map(({ id, level }) => `${level} ${id}`);

/** The rules without those of IPv4's filter table that match. */
const without = (pattern: RegExp): RulesFact => {
  const chains = [...live.v4!.get("filter")!].map(
    ([name, chain]) =>
      [name, { ...chain, rules: chain.rules.filter(({ text }) => !pattern.test(text)) }] as const,
  );
  return { ...live, v4: new Map([["filter", new Map(chains)]]) };
};
const toldByAll = {
  enabled: "until the next boot",
  "default-incoming-ipv4": "until the next boot",
  "default-incoming-ipv6": "until the next boot",
  "default-outgoing": "until the next boot",
  "ssh-open": "until the next boot",
  rules: "until the next boot",
  loopback: "until the next boot",
  replies: "until the next boot",
  "other-rules": "until the next boot",
};

describe("the firewall of the next boot", () => {
  it("says of ufw that is off once that it loads nothing, and not that nobody knows", () => {
    const { rules: _, ...none } = { other: [], failed: [], rules: live };
    const conf = present({ ...valueOr(done.facts.conf, undefined)!, content: Buffer.from("ENABLED=no\n") });
    const off = but(done, { facts: { ...done.facts, conf, next: present(none) } });
    const { parts = [] } = result(off, "other-rules");
    expect(parts.map(({ found }) => found)).toEqual(["ENABLED is not yes in /etc/ufw/ufw.conf"]);
  });

  it("passes where ufw loads what the kernel has", () => {
    expect(bad(withNext({}))).toEqual({});
    expect(ids(withNext({}))).toEqual([]);
  });

  it("fails where the way in will surely be shut, and tells of the rest", () => {
    expect(bad(withNext({ rules: without(/--dport 22 /) }))).toEqual({ "ssh-open": "fail" });
    expect(bad(withNext({ rules: without(/-[io] lo/) }))).toEqual({ loopback: "until the next boot" });
    expect(bad(withNext({ rules: without(/^-A ufw-before-input .*RELATED,ESTABLISHED/) }))).toEqual({
      replies: "until the next boot",
    });
    const denying = inputOf({ ...inactive, boot }, { ...params, defaultOutgoing: "deny" });
    const denied = applied(denying, desired(denying));
    const mute = valueOr(denied.facts.rules, undefined)!.v4!.get("filter")!;
    const output = { policy: "DROP", rules: [] };
    const shut = { ...live, v4: new Map([["filter", new Map([...mute, ["OUTPUT", output]])]]) };
    const next = present({ other: [], failed: [], rules: shut });
    expect(bad(but(denied, { facts: { ...denied.facts, next } }))).toMatchObject({ "ssh-open": "fail" });
    expect(bad(withNext({ rules: without(/--dport 80 /) }))).toEqual({ rules: "until the next boot" });
    const open = { ...live, v4: tables("*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n") };
    expect(bad(withNext({ rules: open }))).toEqual({
      enabled: "until the next boot",
      "default-incoming-ipv4": "until the next boot",
    });
  });

  it("names what could not be loaded", () => {
    const next = withNext({ rules: without(/-[io] lo/), failed: ["/etc/ufw/before.rules: line 7 failed"] });
    expect(bad(next)).toMatchObject({ enabled: "until the next boot", loopback: "until the next boot" });
    expect(result(next, "loopback").found).toContain("(ufw can't load /etc/ufw/before.rules: line 7 failed)");
    expect(ids(next)).toEqual(["warn firewall.unloadable"]);
    expect(bad(withNext({ failed: ["/etc/ufw/after.rules: line 3 failed"] }))).toEqual({
      enabled: "until the next boot",
    });
    const reloading = but(next, { params: { ...next.params, defaultIncoming: "reject" as const } });
    expect(ids(reloading)).toContain("block firewall.unloadable");
    const loading = (failed: string) => {
      const other = withNext({ failed: [`${failed}: line 7 failed`] });
      return ids(but(other, { params: { ...other.params, rules: [{ port: 81, protocol: "tcp" }] } }));
    };
    expect(loading("/etc/ufw/before.rules")).toContain("warn firewall.unloadable");
    expect(loading("/etc/ufw/user.rules")).toContain("block firewall.unloadable");
  });

  it.each([
    ["another program decides", withNext({ other: ["/etc/ufw/after.init is executable"] }), "after.init"],
    [
      "the unit is somebody's",
      withNext({}, { boot: bootUnitOf("ufw.service", "multi-user.target", { needsReload: true }) }),
      "daemon-reload",
    ],
    [
      "it could not be tried out",
      but(done, { facts: { ...done.facts, next: unknown("no unshare") } }),
      "no unshare",
    ],
  ])("is never green where %s", (_why, input, says) => {
    expect(bad(input)).toEqual(toldByAll);
    expect(result(input, "enabled").found).toContain(`of the next boot not known: `);
    expect(result(input, "enabled").found).toContain(says);
    expect(ids(input)).toEqual(["warn firewall.next-boot-unknown"]);
  });

  it("is none where the unit isn't enabled, which the plan mends", () => {
    const disabled = withNext({}, { boot: bootUnitOf("ufw.service", "multi-user.target", { wantedBy: [] }) });
    expect(bad(disabled)).toEqual(toldByAll);
    expect(result(disabled, "enabled").found).toBe("it does; but ufw.service is not enabled");
    expect(ids(disabled)).toEqual([]);
  });

  it("is none without a unit", () => {
    expect(bad(withNext({}, { service: absent, boot: absent }))).toEqual(toldByAll);
  });

  it("is not looked at by a plan, which says so where there is a firewall to lose", () => {
    const next = readFact(new Map(), nextRules);
    expect(next).toEqual(unknown(notLooked));
    expect(ids(but(done, { facts: { ...done.facts, next } }))).toEqual([
      "note firewall.next-boot-not-looked",
    ]);
    expect(ids(but(ready, { facts: { ...ready.facts, next } }))).not.toContain(
      "note firewall.next-boot-not-looked",
    );
  });
});

describe("what comes in besides the profile, part by part", () => {
  const parts = (input: FirewallInput) => result(input, "other-rules").parts;
  const adding = (rules: RulesFact, line: string): RulesFact => {
    const filter = new Map(rules.v4!.get("filter"));
    const input = filter.get("INPUT")!;
    const [rule] = tables(`*filter\n${line}\nCOMMIT\n`).get("filter")!.get("INPUT")!.rules;
    filter.set("INPUT", { ...input, rules: [rule!, ...input.rules] });
    return { ...rules, v4: new Map([["filter", filter]]) };
  };
  const one = "-A INPUT -p tcp --dport 8080 -j ACCEPT";
  const two = "-A INPUT -p tcp --dport 9090 -j ACCEPT";
  const open = (now: RulesFact, next: Partial<NextRules>) => withNext(next, { rules: present(now) });

  it("each opening is a part of its own, which another can't hide behind", () => {
    const input = open(adding(adding(live, one), two), {});
    expect(parts(input)).toMatchObject([
      { object: "9090/tcp from anywhere (IPv4)", verdict: "fail", found: expect.stringContaining(two) },
      { object: "8080/tcp from anywhere (IPv4)", verdict: "fail", found: expect.stringContaining(one) },
    ]);
  });

  it("what the next boot opens is one more, though something is open now", () => {
    const input = open(adding(live, one), { rules: adding(adding(live, one), two) });
    expect(parts(input)).toMatchObject([
      { object: "8080/tcp from anywhere (IPv4)", verdict: "fail" },
      {
        object: "9090/tcp from anywhere (IPv4)",
        verdict: "until the next boot",
        found: expect.stringContaining("at the next boot 9090/tcp"),
      },
    ]);
  });

  it("that the next boot isn't known is one more, though something is open now", () => {
    const input = open(adding(live, one), { other: ["/etc/ufw/after.init is executable"] });
    expect(parts(input)).toMatchObject([
      { object: "8080/tcp from anywhere (IPv4)", verdict: "fail" },
      { object: "", verdict: "until the next boot", found: expect.stringContaining("after.init") },
    ]);
  });

  it("nothing else is no part", () => {
    expect(parts(withNext({}))).toEqual([]);
  });
});
