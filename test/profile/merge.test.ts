import { describe, expect, test } from "vitest";
import { profileOf } from "./memory.ts";

const merged = (base: string, over: string) =>
  profileOf({ "base.yaml": base, "p.yaml": `extends: base\n${over}` });

test("maps merge key by key; scalars and most lists are replaced", async () => {
  const { sections } = await merged(
    "ssh: { port: 1, maxAuthTries: 2 }\nfail2ban: { ignoreIp: [10.0.0.0/8] }\n",
    "ssh: { maxAuthTries: 5 }\nfail2ban: { ignoreIp: [192.0.2.7] }\n",
  );
  expect(sections.ssh).toMatchObject({ port: 1, maxAuthTries: 5 });
  expect(sections.fail2ban).toMatchObject({ ignoreIp: ["192.0.2.7/32"] });
});

describe("rules and waivers", () => {
  const rules = async (...layers: readonly string[]) => {
    const files = layers.map((rules, at) => [
      `l${at}.yaml`,
      rules === "" ? "" : `firewall: { rules: ${rules} }\n`,
    ]);
    const names = layers.map((_, at) => `l${at}`);
    const profile = await profileOf({
      ...Object.fromEntries(files),
      "p.yaml": `extends: [${names}]\nfirewall: {}\n`,
    });
    const { rules } = profile.sections.firewall as unknown as { rules: readonly { port: number }[] };
    return {
      ports: rules.map(({ port }) => port),
      file: (at: number) => profile.origin(["firewall", "rules", at]),
    };
  };

  test("add up, what stands in both once, and each knows its file", async () => {
    const { ports, file } = await rules("[{ port: 1 }, { port: 2 }]", "[{ port: 2 }, { port: 3 }]");
    expect(ports).toEqual([1, 2, 3]);
    expect([0, 1, 2].map(file)).toMatchObject([
      { file: "profiles/l0.yaml" },
      { file: "profiles/l0.yaml" },
      { file: "profiles/l1.yaml" },
    ]);
    const waiver = (found: string) =>
      `waivers: [{ check: firewall.other-rules, found: "${found}", reason: r, owner: o, until: 2099-01-01 }]\n`;
    const { waivers } = await merged(waiver("a"), waiver("b"));
    expect(waivers.map(({ found }) => found)).toEqual(["a", "b"]);
  });

  test("under default they give way to any other list, before or behind them", async () => {
    expect((await rules("{ default: [{ port: 1 }] }", "")).ports).toEqual([1]);
    expect((await rules("{ default: [{ port: 1 }] }", "{ default: [{ port: 2 }] }")).ports).toEqual([2]);
    expect((await rules("{ default: [{ port: 1 }] }", "[{ port: 2 }]")).ports).toEqual([2]);
    expect((await rules("[{ port: 2 }]", "{ default: [{ port: 1 }] }")).ports).toEqual([2]);
    expect((await rules("{ default: [{ port: 1 }] }", "[]")).ports).toEqual([]);
  });

  test("are taken back by null, which a later profile may follow", async () => {
    expect((await rules("[{ port: 1 }]", "~")).ports).toEqual([]);
    expect((await rules("[{ port: 1 }]", "~", "[{ port: 2 }]")).ports).toEqual([2]);
  });
});

test("each value knows the file, line and column that set it", async () => {
  const { origin } = await merged("ssh:\n  port: 1\n  maxAuthTries: 2\n", "ssh:\n  maxAuthTries: 5\n");
  expect(origin(["ssh", "port"])).toEqual({ file: "profiles/base.yaml", line: 2, column: 9 });
  expect(origin(["ssh", "maxAuthTries"])).toEqual({ file: "profiles/p.yaml", line: 3, column: 17 });
  expect(origin(["ssh", "usePam"])).toBe("default");
  expect(origin(["ssh", "no", "such", 0])).toBe("default");
});

test("a section is switched on by being there, unmanaged when absent, off with enabled: false", async () => {
  const { sections } = await profileOf({ "p.yaml": "ssh: {}\nfirewall: { enabled: false }\n" });
  expect(Object.keys(sections)).toEqual(["ssh", "firewall"]);
  expect(sections.ssh?.enabled).toBe(true);
  expect(sections.firewall?.enabled).toBe(false);
});

test("null takes back: a field gets the schema's default, a section becomes unmanaged", async () => {
  const { sections, origin } = await merged(
    "ssh: { port: 1, maxAuthTries: 9 }\nsysctl: {}\n",
    "ssh: { maxAuthTries: null, port: ~ }\nsysctl: null\n",
  );
  expect(sections.ssh?.maxAuthTries).toBe(3);
  expect(sections.ssh?.port).toBeUndefined();
  expect(origin(["ssh", "maxAuthTries"])).toBe("default");
  expect(sections).not.toHaveProperty("sysctl");
});

test("a map written over a null starts empty", async () => {
  const profile = await profileOf({
    "base.yaml": "ssh: { port: 1 }\n",
    "mid.yaml": "extends: base\nssh: null\n",
    "p.yaml": "extends: mid\nssh: { maxAuthTries: 4 }\n",
  });
  expect(profile.sections.ssh).toMatchObject({ maxAuthTries: 4 });
  expect(profile.sections.ssh).not.toHaveProperty("port");
});

test("access has its defaults, and may be narrowed", async () => {
  expect((await profileOf({ "p.yaml": "" })).access).toEqual({ from: ["0.0.0.0/0", "::/0"] });
  const narrowed = await profileOf({ "p.yaml": "access: { user: admin, from: [192.0.2.0/24] }\n" });
  expect(narrowed.access).toEqual({ user: "admin", from: ["192.0.2.0/24"] });
});

test("an alias is the value of its anchor, and stands where it is used", async () => {
  const profile = await profileOf({
    "p.yaml": "access:\n  from: &net [10.0.0.0/8]\nfail2ban:\n  ignoreIp: *net\n",
  });
  expect(profile.sections.fail2ban?.ignoreIp).toEqual(["10.0.0.0/8"]);
  expect(profile.origin(["fail2ban", "ignoreIp"])).toMatchObject({ line: 4, column: 13 });
});

test("the digest follows the values, not how or where they are written", async () => {
  const digest = async (yaml: string) => (await profileOf({ "p.yaml": yaml })).digest;
  const one = await digest("ssh: { port: 22, usePam: true }\n");
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(await digest("description: other words\nssh:\n  usePam: true # why\n  port: 22\n")).toBe(one);
  expect(await digest("ssh: { port: 22 }\n")).toBe(one);
  expect(await digest("ssh: { port: 23 }\n")).not.toBe(one);
  expect(await digest("ssh: { port: 22 }\nsysctl: {}\n")).not.toBe(one);
});
