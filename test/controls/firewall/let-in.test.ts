import { describe, expect, test } from "vitest";
import { checks } from "../../../src/controls/firewall/checks.ts";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import {
  accessOf,
  applied,
  but,
  fileFact,
  fixture,
  inactive,
  inputOf,
  inserted,
  routesFact,
  rulesFact,
} from "./host.ts";

const section = { rules: [{ port: 80 }, { port: 443, from: "10.0.0.0/8" }] };

const converged = (params: object = section, facts = inactive, access = accessOf()) => {
  const input = inputOf(facts, params, access);
  return applied(input, desired(input));
};

const result = (input: FirewallInput, id: string) => checks.find((each) => each.id === id)!.test(input);
const other = (input: FirewallInput) => result(input, "firewall.other-rules");
const claim = (input: FirewallInput) =>
  desired(input)
    .flatMap(({ resource, reason }) =>
      resource.kind === "firewall" ? [`${resource.operation}: ${reason}`] : [],
    )
    .join();
const blocks = (input: FirewallInput) =>
  guard(input).flatMap(({ id, level, message }) => (level === "block" ? [`${id}: ${message}`] : []));

describe("what is let in besides the profile", () => {
  test("nothing, on a host as the profile wants it", () => {
    expect(other(converged())).toMatchObject({ verdict: "pass", found: "nothing else" });
    expect(claim(converged())).toMatch(/^none/);
  });

  test.each([
    [
      "filter",
      "-I INPUT -j ACCEPT",
      'all ports but the profile\'s, tcp from anywhere by "-A INPUT -j ACCEPT" (IPv4)',
    ],
    ["filter", "-I INPUT -s 0.0.0.0/1 -j ACCEPT", "tcp from 0.0.0.0/1 by"],
    [
      "filter",
      "-A INPUT -p tcp --dport 24:65535 -j ACCEPT",
      "24:79,81:138,140:444,446:65535/tcp from anywhere by",
    ],
    ["filter", "-I INPUT -p tcp --dport 443 -s 10.0.0.0/7 -j ACCEPT", "443/tcp from 11.0.0.0/8 by"],
    ["filter", "-I INPUT -p tcp -m multiport --dports 22,23,80 -j ACCEPT", "23/tcp from anywhere by"],
    ["filter", "-I INPUT -p tcp --sport 53 -j ACCEPT", "all ports but the profile's, tcp from anywhere by"],
    ["filter", "-I INPUT -p tcp --dport 23 -m recent --name x --rcheck -j ACCEPT", "23/tcp from anywhere by"],
    ["filter", "-I INPUT -i wg0 -j ACCEPT", "all ports, udp from anywhere over wg0 by"],
    ["filter", "-I INPUT -p gre -j ACCEPT", "all ports, gre from anywhere by"],
    ["filter", "-I INPUT -m conntrack ! --ctstate INVALID -j ACCEPT", "all ports, udp from anywhere by"],
    [
      "filter",
      "-I INPUT -j NFQUEUE --queue-num 1 --queue-bypass",
      "all ports but the profile's, tcp from anywhere by",
    ],
    ["nat", "-A PREROUTING -p tcp --dport 8022 -j REDIRECT --to-ports 22", "8022/tcp from anywhere to 22 by"],
  ])("%s %s", (table, line, found) => {
    const input = inserted(converged(), table, line);
    expect(other(input)).toMatchObject({ verdict: "fail" });
    expect(other(input).found).toContain(found);
    expect(claim(input)).toMatch(/^none/);
    expect(guard(input).map(({ id, level }) => `${level} ${id}`)).toContain("warn firewall.other-rules");
    expect(blocks(input)).toEqual([]);
  });

  test("a colleague's rule by ufw's own words, once for both families", () => {
    const rule = (family: "" | "6") => (text: string) =>
      text.replace(
        "### RULES ###\n",
        `### RULES ###\n\n### tuple ### allow tcp 8080 ${family ? "::/0" : "0.0.0.0/0"} any ${family ? "::/0" : "0.0.0.0/0"} in comment=6d696e65\n-A ufw${family}-user-input -p tcp --dport 8080 -j ACCEPT\n`,
      );
    const user = (name: "pristine.user.rules" | "pristine.user6.rules", family: "" | "6") =>
      fileFact(rule(family)(fixture(name).toString()));
    const facts = {
      ...inactive,
      user4: user("pristine.user.rules", ""),
      user6: user("pristine.user6.rules", "6"),
    };
    const done = converged(section, facts);
    expect(other(done)).toMatchObject({
      verdict: "fail",
      found: `8080/tcp from anywhere by the host's own rule "allow 8080/tcp (mine)"`,
    });
    expect(other(converged({ rules: [...section.rules, { port: 8080 }] }, facts)).verdict).toBe("pass");
  });

  test("a rule of ours that the profile has no more is ours, and the plan mends it", () => {
    const host = converged({ rules: [...section.rules, { port: 8080, protocol: "tcp" }] });
    const { parts } = other(inputOf(host.facts, section));
    expect(parts).toMatchObject([
      {
        found: `8080/tcp from anywhere by harden's own rule "allow 8080/tcp (harden)"`,
        remedy: "See by harden plan what mends it, and apply that.",
      },
    ]);
  });

  test.each([
    ["-I INPUT -s 203.0.113.7 -j DROP"],
    ["-I INPUT -i docker0 -j ACCEPT"],
    ["-I INPUT -p tcp --dport 22 -j ACCEPT"],
    ["-I INPUT -p icmp -j ACCEPT"],
    ["-I INPUT -d 224.0.0.1 -j ACCEPT"],
    ["-I ufw-before-input -p tcp --dport 80 -j ACCEPT"],
    ["-I ufw-before-input -j LOG"],
    ["-I ufw-before-input -s 203.0.113.7 -j DROP"],
  ])("opens nothing: %s", (line) => {
    const input = inserted(converged(), "filter", line);
    expect(other(input).verdict).toBe("pass");
    expect(claim(input)).toMatch(/^none/);
  });

  test("what is banned before isn't let in after", () => {
    const line = "-A INPUT -p tcp --dport 9 -s 203.0.113.0/24 -j ACCEPT";
    const banned = inserted(
      inserted(converged(), "filter", line),
      "raw",
      "-A PREROUTING -s 203.0.113.0/25 -j DROP",
    );
    expect(other(banned).found).toContain("9/tcp from 203.0.113.128/25 by");
    expect(
      other(inserted(banned, "mangle", "-A PREROUTING -s 203.0.0.0/16 -p tcp --dport 1:100 -j DROP")).verdict,
    ).toBe("pass");
  });

  test("everything is let in by wish: no rule is one too many", () => {
    expect(other(converged({ defaultIncoming: "allow" })).verdict).toBe("pass");
  });

  test("what a walk can't go through is never passed", () => {
    const done = converged();
    const with_ = (more: object) => {
      const rules = rulesFact({ ...(done.facts.rules as never as { value: object }).value, ...more });
      return but(done, { facts: { ...done.facts, rules } });
    };
    const nft = { name: "ip docker-bridges", takes: [], unwalked: "its rules say dnat" };
    expect(other(with_({ nft: [nft] }))).toMatchObject({ verdict: "error" });
    expect(other(with_({ legacyTables: ["filter"] }))).toMatchObject({ verdict: "error" });
    const unread = ["ip filter", "inet mine"];
    expect(other(with_({ nftTables: unread })).found).toContain("inet mine was not walked");
    const zone = inserted(done, "raw", "-A PREROUTING -j CT --zone 5");
    expect(other(zone)).toMatchObject({ verdict: "error", found: expect.stringContaining("--zone 5") });
    const dropping = with_({ nft: [{ name: "inet mine", takes: ["input"] }] });
    expect(other(dropping).verdict).toBe("pass");
    expect(result(dropping, "firewall.only-ufw")).toMatchObject({
      verdict: "fail",
      found: "nftables' table inet mine (input), which was not walked",
    });
  });
});

