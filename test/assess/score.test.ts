/** What a score promises: whatever fails lowers it, and what was not measured raises nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assetsOf, guarding } from "../../src/assess/assets.ts";
import {
  gradeOf,
  groupScore,
  layerScores,
  opening,
  points,
  scoreOf,
  sharesOf,
  type WeighedVerdict,
} from "../../src/assess/score.ts";
import { judgedBy } from "../../src/assess/weigh.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import type { CheckRecord, Verdict } from "../../src/checks/check.ts";
import { layers } from "../../src/checks/layers.ts";
import { groupOf } from "../../src/checks/object.ts";
import { explainCommand } from "../../src/features/explain/work.ts";

const known = everyCheck;

const verdicts = ["pass", "fail", "error", "not applicable", "until the next boot"] as const;

const checks = fc.array(
  fc.record({
    record: fc.constantFrom(...known),
    verdict: fc.constantFrom(...verdicts),
  }),
  { maxLength: 40 },
);

const judged = (all: readonly { readonly record: CheckRecord; readonly verdict: Verdict }[]) =>
  all.map(({ record, verdict }) => ({ ...record, verdict }));

/** All pass but these, by their ids or by all of a control. */
const without = (...names: readonly string[]): readonly WeighedVerdict[] =>
  known.map((record) => ({
    ...record,
    verdict: names.includes(record.id) || names.includes(groupOf(record.id)) ? "fail" : "pass",
  }));

describe("every check", () => {
  it("is of a layer", () => {
    expect(known.length).toBeGreaterThan(150);
    for (const { id, layer } of known) expect(layers, id).toContain(layer);
  });

  it.each(known)("takes what explain says where it fails alone: $id", ({ id, layer }) => {
    const { points, ofLayer = points } = explainCommand(id).report.check!.weighs!;
    expect(scoreOf(without())).toBe(100);
    expect(scoreOf(without(id))).toBe(100 - points);
    const own = layerScores(without(id)).find((each) => each.layer === layer);
    expect(own?.score).toBe(100 - ofLayer);
  });

  it("is of the layer of all checks of its cause", () => {
    const of = new Map<string, Set<string>>();
    for (const { cause, layer } of known)
      if (cause !== undefined) of.set(cause, (of.get(cause) ?? new Set()).add(layer));
    expect([...of].filter(([, all]) => all.size > 1)).toEqual([]);
    expect(of.size).toBeGreaterThan(5);
  });
});

