/** What a score promises: whatever fails lowers it, and what was not measured raises nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assetsOf, guarding } from "../../src/assess/assets.ts";
import { gradeOf, layerScores, points, scoreOf } from "../../src/assess/score.ts";
import { layers } from "../../src/checks/layers.ts";
import { everyCheck } from "../../src/commands/every-check.ts";
import { explainCommand } from "../../src/commands/explain.ts";

const known = everyCheck.map(({ id, severity, layer }) => ({ id, severity, layer }));

const severities = ["high", "medium", "low"] as const;
const verdicts = ["pass", "fail", "error", "not applicable", "until the next boot"] as const;

const checks = fc.array(
  fc.record({
    id: fc.constantFrom(...known.map(({ id }) => id)),
    layer: fc.constantFrom(...layers),
    severity: fc.constantFrom(...severities),
    verdict: fc.constantFrom(...verdicts),
  }),
  { maxLength: 40 },
);

describe("every check", () => {
  it("is of a layer", () => {
    expect(known.length).toBeGreaterThan(150);
    for (const { id, layer } of known) expect(layers, id).toContain(layer);
  });

  it.each(known)("takes what explain says where it fails alone: $id", ({ id, severity }) => {
    const rank = severities.find((each) => each === severity)!;
    const others = known.map((each) => ({ ...each, severity: rank, verdict: "pass" as const }));
    const failing = others.map((each) => (each.id === id ? { ...each, verdict: "fail" as const } : each));
    expect(scoreOf(others)).toBe(100);
    expect(scoreOf(failing)).toBe(100 - explainCommand(id).report.check!.weighs!.points);
  });
});

describe("a score", () => {
  it("is of nothing where nothing was measured", () => {
    expect(scoreOf([])).toBeUndefined();
    expect(scoreOf([{ id: "ssh.port", severity: "high", verdict: "not applicable" }])).toBeUndefined();
  });

  it("falls, or stays at nothing, with each check more that fails, and never rises by what is not measured", () => {
    fc.assert(
      fc.property(checks, fc.nat(), (all, at) => {
        const one = all[at % Math.max(1, all.length)];
        if (one === undefined) return;
        const as = (verdict: (typeof verdicts)[number]) =>
          scoreOf(
            all.map((each) => (each.id === one.id ? { ...each, verdict, severity: one.severity } : each)),
          )!;
        expect(as("error")).toBe(as("fail"));
        expect(as("fail")).toBeLessThanOrEqual(as("pass"));
        if (as("pass") > 0) expect(as("fail")).toBeLessThan(as("pass"));
      }),
      { seed: 287603798 },
    );
  });

  it("is the same in whatever order its checks come", () => {
    fc.assert(
      fc.property(checks, (all) => {
        const once = [...new Map(all.map((each) => [each.id, each])).values()];
        expect(scoreOf(once.toReversed())).toBe(scoreOf(once));
      }),
      { seed: 287603798 },
    );
  });

  it("of 95 is an A, which no failing check of high severity leaves", () => {
    expect([100, 95, 94, 85, 70, 50, 25, 24, 0].map(gradeOf).join("")).toBe("AABBCDEFF");
    expect(gradeOf(100 - points.high)).not.toBe("A");
  });
});

describe("a layer", () => {
  it("falls alone where its own check fails", () => {
    const all = known.map(({ id, layer }) => ({
      id,
      layer,
      severity: "high" as const,
      verdict: "pass" as const,
    }));
    const off = all.map((each) =>
      each.id === "firewall.enabled" ? { ...each, verdict: "fail" as const } : each,
    );
    const gradesOf = (some: Parameters<typeof layerScores>[0]) =>
      Object.fromEntries(layerScores(some).map(({ layer, grade }) => [layer, grade]));
    expect(gradesOf(all)).toEqual({ host: "A", network: "A", runtime: "A", application: "A" });
    expect(gradesOf(off)).toEqual({ host: "B", network: "A", runtime: "A", application: "A" });
  });

  it("of which nothing was there has no grade", () => {
    const [host, network] = layerScores([
      { id: "ssh.port", layer: "host", severity: "low", verdict: "error" },
    ]);
    expect(host).toEqual({ layer: "host", score: 98, grade: "A", failing: 0, unmeasured: 1 });
    expect(network).toEqual({ layer: "network", failing: 0, unmeasured: 0 });
  });
});

describe("an asset", () => {
  const pass = (...ids: readonly string[]) => ids.map((id) => ({ id, verdict: "pass" as const }));
  const all = [
    ...pass("ssh.password-authentication", "ssh.permit-root-login", "firewall.enabled"),
    ...pass("networks.database", "auth.postgres"),
  ];
  const of = (checks: Parameters<typeof assetsOf>[0], name: string) =>
    assetsOf(checks, everyCheck).find(({ asset }) => asset === name);

  it("is there where something shows it, and a login always", () => {
    expect(assetsOf([], everyCheck).map(({ asset }) => asset)).toEqual(["login"]);
    expect(assetsOf(all, everyCheck).map(({ asset }) => asset)).toEqual(["login", "database"]);
    expect(of([{ id: "networks.database", verdict: "not applicable" }], "database")).toBeUndefined();
  });

  it("is guarded by each layer of which all that was measured holds", () => {
    expect(guarding(of(all, "database")!)).toEqual(["host", "network", "application"]);
    const off = all.map((each) =>
      each.id === "firewall.enabled" ? { ...each, verdict: "fail" as const } : each,
    );
    expect(guarding(of(off, "database")!)).toEqual(["network", "application"]);
    const unknown = [...off, { id: "auth.redis", verdict: "error" as const }];
    expect(guarding(of(unknown, "database")!)).toEqual(["network"]);
  });
});