describe("ports that Docker publishes", () => {
  const published = (bind = "") => {
    const lines = [
      ["nat", "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER"],
      [
        "nat",
        `-A DOCKER ${bind} ! -i docker0 -p tcp -m tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:5432`,
      ],
      ["filter", "-A FORWARD -j DOCKER-USER"],
      ["filter", "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"],
      ["filter", "-A FORWARD -o docker0 -j DOCKER"],
      ["filter", "-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 5432 -j ACCEPT"],
      ["filter", "-A DOCKER-USER -j RETURN"],
    ] as const;
    const routes = routesFact("route unicast 0.0.0.0/0 eth0", "route unicast 172.17.0.0/16 docker0");
    const host = lines.reduce((input, [table, line]) => inserted(input, table, line), converged());
    return but(host, { facts: { ...host.facts, routes } });
  };
  const text = "5432/tcp from anywhere, published by Docker to 172.17.0.2:5432 (IPv4)";

  test("open to anybody: named, in the plan and after", () => {
    expect(other(published())).toMatchObject({ verdict: "fail", found: text });
    const found = guard(published()).find(({ id }) => id === "firewall.other-rules");
    expect(found?.message).toContain(text);
    expect(claim(published())).toMatch(/^none/);
  });

  test("on 127.0.0.1, or dropped in DOCKER-USER: not open", () => {
    expect(other(published("-d 127.0.0.1/32")).verdict).toBe("pass");
    const drop = "-I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 5432 --ctdir ORIGINAL -j DROP";
    expect(other(inserted(published(), "filter", drop)).verdict).toBe("pass");
    const other_ = drop.replace("5432", "5433");
    expect(other(inserted(published(), "filter", other_)).verdict).toBe("fail");
    const some = "-I DOCKER-USER ! -s 10.0.0.0/8 -i eth0 -j DROP";
    expect(other(inserted(published(), "filter", some)).found).toContain(
      "5432/tcp from 10.0.0.0/8, published",
    );
  });

  test("named by the profile: wanted", () => {
    const input = published();
    const params = {
      ...input.params,
      rules: [...input.params.rules, { port: 5432, protocol: "tcp" as const }],
    };
    const done = but(input, { params });
    expect(other(applied(done, desired(done))).verdict).toBe("pass");
    expect(blocks(done)).toEqual([]);
  });

  test("sshd's port sent elsewhere is a block", () => {
    const input = inserted(
      published(),
      "nat",
      "-I PREROUTING -p tcp --dport 22 -j DNAT --to-destination 172.17.0.2:5432",
    );
    expect(blocks(input)[0]).toMatch(/^firewall\.ssh-shut: .*(sent to another address|dropped)/);
  });
});

