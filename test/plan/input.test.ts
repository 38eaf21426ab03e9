import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { runChecks } from "../../src/assess/checks.ts";
import { defineControl } from "../../src/controls/define.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { visitOf } from "../../src/plan/access.ts";
import { inputOf } from "../../src/plan/input.ts";
import { hostOf, makePlan } from "../../src/plan/planner.ts";
import { group, record } from "../controls/record.ts";

const recorded = (name: string) =>
  parseRecorded(readFileSync(new URL(`../fixtures/hosts/${name}.json`, import.meta.url), "utf8"));
const { facts } = recorded("debian13");

const way = { login: "root", ports: [22], callers: ["0.0.0.0/0"] };
const connection = { login: "root", via: "ssh" as const };
const access = { now: way, planned: way, via: "ssh", proven: true, visit: visitOf(connection, {}) } as const;

/** Whose view was asked for, in turn. */
const made: string[] = [];
const control = defineControl({
  id: "x",
  title: "",
  rationale: "",
  ...group,
  schema: z.strictObject({}),
  probes: () => ({}),
  view: ({ host }) => {
    made.push(host.version);
    return { version: host.version };
  },
  desired: ({ view }) => {
    expect(view.version).toMatch(/^1[23]$/);
    return [];
  },
  guard: ({ view }) => [{ control: "x", id: "plan.x-version", level: "note", message: view.version }],
  checks: [
    { ...record, id: "x.a", test: ({ view }) => ({ verdict: "pass", expected: "", found: view.version }) },
    { ...record, id: "x.b", test: ({ view }) => ({ verdict: "pass", expected: "", found: view.version }) },
  ],
});
const managed = [{ control, params: {}, mode: "apply" as const }];

test("a control's view is made once for a plan and once for its checks, of each host its own", () => {
  for (const name of ["debian12", "debian13"]) {
    const { facts } = recorded(name);
    const host = hostOf(facts);
    made.length = 0;
    const known = { managed, facts, access };
    const { findings } = makePlan({ ...known, owned: [], tool: "", target: "", profile: {} as never });
    expect(made).toEqual([host.version]);
    expect(findings.find(({ id }) => id === "plan.x-version")?.message).toBe(host.version);
    const reports = runChecks({ ...known, host }).filter((report) => report.control === "x");
    expect(reports.map(({ found }) => found)).toEqual([host.version, host.version]);
    expect(made).toEqual([host.version, host.version]);
  }
});

test("nothing asks for it, nothing is made", () => {
  made.length = 0;
  inputOf(managed[0]!, { facts, access, host: hostOf(facts) });
  expect(made).toEqual([]);
});

test("a copy with other facts has no view of the old ones", () => {
  const input = inputOf(managed[0]!, { facts, access, host: hostOf(facts) });
  expect(input.view).toEqual({ version: "13" });
  expect({ ...input, facts: {} }).not.toHaveProperty("view");
});