describe("a score", () => {
  it("is of nothing where nothing was measured", () => {
    expect(scoreOf([])).toBeUndefined();
    expect(
      scoreOf([{ id: "ssh.port", severity: "high", layer: "host", verdict: "not applicable" }]),
    ).toBeUndefined();
  });

  it("falls with each check more that fails, unless its cause counts, and never rises by what is not measured", () => {
    fc.assert(
      fc.property(checks, fc.nat(), (all, at) => {
        const one = all[at % Math.max(1, all.length)];
        if (one === undefined) return;
        const as = (verdict: Verdict) =>
          scoreOf(judged(all.map((each) => (each.record === one.record ? { ...each, verdict } : each))))!;
        expect(as("error")).toBe(as("fail"));
        expect(as("fail")).toBeLessThanOrEqual(as("pass"));
        // Of less than 50 the two percent of a small one may be no whole point.
        if (as("pass") >= 50 && one.record.cause === undefined) expect(as("fail")).toBeLessThan(as("pass"));
      }),
      { seed: 287603798 },
    );
  });

  it("is the same in whatever order its checks come", () => {
    fc.assert(
      fc.property(checks, (all) => {
        const once = judged([...new Map(all.map((each) => [each.record, each])).values()]);
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

describe("one cause", () => {
  it.each([
    ["fail2ban", "fail2ban.running", points.high],
    ["auditd", "auditd.running", points.medium],
    ["firewall", "firewall.enabled", opening.host],
  ])("%s counts once, by %s", (control, first, most) => {
    const all = without(control);
    expect(scoreOf(all)).toBe(100 - most);
    const shares = sharesOf(all);
    expect(shares.get(first)).toEqual({ points: most });
    const others = known.filter(({ id }) => groupOf(id) === control && id !== first);
    expect(others.length).toBeGreaterThan(5);
    for (const { id } of others) expect(shares.get(id), id).toEqual({ hiddenBy: first });
    const { failing, hidden } = layerScores(all).find(({ layer }) => layer === others[0]!.layer)!;
    expect([failing, hidden]).toEqual([1, others.length]);
  });

  it.each([
    ["daemon.no-new-privileges", "containers.no-new-privileges"],
    ["accounts.empty-passwords", "privileges.empty-passwords"],
    ["ssh.password-authentication", "ssh.keyboard-interactive"],
    ["networks.database", "exposure.reached"],
    ["updates.installed", "updates.daily"],
  ])("%s hides %s", (...both) => {
    const worst = Math.min(...both.map((id) => scoreOf(without(id))!));
    expect(scoreOf(without(...both))).toBe(worst);
  });

  it("is no better where the service is stopped than where it is set wrongly", () => {
    const wrong = known.filter(({ id }) => groupOf(id) === "fail2ban").map(({ id }) => id);
    expect(scoreOf(without(...wrong.slice(1)))).toBeGreaterThanOrEqual(scoreOf(without(...wrong))!);
  });

  it("hides nothing where only small things of it fail", () => {
    const small = ["fail2ban.ban-time", "fail2ban.max-retry"];
    expect([...sharesOf(without(...small)).values()]).toEqual([{ points: 5 }, { points: 5 }]);
  });

  it("is no cause of what waits for a person", () => {
    expect(scoreOf(without("updates.installed", "updates.pending"))).toBe(77);
  });
});

describe("a group of hosts", () => {
  const of = (...scores: readonly number[]) =>
    groupScore(
      scores.map((score, at) => ({ target: `web${at + 1}`, score })),
      0,
    );

  it("is its worst and its median, of an even number the lower one of the middle", () => {
    expect(of(100, 30, 83)).toEqual({
      hosts: 3,
      unread: 0,
      worst: { target: "web2", score: 30 },
      median: 83,
    });
    expect(of(100, 30, 83, 90)).toMatchObject({ median: 83 });
  });

  it("is none of one host", () => {
    expect([of(), of(30)]).toEqual([undefined, undefined]);
  });
});

describe("a layer", () => {
  it("falls alone where its own check fails", () => {
    const gradesOf = (some: Parameters<typeof layerScores>[0]) =>
      Object.fromEntries(layerScores(some).map(({ layer, grade }) => [layer, grade]));
    expect(gradesOf(without())).toEqual({ host: "A", network: "A", runtime: "A", application: "A" });
    expect(gradesOf(without("firewall"))).toEqual({
      host: "A",
      network: "F",
      runtime: "A",
      application: "A",
    });
  });

  it("of which nothing was there has no grade", () => {
    const [host, network] = layerScores([
      ...judgedBy([{ id: "ssh.port", layer: "host", severity: "low", verdict: "error" }], everyCheck),
    ]);
    expect(host).toEqual({ layer: "host", score: 98, grade: "A", failing: 0, unmeasured: 1, hidden: 0 });
    expect(network).toEqual({ layer: "network", failing: 0, unmeasured: 0, hidden: 0 });
  });
});

describe("an asset", () => {
  const pass = (...ids: readonly string[]) => ids.map((id) => ({ id, verdict: "pass" as const }));
  const all = [
    ...pass("ssh.password-authentication", "ssh.permit-root-login", "firewall.enabled"),
    ...pass("permissions.hashes", "networks.database", "auth.postgres"),
  ];
  const of = (checks: Parameters<typeof assetsOf>[0], name: string) =>
    assetsOf(checks, everyCheck).find(({ asset }) => asset === name);

  it("is there where something shows it, and a login always", () => {
    expect(assetsOf([], everyCheck).map(({ asset }) => asset)).toEqual(["login"]);
    expect(assetsOf(all, everyCheck).map(({ asset }) => asset)).toEqual(["login", "database"]);
    expect(of([{ id: "networks.database", verdict: "not applicable" }], "database")).toBeUndefined();
  });

  it("is none that a container without it shows", () => {
    const web = [...pass("exposure.internal-only", "secrets.visible", "secrets.found", "firewall.published")];
    expect(assetsOf(web, everyCheck).map(({ asset }) => asset)).toEqual(["login"]);
    expect(of([{ id: "secrets.visible", verdict: "fail" }], "secret")).toBeDefined();
    expect(of(pass("secrets.encrypted"), "secret")).toBeDefined();
  });

  it("is guarded by each layer of which all that was measured holds", () => {
    expect(guarding(of(all, "database")!)).toEqual(["network", "application"]);
    const off = [...all, { id: "firewall.enabled", verdict: "fail" as const }];
    expect(guarding(of(off, "database")!)).toEqual(["network", "application"]);
    const open = [...all, { id: "exposure.reached", verdict: "fail" as const }];
    expect(guarding(of(open, "database")!)).toEqual(["application"]);
    const unknown = [...open, { id: "auth.redis", verdict: "error" as const }];
    expect(guarding(of(unknown, "database")!)).toEqual([]);
  });
});