describe("drift in ufw's own chains is mended by a reload", () => {
  test.each([
    ["-I ufw-before-input -j ACCEPT", '"-A ufw-before-input -j ACCEPT" is in none of ufw\'s files'],
    ["-I ufw-before-input -s 0.0.0.0/1 -j ACCEPT", "is in none of ufw's files"],
    ["-A ufw-before-input -p tcp --dport 24:65535 -j ACCEPT", "is in none of ufw's files"],
    ["-I ufw-after-input -p udp --dport 137 -j ACCEPT", "is in none of ufw's files"],
    ["-I ufw-before-input -p tcp --dport 80 -j DROP", "allow 80/tcp (IPv4) is dropped by"],
    ["-I ufw-before-input -j RETURN", '"-A ufw-before-input -j RETURN" is in none of ufw\'s files'],
    ["-I ufw-before-input -i lo -j DROP", "traffic over the loopback interface is dropped by"],
    ["-I ufw-not-local -j DROP", "allow 22/tcp (IPv4) is dropped by"],
    [
      "-I ufw-before-output -m conntrack --ctstate ESTABLISHED -j DROP",
      "every answer to allow 22/tcp (IPv4) is dropped",
    ],
  ])("%s", (line, reason) => {
    const input = inserted(converged(), "filter", line);
    expect(claim(input)).toContain("reload: ");
    expect(claim(input)).toContain(reason);
    expect(claim(applied(input, desired(input)))).toMatch(/^none/);
  });

  test("an own chain that is jumped to from there", () => {
    const input = inserted(
      inserted(converged(), "filter", "-A mine -p tcp --dport 7 -j ACCEPT"),
      "filter",
      "-I ufw-before-input -j mine",
    );
    expect(claim(input)).toContain("reload: ");
  });

  test("denied outgoing traffic that somebody lets out", () => {
    const done = converged({ ...section, defaultOutgoing: "deny" });
    const input = inserted(done, "filter", "-I ufw-before-output -j ACCEPT");
    expect(claim(input)).toMatch(/^reload: .*OUTPUT of IPv4: traffic that no rule names is accepted by/);
    const foreign = inserted(done, "filter", "-I OUTPUT -j ACCEPT");
    expect(claim(foreign)).toMatch(/^none/);
    expect(result(foreign, "firewall.default-outgoing")).toMatchObject({ verdict: "fail", role: "audit" });
  });

  test("where an administrator's script sets rules at each start, a reload would never end it: it is told", () => {
    const script = fileFact("#!/bin/sh\n", "0755");
    const done = converged();
    const input = but(done, { facts: { ...done.facts, afterInit: script } });
    const open = inserted(input, "filter", "-I ufw-before-input -j ACCEPT");
    expect(claim(open)).toMatch(/^none/);
    expect(other(open).verdict).toBe("fail");
  });
});

