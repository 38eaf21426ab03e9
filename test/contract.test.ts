import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { planOf } from "../src/commands/gather.ts";
import type { Ports } from "../src/commands/ports.ts";
import { controls } from "../src/controls/index.ts";
import { readAll } from "../src/facts/probe.ts";
import { parseRecorded } from "../src/facts/recorded.ts";
import { library } from "../src/host/library.ts";
import { visitOf } from "../src/plan/access.ts";
import { runChecks } from "../src/plan/checks.ts";
import { hostOf } from "../src/plan/planner.ts";
import { jsonSchema } from "../src/profile/jsonschema.ts";

const ports = { version: "0" } as Ports;
const hosts = ["debian12", "debian13"].map((name) => {
  const file = new URL(`fixtures/hosts/${name}.json`, import.meta.url);
  return { name, recorded: parseRecorded(readFileSync(file, "utf8")) };
});
const anywhere = ["0.0.0.0/0", "::/0"];

function profileWith(sections: Record<string, unknown>) {
  return { name: "test", digest: "", access: { from: anywhere }, sections, git: undefined } as never;
}

describe.each(controls)("the control $id", (control) => {
  const params = control.schema.parse({});

  it("has a default for every parameter, and describes each", () => {
    for (const [name, field] of Object.entries(control.schema.shape))
      expect((field as { description?: string }).description, name).toBeTruthy();
  });

  it("names its checks after itself, each once, and needs only facts that it asks for", () => {
    const ids = control.checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, needs } of control.checks) {
      expect(id.startsWith(`${control.id}.`)).toBe(true);
      expect(title).toBeTruthy();
      expect(
        needs.filter((name) => !(name in control.probes(params, visitOf({ login: "root", via: "ssh" }, {})))),
      ).toEqual([]);
    }
  });

  it("asks only collectors that there are", () => {
    const asked = Object.values(control.probes(params, visitOf({ login: "root", via: "ssh" }, {})));
    for (const { collector } of asked) expect(library).toContain(`\ncollect_${collector}() {`);
  });

  it.each(hosts)("plans $name: every claim can be compared, every check gives a verdict", ({ recorded }) => {
    const choice = {
      profile: profileWith({ [control.id]: { ...params, enabled: true } }),
      only: [],
      skip: [],
    };
    const gathered = planOf(recorded.facts, {
      choice,
      target: "recorded",
      ports,
      transport: recorded as never,
    });
    const host = hostOf(recorded.facts);
    const { managed, facts, access } = gathered;
    const read = readAll(facts, control.probes(params, access.visit));
    expect(control.desired({ params, facts: read, access, host })).toBeInstanceOf(Array);
    expect(gathered.plan.findings.filter(({ message }) => /was not collected/.test(message))).toEqual([]);
    const verdicts = runChecks({ managed, facts, access, host });
    expect(verdicts.map(({ id }) => id)).toEqual(control.checks.map(({ id }) => id));
    for (const { verdict, found } of verdicts) if (verdict !== "pass") expect(found).toBeTruthy();
  });

  it.each(hosts)("plans $name twice alike: a plan is made of nothing but the facts", ({ recorded }) => {
    const choice = {
      profile: profileWith({ [control.id]: { ...params, enabled: true } }),
      only: [],
      skip: [],
    };
    const make = () =>
      JSON.stringify(
        planOf(recorded.facts, { choice, target: "t", ports, transport: recorded as never }).plan,
      );
    expect(make()).toBe(make());
  });
});

describe("the profiles' JSON schema", () => {
  it("is the one that stands beside the packaged profiles", () => {
    const file = new URL("../profiles/schema.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(jsonSchema(controls))));
  });
});
