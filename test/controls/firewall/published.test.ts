import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checks } from "../../../src/controls/firewall/checks.ts";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import type { FirewallFacts } from "../../../src/controls/firewall/probes.ts";
import { paths } from "../../../src/controls/firewall/probes.ts";
import { chainLines } from "../../../src/controls/firewall/published/chains.ts";
import { bootUnitOf, unitOf } from "../facts.ts";
import { applied, but, inactive, inputOf, inserted, routesFact, rulesFact } from "./host.ts";

fc.configureGlobal({ seed: 831610384 });

const section = { rules: [{ port: 80 }, { port: 443, from: "10.0.0.0/8" }] };

const docker = {
  docker: unitOf("enabled", "active"),
  dockerBoot: bootUnitOf("docker.service", "multi-user.target"),
} as Partial<FirewallFacts>;

/** What Docker adds for a container on a bridge, published on a port. */
const publishing = (port: number, bridge = "docker0", address = "172.17.0.2") =>
  [
    ["nat", "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER"],
    [
      "nat",
      `-A DOCKER ! -i ${bridge} -p tcp -m tcp --dport ${port} -j DNAT --to-destination ${address}:5432`,
    ],
    ["filter", "-A FORWARD -j DOCKER-USER"],
    ["filter", `-A FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`],
    ["filter", `-A FORWARD -o ${bridge} -j DOCKER`],
    ["filter", `-A DOCKER -d ${address}/32 ! -i ${bridge} -o ${bridge} -p tcp -m tcp --dport 5432 -j ACCEPT`],
    ["filter", "-A DOCKER-USER -j RETURN"],
  ] as const;

const routes = routesFact(
  "route unicast 0.0.0.0/0 eth0",
  "route unicast 172.17.0.0/16 docker0",
  "route unicast 172.18.0.0/16 shop0",
);

const host = (
  more: object = {},
  rules: readonly (readonly [string, string])[] = publishing(5432),
  params: object = section,
) => {
  const ufw = inputOf(inactive, params);
  const on = rules.reduce((input, [table, line]) => inserted(input, table, line), applied(ufw, desired(ufw)));
  return but(on, { facts: { ...on.facts, routes, ...docker, ...more } as FirewallFacts });
};

const converged = (input = host()) => applied(input, desired(input));
const check = (input: FirewallInput, id = "firewall.published") =>
  checks.find((each) => each.id === id)!.test(input);
const claims = (input: FirewallInput) => desired(input).map(({ resource }) => resource);
const load = (input: FirewallInput) =>
  claims(input).flatMap((each) => (each.kind === "published" ? [each.operation] : []));
const script = (input: FirewallInput) =>
  claims(input).flatMap((each) =>
    each.kind === "file" && each.path === paths.publishedScript ? [String(each.content)] : [],
  )[0];
const found = (input: FirewallInput, id: string) =>
  guard(input).flatMap((each) => (each.id === `firewall.${id}` ? [each.message] : []));
const open = "5432/tcp from anywhere, published by Docker to 172.17.0.2:5432 (IPv4)";