describe("answers", () => {
  const withoutLine = (chain: string) =>
    fixture("before.rules")
      .toString()
      .replace(new RegExp(`^-A ${chain} .*RELATED,ESTABLISHED.*\n`, "m"), "");

  test.each([
    ["ufw-before-input", {}, "every answer to what the host itself asks others (IPv4)"],
    ["ufw-before-output", { defaultOutgoing: "deny" }, "every answer to allow 22/tcp (IPv4)"],
  ])("before.rules without the line of %s is a block", (chain, params, what) => {
    const input = inputOf({ ...inactive, before4: fileFact(withoutLine(chain)) }, params);
    expect(blocks(input)[0]).toContain(`firewall.answers-shut: ${what} would be dropped by`);
    expect(result(applied(input, desired(input)), "firewall.replies").verdict).toBe("fail");
  });

  test("let in over one interface of two: a block before ufw runs, a warning and an audit after", () => {
    const one = fixture("before.rules")
      .toString()
      .replace("-A ufw-before-input -m conntrack", "-A ufw-before-input -i eth0 -m conntrack");
    const facts = { ...inactive, before4: fileFact(one), rules: rulesFact({ links: ["lo", "eth0", "wg0"] }) };
    expect(blocks(inputOf(facts))[0]).toContain("firewall.answers-shut");
    const running = applied(inputOf(facts), desired(inputOf(facts)));
    expect(blocks(running)).toEqual([]);
    expect(guard(running).map(({ id }) => id)).toEqual(["firewall.answers-partly-shut"]);
    expect(result(running, "firewall.replies")).toMatchObject({ verdict: "fail", role: "audit" });
  });

  test("with everything allowed out, sshd's answers need no line", () => {
    expect(blocks(inputOf({ ...inactive, before4: fileFact(withoutLine("ufw-before-output")) }))).toEqual([]);
  });

  test.each([
    ["raw", "-A PREROUTING -p udp -j DROP"],
    ["mangle", "-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP"],
    ["raw", "-A OUTPUT -p tcp --sport 22 -j DROP"],
    ["mangle", "-A POSTROUTING -p tcp --sport 80 -j DROP"],
  ])("%s %s is a block, and fails", (table, line) => {
    const input = inserted(converged(), table, line);
    expect(blocks(input)[0]).toMatch(/^firewall\.answers-shut/);
    expect(result(input, "firewall.replies").verdict).toBe("fail");
  });

  test.each([
    ["raw", "-A PREROUTING -p tcp --dport 22 -j DROP", "firewall.ssh-shut"],
    ["mangle", "-A INPUT -p tcp --dport 80 -j DROP", "firewall.rule-shut"],
  ])("%s %s shuts what is allowed", (table, line, id) => {
    expect(blocks(inserted(converged(), table, line)).join()).toContain(id);
  });
});

describe("sshd on another port", () => {
  const moved = accessOf({ ports: [2222], callers: ["10.0.0.0/8"] });

  test("our own rule for 22 goes; a colleague's is told, twice", () => {
    const before = converged({}, inactive);
    const input = but(before, { access: { ...moved, now: before.access.now } });
    const user = desired(input).flatMap(({ resource }) =>
      resource.kind === "file" && resource.path === "/etc/ufw/user.rules"
        ? [resource.content.toString()]
        : [],
    )[0];
    expect(user).toContain("--dport 2222 -s 10.0.0.0/8 -j ACCEPT");
    expect(user).not.toContain("--dport 22 ");
    const own = fixture("pristine.user.rules")
      .toString()
      .replace(
        "### RULES ###\n",
        "### RULES ###\n\n### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 OpenSSH - in\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT -m comment --comment 'dapp_OpenSSH'\n",
      );
    const theirs = inputOf({ ...inactive, user4: fileFact(own) }, {}, moved);
    const found = guard(theirs).find(({ id }) => id === "firewall.ssh-rule-stale");
    expect(found).toMatchObject({ level: "warn" });
    expect(found?.message).toContain("ufw delete allow OpenSSH");
    expect(other(applied(theirs, desired(theirs))).found).toContain(
      "22/tcp from anywhere by the host's own rule",
    );
  });

  test("a rule of the profile's for 22 is told; not where somebody else listens there", () => {
    const input = inputOf(inactive, { rules: [{ port: 22 }] }, moved);
    expect(guard(input).map(({ id }) => id)).toEqual(["firewall.ssh-rule-stale"]);
    const git = {
      listeners: [{ protocol: "tcp" as const, address: "*", port: 22, process: "gitea" }],
      connected: [],
    };
    const sockets = { state: "present" as const, value: git };
    expect(
      guard(inputOf({ ...inactive, sockets }, { rules: [{ port: 22 }] }, moved)).map(({ id }) => id),
    ).toEqual([]);
  });
});
