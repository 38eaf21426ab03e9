import { describe, expect, test } from "vitest";
import { problemLines, profileOf } from "./memory.ts";

const waiver = (check: string, more = "until: 2027-01-31") =>
  `waivers:\n  - {check: ${check}, found: x, reason: r, owner: o, ${more}}\n`;
const lines = (text: string) => problemLines({ "p.yaml": text });

describe("a waiver that can't count is a profile that is wrong", () => {
  test.each([
    [
      waiver("firewall.other-rule"),
      "p.yaml:2:13: waivers[0].check: there is no check `firewall.other-rule` (did you mean `firewall.other-rules`?)",
    ],
    [waiver("x"), "p.yaml:2:13: waivers[0].check: there is no check `x`"],
    [
      `ssh: {}\n${waiver("ssh.max-auth-tries")}`,
      "p.yaml:3:13: waivers[0].check: ssh.max-auth-tries is what an apply proves, or rolls back for: it can't be waived; with `apply: false` in its section it is only measured",
    ],
    [
      waiver("firewall.other-rules", "until: 2027-02-30"),
      'p.yaml:2:73: waivers[0].until: must be a day, such as 2027-01-31, found the text "2027-02-30"',
    ],
    [
      waiver("firewall.other-rules", "until: never"),
      'p.yaml:2:73: waivers[0].until: must be a day, such as 2027-01-31, found the text "never"',
    ],
    [
      waiver("firewall.other-rules", "til: 1"),
      "p.yaml:2:66: waivers[0].til: unknown key (did you mean `until`?)",
    ],
    [
      "waivers: [{check: host.leftovers, found: x, until: 2027-01-31, owner: o, reason: ''}]",
      'p.yaml:1:82: waivers[0].reason: must be at least 1 characters long, found the text ""',
    ],
  ])("%s", async (yaml, line) => {
    expect(await lines(yaml)).toContain(line);
  });

  test("who owns it must be said, and what it is bound to", async () => {
    expect(await lines("waivers: [{check: host.leftovers}]")).toEqual(
      ["found", "reason", "owner", "until"].map(
        (key) =>
          `p.yaml:1:11: waivers[0].${key}: missing: expected ${key === "until" ? "a day, such as 2027-01-31" : "text"}`,
      ),
    );
  });

  test("all at once, with what is wrong elsewhere", async () => {
    const found = await lines(`shh: {}\n${waiver("x")}`);
    expect(found).toHaveLength(2);
  });
});

describe("a waiver that counts", () => {
  test.each(["firewall.other-rules", "firewall.replies", "host.leftovers"])("%s", async (check) => {
    const { waivers } = await profileOf({ "p.yaml": waiver(check) });
    expect(waivers).toEqual([
      { check, object: "", found: "x", reason: "r", owner: "o", until: "2027-01-31" },
    ]);
  });

  test("of what is a proof elsewhere, where the section is only measured", async () => {
    const text = `ssh: {apply: false}\n${waiver("ssh.max-auth-tries")}`;
    expect((await profileOf({ "p.yaml": text })).waivers).toHaveLength(1);
  });

  test("add up with those of the extended profile, until null takes them back", async () => {
    const base = waiver("host.leftovers");
    const over = `extends: base\n${waiver("firewall.other-rules")}`;
    const files = { "/pkg/base.yaml": base, "p.yaml": over };
    expect((await profileOf(files)).waivers.map(({ check }) => check)).toEqual([
      "host.leftovers",
      "firewall.other-rules",
    ]);
    const none = { ...files, "p.yaml": "extends: base\nwaivers: null\n" };
    expect((await profileOf(none)).waivers).toEqual([]);
  });

  test("is part of what the profile's digest stands for", async () => {
    const one = await profileOf({ "p.yaml": waiver("host.leftovers") });
    const other = await profileOf({ "p.yaml": waiver("host.leftovers", "until: 2027-02-01") });
    expect(one.digest).not.toBe(other.digest);
  });
});

test("what gives back the original can't be measured only", async () => {
  expect(await lines("ssh: {enabled: false, apply: false}")).toEqual([
    "p.yaml:1:30: ssh.apply: enabled: false gives back the original, and apply: false changes nothing: take one of them away, found false",
  ]);
});