describe("what containers publish", () => {
  test("is closed unless a rule names it, by the port that it was sent to", () => {
    expect(script(host())).toContain(
      [
        ":harden-published - [0:0]",
        ":harden-published-in - [0:0]",
        "-A harden-published -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
        "-A harden-published -i docker0 -j RETURN",
        "-A harden-published -i docker_gwbridge -j RETURN",
        "-A harden-published -i br-+ -j RETURN",
        "-A harden-published -j harden-published-in",
        "-A harden-published-in -p tcp -m conntrack --ctstate DNAT --ctorigdstport 22 --ctdir ORIGINAL -j RETURN",
        "-A harden-published-in -p tcp -m conntrack --ctstate DNAT --ctorigdstport 80 --ctdir ORIGINAL -j RETURN",
        "-A harden-published-in -s 10.0.0.0/8 -p tcp -m conntrack --ctstate DNAT --ctorigdstport 443 --ctdir ORIGINAL -j RETURN",
        "-A harden-published-in -o docker0 -j DROP",
        "-A harden-published-in -o docker_gwbridge -j DROP",
        "-A harden-published-in -o br-+ -j DROP",
        "COMMIT",
      ].join("\n"),
    );
    expect(found(host(), "closing-published").join()).toContain(open);
    expect(found(host(), "other-rules")).toEqual([]);
    expect(check(host())).toMatchObject({ verdict: "fail" });
    const done = converged();
    expect(check(done)).toMatchObject({ verdict: "pass" });
    expect(check(done, "firewall.other-rules")).toMatchObject({ verdict: "pass" });
    expect(load(done)).toEqual(["none"]);
    expect(found(done, "closing-published")).toEqual([]);
  });

  test("named by a rule it stays, and is none of what the profile doesn't name", () => {
    const input = host({}, publishing(80));
    expect(found(input, "closing-published")).toEqual([]);
    expect(check(converged(input))).toMatchObject({ verdict: "pass" });
    expect(check(converged(input), "firewall.other-rules")).toMatchObject({ verdict: "pass" });
    const some = host({}, publishing(443));
    expect(found(some, "closing-published").join()).toContain("443/tcp from anywhere but 10.0.0.0/8");
  });

  test("on a bridge with a name of its own, too; one of the host's that is named alike is outside", () => {
    const shop = host({}, publishing(5432, "shop0", "172.18.0.2"));
    const lan = rulesFact({ ...rulesOf(shop), links: ["lo", "eth0", "br-lan", "br-0123456789ab", "shop0"] });
    const input = but(shop, { facts: { ...shop.facts, rules: lan } });
    const text = script(input);
    expect(text).toContain("-A harden-published -i shop0 -j RETURN");
    expect(text).toContain("-A harden-published-in -o shop0 -j DROP");
    expect(text).toContain("-A harden-published -i br-lan -g harden-published-in");
    expect(text).toContain("-A harden-published-in -o br-lan -j RETURN");
    expect(text).not.toContain("br-0123456789ab");
    expect(check(converged(input))).toMatchObject({ verdict: "pass" });
    const without = inserted(converged(input), "filter", "-I DOCKER-USER -i br-lan -j ACCEPT");
    expect(check(without)).toMatchObject({ verdict: "fail", found: expect.stringContaining("over br-lan") });
  });

  test("rules that are gone, changed or no longer led to are drift; what lets in before them is somebody's", () => {
    const gone = (change: (chains: Map<string, { rules: readonly unknown[] }>) => void) => {
      const done = converged();
      const chains = new Map(rulesOf(done).v4.get("filter") as never as Map<string, { rules: [] }>);
      change(chains);
      const rules = rulesFact({
        ...rulesOf(done),
        v4: new Map([...rulesOf(done).v4, ["filter", chains as never]]),
      });
      return but(done, { facts: { ...done.facts, rules } });
    };
    const bare = gone((chains) => chains.delete("harden-published-in"));
    expect(check(bare)).toMatchObject({ verdict: "fail", found: expect.stringContaining("is not there") });
    expect(load(bare)).toEqual(["load"]);
    const astray = gone((chains) => chains.set("DOCKER-USER", { rules: [] }));
    expect(check(astray).found).toContain("DOCKER-USER of IPv4 doesn't lead to harden-published");
    expect(load(astray)).toEqual(["load"]);
    const more = inserted(converged(), "filter", "-A harden-published-in -p tcp -j RETURN");
    expect(check(more)).toMatchObject({ verdict: "fail", found: expect.stringContaining("differs") });
    const before = inserted(converged(), "filter", "-I DOCKER-USER -p tcp -j ACCEPT");
    expect(check(before)).toMatchObject({ verdict: "fail", role: "audit" });
    expect(load(before)).toEqual(["none"]);
  });

  test.each([
    "-I DOCKER-USER -d 172.17.0.0/16 -j ACCEPT",
    "-I FORWARD -d 172.17.0.2/32 -p tcp -m tcp --dport 5432 -j ACCEPT",
    "-I FORWARD -o docker0 -j ACCEPT",
    "-I FORWARD -i eth0 -j ACCEPT",
  ])("%s lets whoever has a route come to containers, published or not", (line) => {
    const nothing = host({}, publishing(5432).slice(2));
    const done = converged(nothing);
    expect(check(done)).toMatchObject({ verdict: "pass" });
    expect(check(inserted(done, "filter", line))).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: expect.stringContaining(`own addresses: tcp by "${line.replace("-I", "-A")}" (IPv4)`),
    });
  });

  test.each([
    "-I DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "-I DOCKER-USER -i docker0 -j ACCEPT",
    "-I FORWARD -o eth0 -j ACCEPT",
    "-I DOCKER-USER -p icmp -j ACCEPT",
    "-A DOCKER-USER -d 172.17.0.0/16 -j ACCEPT",
  ])("%s lets nobody new come to them", (line) => {
    expect(check(inserted(converged(), "filter", line))).toMatchObject({ verdict: "pass" });
  });

  test("counts until the next boot where Docker's start would not bring it back", () => {
    const done = converged();
    const with_ = (more: object) => check(but(done, { facts: { ...done.facts, ...more } as FirewallFacts }));
    expect(with_({ publishedDropIn: { state: "absent" } })).toMatchObject({
      verdict: "until the next boot",
      found: expect.stringContaining(paths.publishedDropIn),
    });
    expect(with_({ publishedScript: { state: "absent" } }).verdict).toBe("until the next boot");
    const dropIn = {
      path: "/etc/systemd/system/docker.service.d/x.conf",
      lines: ["[Service]", "ExecStartPre="],
    };
    const theirs = bootUnitOf("docker.service", "multi-user.target", {
      dropIns: [{ ...dropIn, packaged: false, masks: false }],
    });
    expect(with_({ dockerBoot: theirs })).toMatchObject({
      verdict: "until the next boot",
      found: expect.stringContaining("x.conf:2 ExecStartPre="),
    });
  });

  test("kept, let in by default, or without Docker: nothing of ours, and what there was goes", () => {
    const kept = but(host(), { params: { ...host().params, published: "keep" } });
    expect(load(kept)).toEqual([]);
    expect(check(kept).verdict).toBe("not applicable");
    expect(found(kept, "other-rules").join()).toContain(open);
    const done = converged();
    const after = but(done, { params: { ...done.params, published: "keep" } });
    expect(load(after)).toEqual(["drop"]);
    expect(claims(after)).toContainEqual(
      expect.objectContaining({ path: paths.publishedScript, content: "absent" }),
    );
    expect(load(but(host(), { params: { ...host().params, defaultIncoming: "allow" } }))).toEqual([]);
    expect(load(host({ docker: { state: "absent" } }))).toEqual([]);
  });

  test("a Docker that could not be asked about is not gone: what there is stays, and nothing is made", () => {
    const unread = { docker: { state: "unknown", why: "systemd did not answer" } };
    const with_ = (before: FirewallInput) =>
      but(before, { facts: { ...before.facts, ...unread } as FirewallFacts });
    for (const input of [host(), converged()].map(with_)) {
      expect(claims(input).filter((each) => each.kind === "published" || isOfDocker(each))).toEqual([]);
      expect(check(input)).toMatchObject({ verdict: "error", found: "systemd did not answer" });
      expect(found(input, "published-unread").join()).toContain("systemd did not answer");
    }
    const kept = but(converged(), { params: { ...host().params, published: "keep" } });
    expect(load(with_(kept))).toEqual(["drop"]);
  });

  test("an engine without chains in iptables is told, and nothing is loaded", () => {
    const input = host({}, []);
    expect(load(input)).toEqual([]);
    expect(found(input, "published-not-held").join()).toContain("Docker runs and has no rules in iptables");
    expect(check(input)).toMatchObject({ verdict: "not applicable" });
    expect(load(host({ docker: unitOf("disabled", "inactive") }, []))).toEqual(["load"]);
  });

  describe("while the engine doesn't run", () => {
    const stopped = { docker: unitOf("disabled", "inactive") } as Partial<FirewallFacts>;
    const shop = converged(host({}, publishing(5432, "shop0", "172.18.0.2")));
    const ufw = inputOf(inactive, section);
    /** After a boot that has not started it. */
    const booted = but(shop, {
      facts: { ...shop.facts, ...stopped, rules: applied(ufw, desired(ufw)).facts.rules },
    });

    test("its networks are known by the script of ours, and none of them is let go", () => {
      expect(script(booted)).toBe(script(shop));
      expect(script(booted)).toContain("-A harden-published-in -o shop0 -j DROP");
    });

    test("a kernel without the chains is as it should be where its start brings them", () => {
      expect(check(booted)).toMatchObject({ verdict: "pass" });
      expect(load(booted)).toEqual(["none"]);
      for (const key of ["publishedDropIn", "publishedScript"]) {
        const without = but(booted, {
          facts: { ...booted.facts, [key]: { state: "absent" } } as FirewallFacts,
        });
        expect(check(without), key).toMatchObject({ verdict: "fail" });
        expect(load(without), key).toEqual(["load"]);
      }
    });
  });

  test("an engine that doesn't ask is never green, whatever our chains say, and emptied rules take no file away", () => {
    const done = converged();
    const chains = new Map(rulesOf(done).v4.get("filter") as never as Map<string, { rules: [] }>);
    const with_ = (filter: ReadonlyMap<string, { rules: [] }>) => {
      const v4 = new Map([...rulesOf(done).v4, ["filter", filter as never]]);
      return but(done, { facts: { ...done.facts, rules: rulesFact({ ...rulesOf(done), v4 }) } });
    };
    const unasked = with_(new Map([...chains, ["FORWARD", { rules: [] }]]));
    expect(check(unasked)).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: expect.stringContaining("does not ask DOCKER-USER for IPv4"),
    });
    const emptied = with_(new Map());
    expect(check(emptied).verdict).toBe("not applicable");
    expect(claims(emptied).filter((each) => each.kind === "published" || isOfDocker(each))).toEqual([]);
  });

  test("no string of a profile or of a host is ever a second rule or word", () => {
    const name = fc.string({ minLength: 1, maxLength: 20 });
    const port = fc.oneof(fc.integer({ min: 1, max: 65_535 }).map(String), fc.constant("6000:6010"));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 3 }), port, (links, port) => {
        const shop = host({}, publishing(5432));
        const rules = rulesFact({ ...rulesOf(shop), links: ["lo", ...links.map((each) => `br-${each}`)] });
        const input = but(shop, { facts: { ...shop.facts, rules } });
        const text = script(input) ?? "";
        for (const line of text.split("\n").filter((each) => each.startsWith("-A ")))
          expect(line).toMatch(/^-A harden-published(-in)?( -[a-z] [\w.@:+/-]+| --?[a-z]+ [\w.,:/]+)+$/);
        const allow = { family: 4, port, protocol: "any", from: "0.0.0.0/0", comment: "x" } as const;
        const lines = chainLines({ family: 4, policy: "reject", allows: [allow], bridges: [], alike: [] });
        expect(lines.filter((line) => line.includes(`--ctorigdstport ${port} `))).toHaveLength(2);
        expect(lines.filter((line) => line.endsWith("-j REJECT"))).toHaveLength(3);
      }),
      { numRuns: 30 },
    );
  });
});

const isOfDocker = (resource: { kind: string; path?: string }) =>
  resource.kind === "file" && /docker/.test(resource.path ?? "");

function rulesOf({ facts }: FirewallInput) {
  if (facts.rules.state !== "present") throw new Error("no rules");
  return facts.rules.value as typeof facts.rules.value & { v4: NonNullable<typeof facts.rules.value.v4> };
}
