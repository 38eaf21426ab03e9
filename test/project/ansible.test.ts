/** What ansible-inventory says, as hosts and groups. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInventory } from "../../src/project/ansible.ts";

fc.configureGlobal({ seed: 831610384 });

const inventory = (hostvars: object, groups: object = {}) =>
  parseInventory(JSON.stringify({ _meta: { hostvars }, ...groups }))!;

const targetOf = (variables: object) => inventory({ h: variables }).hosts[0]!.target;

describe("an inventory", () => {
  it("has each host by its name for ssh, in the groups around it, the outer ones first", () => {
    const { hosts, groups, wrong, left } = inventory(
      { b: { ansible_host: "10.0.0.2", http_port: 80 }, a: {} },
      {
        all: { children: ["ungrouped", "prod"] },
        prod: { children: ["web", "db"], hosts: ["c"] },
        web: { hosts: ["a", "b"] },
        db: { children: ["deep"] },
        deep: { hosts: ["b"] },
        ungrouped: { hosts: ["d"] },
      },
    );
    expect(hosts).toEqual([
      { name: "a", target: "a", groups: ["prod", "web"] },
      { name: "b", target: "10.0.0.2", groups: ["prod", "db", "web", "deep"] },
      { name: "c", target: "c", groups: ["prod"] },
      { name: "d", target: "d", groups: [] },
    ]);
    expect(groups).toEqual(["prod", "db", "web", "deep"]);
    expect({ wrong, left }).toEqual({ wrong: [], left: ["http_port"] });
  });

  it.each([
    [{ ansible_user: "deploy", ansible_port: 2222 }, "deploy@h:2222"],
    [{ ansible_host: "fd00::1" }, "fd00::1"],
    [{ ansible_host: "fd00::1", ansible_port: "22" }, "[fd00::1]:22"],
    [{ ansible_ssh_host: "10.1.1.1", ansible_ssh_user: "x" }, "x@10.1.1.1"],
    [{ ansible_connection: "local", ansible_host: "x" }, "this machine"],
  ])("with %j is %s", (variables, target) => {
    expect(targetOf(variables)).toBe(target);
    expect(inventory({ h: variables }).wrong).toEqual([]);
  });

  it.each([
    [{ h: { ansible_host: "{{ip}}" } }, {}, '"h": {{ip}} is a template, which only a playbook fills in'],
    [{ "a b": {} }, {}, '"a b": "a b" is no host as ssh knows it'],
    [{ h: { ansible_host: "-oProxyCommand=x" } }, {}, '"h": "-oProxyCommand=x" is no host as ssh knows it'],
    [{ h: { ansible_user: "-o" } }, {}, '"h": "-o@h" is no host as ssh knows it'],
    [{ h: { ansible_port: 70000 } }, {}, "the port is not a number from 1 to 65535"],
    [{ a: { ansible_host: "x" }, b: { ansible_host: "x" } }, {}, '"b": it is x, as a is'],
    [{ h: {} }, { "web servers": { hosts: ["h"] } }, 'the group "web servers": letters, digits, _ . - only'],
  ])("of %j and %j is refused", (hostvars, groups, why) => {
    expect(inventory(hostvars, groups).wrong).toEqual([expect.stringContaining(why)]);
  });

  it.each(["", "[]", "null", "{}", "[WARNING]: x", '{"all": {}}'])("isn't %j", (text) => {
    expect(parseInventory(text)).toBeUndefined();
  });

  it("ends, whatever is in it", () => {
    const names = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "all");
    const group = fc.oneof(fc.record({ hosts: fc.array(names), children: fc.array(names) }), fc.jsonValue());
    fc.assert(
      fc.property(fc.dictionary(names, group), fc.jsonValue(), (groups, hostvars) => {
        const text = JSON.stringify({ ...groups, _meta: { hostvars } });
        for (const { groups: own } of parseInventory(text)!.hosts) expect(own).not.toContain("all");
      }),
    );
  });
});

it("the schema for editors knows each section of a profile as values", () => {
  const schema = JSON.parse(readFileSync(new URL("../../schema/project.json", import.meta.url), "utf8"));
  const { properties } = schema.properties.hosts.additionalProperties;
  expect(properties.values.$ref).toBe("#/$defs/values");
  expect(Object.keys(schema.$defs.values.properties)).toContain("ssh");
  expect(Object.keys(schema.$defs.values.properties)).not.toContain("extends");
});
