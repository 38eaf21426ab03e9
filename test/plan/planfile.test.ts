import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HardenError } from "../../src/errors.ts";
import type { Change, Plan } from "../../src/plan/plan.ts";
import { parsePlanFile, type SavedPlan, serialize, staleAddresses } from "../../src/plan/planfile.ts";

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
const saved: readonly SavedPlan[] = [
  { plan: plan([change("sysctl/a")]), profile: { name: "p", sections: {} } as never, only: [], skip: [] },
];
const text = serialize(saved, "1.0");
const parse = (content: string, tool = "1.0") => parsePlanFile(content, { tool, where: "web.plan" });

describe("a saved plan", () => {
  it("is read back as it was", () => {
    expect(parse(text)).toEqual(JSON.parse(JSON.stringify(saved)));
  });

  it.each([
    ["of another version", text, "2.0", /made by harden 1\.0, and this is 2\.0/],
    ["that is no plan", '{"format":"other"}', "1.0", /not a saved plan/],
    ["that is no JSON", "hello", "1.0", /truncated, or no JSON/],
    ["with a value edited", text.replace('"value": "1"', '"value": "9"'), "1.0", /edited/],
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
    const now = plan([change("sysctl/a", "2"), change("sysctl/b")]);
    expect(staleAddresses(plan([change("sysctl/a"), change("sysctl/c")]), now)).toEqual([
      "sysctl/a",
      "sysctl/c",
      "sysctl/b",
    ]);
    expect(staleAddresses(now, now)).toEqual([]);
  });
});
