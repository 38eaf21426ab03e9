import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { showCommand } from "../../src/features/show/work.ts";
import { foldersOf } from "../../src/kinds/index.ts";
import type { Change, Plan } from "../../src/plan/plan.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { parsePlanFile, type SavedPlan, serialize, staleness } from "../../src/run/planfile.ts";
import { savedText } from "../plan/saved.ts";

const change = (address: string, after = "1"): Change => ({
  address,
  control: "sysctl",
  kind: "sysctl",
  action: "update",
  before: "0",
  after,
  reason: "why",
  effect: "now",
  undo: "full",
  stage: "kernel",
  steps: [{ verb: "sysctl", key: "net.a", value: after, before: "0" }],
});
const plan = (changes: readonly Change[]): Plan =>
  ({
    version: 1,
    tool: "1.0",
    target: "web1",
    host: { machineId: "m" },
    profile: { name: "p", digest: "d" },
    changes,
    findings: [],
  }) as unknown as Plan;
const text = await savedText("1.0");
const { saved } = JSON.parse(text) as { readonly saved: readonly SavedPlan[] };
const parse = (content: string, tool = "1.0") => parsePlanFile(content, { tool, where: "web.plan" });

describe("a saved plan", () => {
  it("is read back as it was", () => {
    expect(saved[0]?.plan.changes.length).toBeGreaterThan(5);
    expect(parse(text)).toEqual(saved);
  });

  it.each([
    ["of another version", text, "2.0", /made by harden 1\.0, and this is 2\.0/],
    ["of the format that had contents", text.replace("plan 2", "plan 1"), "1.0", /not a saved plan of this/],
    ["that is no plan", '{"format":"other"}', "1.0", /not a saved plan/],
    ["that is no JSON", "hello", "1.0", /truncated, or no JSON/],
    [
      "without plans",
      serialize([], "1.0"),
      "1.0",
      /^web\.plan can't be taken as a plan: it has no plan of any host\.$/,
    ],
    ["with a value edited", text.replace('"owner": "root"', '"owner": "eve"'), "1.0", /edited/],
    ["with a target edited", text.replaceAll("web1", "web2"), "1.0", /edited/],
  ])("%s is refused, and says why", (_what, content, tool, why) => {
    expect(() => parse(content, tool)).toThrow(why);
    expect(() => parse(content, tool)).toThrow(HardenError);
  });

  it("is refused wherever it is cut off", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.trimEnd().length - 1 }), (length) => {
        expect(() => parse(text.slice(0, length))).toThrow(/truncated/);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it("is stale at each address that changed, came or went", () => {
    const named = (name: string, after?: string) =>
      change(`sysctl/sysctl:net.ipv4.conf.${name}.rp_filter`, after);
    const now = plan([named("a", "2"), named("b")]);
    expect(staleness(plan([named("a"), named("c")]), now)).toEqual({
      addresses: ["a", "c", "b"].map((name) => `sysctl/sysctl:net.ipv4.conf.${name}.rp_filter`),
      lines: ["net.ipv4.conf.{a,c,b}.rp_filter 0 → 1"],
    });
    expect(staleness(now, now)).toBeUndefined();
  });

  it("is stale where a service has other reasons, and says the new one", () => {
    const reload = (reason: string): Change => ({
      ...change("ssh/service:ssh.service"),
      control: "ssh",
      kind: "service",
      action: "reload",
      reason,
      steps: [{ verb: "service", unit: "ssh.service", operation: "reload" }],
    });
    const [first, then] = ["sshd has not read f (changed at 1)", "sshd has not read f (changed at 2)"];
    expect(staleness(plan([reload(first)]), plan([reload(then)]))?.lines).toEqual([
      `reload ssh.service: ${then}`,
    ]);
  });

  it("is stale where a folder on the way is another one", () => {
    const { plan } = saved[0]!;
    const { address, steps } = plan.changes.find((each) => foldersOf(each.steps).length > 0)!;
    const [folder = ""] = foldersOf(steps);
    const at = (id: string): Plan => ({ ...plan, folders: { ...plan.folders, [folder]: id } });
    expect(staleness(at("1:2"), at("1:2"))).toBeUndefined();
    expect(staleness(at("1:2"), at("1:3"))?.addresses).toContain(address);
  });
});

/** By somebody who renews the digest. */
const forged = (all: unknown) => serialize(all as readonly SavedPlan[], "1.0");

/** What is at the path is another value. */
function withAt(root: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const map = root as Readonly<Record<string, unknown>>;
  const changed = withAt(map[key], rest, value);
  return Array.isArray(root)
    ? root.map((each, index) => (String(index) === key ? changed : each))
    : { ...map, [key]: changed };
}

function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, each]) => pathsOf(each).map((path) => [key, ...path]))];
}

it("is shown with the status that showing it has", () => {
  expect(showCommand(text, { tool: "1.0", where: "web.plan" })).toMatchObject([
    { verdict: "blocked", status: 0 },
  ]);
});

describe("a saved plan whose digest somebody has renewed", () => {
  it.each<[string, unknown, string]>([
    ["an empty plan", [{}], "saved.0.plan"],
    ["no plan", [null], "saved.0"],
    [
      "details as a text",
      withAt(saved, ["0", "plan", "changes", "0", "details"], "x"),
      "saved.0.plan.changes.0.details",
    ],
    [
      "an unknown action",
      withAt(saved, ["0", "plan", "changes", "0", "action"], "x"),
      "saved.0.plan.changes.0.action",
    ],
    [
      "an unknown kind",
      withAt(saved, ["0", "plan", "changes", "0", "kind"], "exec"),
      "saved.0.plan.changes.0.kind",
    ],
    ["a target of two lines", withAt(saved, ["0", "plan", "target"], "web1\nweb2"), "saved.0.plan.target"],
    [
      "a target with a control character",
      withAt(saved, ["0", "plan", "target"], "web1\u001b[2J"),
      "saved.0.plan.target",
    ],
    [
      "a section's wrong value",
      withAt(saved, ["0", "profile", "sections", "ssh", "maxAuthTries"], "x"),
      "saved.0.profile.sections.ssh.maxAuthTries",
    ],
  ])("%s: refused, with its place", (_what, all, place) => {
    expect(() => parse(forged(all))).toThrow(
      `web.plan can't be taken as a plan: ${place} is nothing that harden has written there.`,
    );
  });

  it("is refused or can be shown, whatever value is another one", () => {
    const paths = pathsOf(saved).filter((path) => !path.includes("steps"));
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const given = forged(withAt(saved, path, value));
        try {
          const report = showCommand(given, { tool: "1.0", where: "web.plan" });
          for (const name of formatNames)
            expect(formats[name].plan(report, { ...plainPage, whole: true })).not.toBe("");
        } catch (error) {
          expect(error).toBeInstanceOf(HardenError);
          expect((error as HardenError).message).toMatch(/^web\.plan can't be taken as a plan: [^\n]+\.$/);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
