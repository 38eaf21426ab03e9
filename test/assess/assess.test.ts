import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { assess, disproving, failing } from "../../src/assess/assess.ts";
import { clocksOf } from "../../src/assess/clocks.ts";
import type { CheckReport } from "../../src/assess/report.ts";
import { waiverLines } from "../../src/assess/waiver.ts";
import type { Role, Verdict } from "../../src/checks/check.ts";
import type { Waiver } from "../../src/profile/schema.ts";
import { hostile } from "../controls/facts.ts";
import { report } from "./report.ts";

fc.configureGlobal({ seed: 831610384 });

const plain = (role: Role, verdict: Verdict, pending?: "finalize" | "reboot") =>
  report({ id: "x.y", role, verdict, ...(pending === undefined ? {} : { pending }) });

const judge = (
  reports: readonly CheckReport[],
  waivers: readonly Waiver[],
  today: string,
  more: object = {},
) => assess(reports, { waivers, today, planned: { changes: [], findings: [], ...more } });

describe("what is made of a verdict", () => {
  test.each(["fail", "error"] as const)(
    "rolls back for a proof that gives %s, and for no audit",
    (verdict) => {
      expect(disproving([plain("proof", verdict)])).toHaveLength(1);
      expect(disproving([plain("audit", verdict)])).toEqual([]);
      expect(failing([plain("audit", verdict)])).toHaveLength(1);
    },
  );

  test("what is still to come, or lasts until the next boot, is told and undoes nothing", () => {
    const all = [
      plain("proof", "fail", "reboot"),
      plain("proof", "fail", "finalize"),
      plain("proof", "until the next boot"),
    ];
    expect(disproving(all)).toEqual([]);
    expect(failing(all)).toHaveLength(3);
  });

  test("what passes, or doesn't apply, is neither", () => {
    const all = [plain("proof", "pass"), plain("audit", "not applicable")];
    expect([...disproving(all), ...failing(all)]).toEqual([]);
  });

  test("advice is told, and counts for nothing", () => {
    expect([...disproving([plain("advice", "fail")]), ...failing([plain("advice", "fail")])]).toEqual([]);
    expect(judge([plain("advice", "fail")], [], "2027-01-01").checks[0]?.remedy).toContain("the profile");
  });

  test.each([
    [report(), "waive it in the profile"],
    [report({ role: "proof" }), "harden plan"],
    [report({ role: "proof", verdict: "until the next boot" }), "harden plan"],
    [report({ role: "proof", verdict: "error" }), "could not be measured"],
    [report({ role: "proof", pending: "reboot" }), "comes with a reboot"],
    [report({ role: "proof", pending: "finalize" }), "at the end of an apply"],
    [report({ measured: true }), "apply: false"],
  ])("says what to do about it: %#", (given, says) => {
    expect(judge([given], [], "2027-01-01").checks[0]?.remedy).toContain(says);
  });
});

describe("the remedy of what a plan of the same facts", () => {
  const changes = [{ control: "firewall" }];
  const block = { control: "firewall", level: "block" };
  const remedy = (more: Partial<CheckReport>, planned: object) =>
    judge([report(more)], [], "2027-01-01", planned).checks[0]?.remedy;

  test("doesn't touch is somebody's, and what it may mend names it", () => {
    expect(remedy({}, { changes: [{ control: "ssh" }] })).toMatch(/^No plan changes this/);
    expect(remedy({}, { changes })).toMatch(/^See by harden plan whether an apply mends it/);
  });

  test("only blocks says so", () => {
    const proof = { role: "proof" } as const;
    expect(remedy(proof, { findings: [block] })).toMatch(/^No plan mends it as it is: see by harden plan/);
    expect(remedy(proof, { findings: [{ ...block, control: "ssh" }] })).toMatch(
      /^See by harden plan what mends it/,
    );
    expect(remedy(proof, { changes, findings: [block] })).toMatch(/^See by harden plan what mends it/);
  });

  test("is what the check knows, where it knows", () => {
    expect(remedy({ remedy: "Do that." }, {})).toBe("Do that.");
    expect(judge([report({ verdict: "pass", remedy: "x" })], [], "2027-01-01").checks[0]).not.toHaveProperty(
      "remedy",
    );
  });
});

const today = "2027-01-31";
const about = { reason: "the vendor's agent", owner: "web team", until: today };
const waiver = (more: Partial<Waiver> = {}): Waiver => {
  const { id, object, found } = report();
  return { check: id, object, found, ...about, ...more };
};

describe("a waiver", () => {
  it("keeps an audit from failing, through its last day, and never makes it pass", () => {
    const { checks, unused } = judge([report()], [waiver()], today);
    expect(failing(checks)).toEqual([]);
    expect(checks[0]).toMatchObject({ verdict: "fail", waiver: { state: "waived", ...about } });
    expect(unused).toEqual([]);
  });

  it("that is over fails loudly: whose it was, and until when", () => {
    const { checks } = judge([report()], [waiver()], "2027-02-01");
    expect(failing(checks)).toHaveLength(1);
    expect(checks[0]?.waiver?.state).toBe("expired");
    expect(checks[0]?.remedy).toContain(
      "web team waived this until 2027-01-31 (the vendor's agent), and that is over",
    );
  });

  it("that is over says by whose clock when they are more than a day apart", () => {
    const { checks } = assess([report()], {
      waivers: [waiver()],
      ...clocksOf(Date.parse("2026-11-30"), Date.parse("2027-02-01")),
      planned: { changes: [], findings: [] },
    });
    expect(checks[0]?.remedy).toContain(
      "and that is over by the host's clock (2027-02-01; the controller's clock says 2026-11-30). No plan",
    );
  });

  it("of two the one that still counts is taken", () => {
    const old = waiver({ until: "2020-01-01" });
    expect(judge([report()], [old, waiver()], today).checks[0]?.waiver?.state).toBe("waived");
  });

  const another = { object: "9090/tcp from anywhere", found: "9090/tcp from anywhere by the same" };
  it.each<[string, Partial<Waiver>]>([
    ["another check", { check: "firewall.only-ufw" }],
    ["another object", { object: another.object }],
    ["another thing found there", { found: another.found }],
    ["a part of what was found", { found: report().found.slice(0, 20) }],
    ["a pattern", { found: ".*" }],
  ])("of %s waives nothing", (_what, more) => {
    const { checks, unused } = judge([report()], [waiver(more)], today);
    expect(failing(checks)).toHaveLength(1);
    expect(unused).toHaveLength(1);
  });

  it("of one port doesn't waive another", () => {
    const { checks } = judge([report(), report(another)], [waiver()], today);
    expect(failing(checks)).toMatchObject([another]);
  });

  it("tells what is found there in place of what it is bound to", () => {
    const { unused } = judge([report({ found: "now otherwise" })], [waiver()], today);
    expect(unused).toMatchObject([{ found: ["now otherwise"] }]);
  });

  it("is unused where what it waives passes", () => {
    expect(judge([report({ verdict: "pass" })], [waiver()], today).unused).toHaveLength(1);
  });

  it("of a proof is told, and doesn't count", () => {
    const { checks } = judge([report({ role: "proof" })], [waiver()], today);
    expect(failing(checks)).toHaveLength(1);
    expect(disproving(checks)).toHaveLength(1);
    expect(checks[0]?.waiver?.state).toBe("refused");
    expect(checks[0]?.remedy).toContain("A waiver of web team doesn't count");
    expect(checks[0]?.waive).toBeUndefined();
  });

  it("as the lines say it waives what it was made of, whatever a host said", () => {
    fc.assert(
      fc.property(hostile, hostile, (object, found) => {
        const given = report({ object, found });
        const { waivers } = parse(waiverLines(given)) as { waivers: Waiver[] };
        const filled = waivers.map((each) => ({ ...each, ...about, object: each.object ?? "" }));
        expect(judge([given], filled, today).checks[0]?.waiver?.state).toBe("waived");
      }),
    );
  });

  it("never turns what is bad into what is good, nor into less than all that there is", () => {
    const verdicts = fc.constantFrom<Verdict>(
      "pass",
      "fail",
      "error",
      "not applicable",
      "until the next boot",
    );
    const roles = fc.constantFrom<Role>("proof", "audit", "advice");
    const words = fc.constantFrom("a", "b");
    const reports = fc.array(
      fc.record({ role: roles, verdict: verdicts, object: words, found: words }).map(report),
    );
    const waivers = fc.array(
      fc.record({ object: words, found: words, until: fc.constantFrom("2027-01-30", today) }).map(waiver),
    );
    fc.assert(
      fc.property(reports, waivers, (given, by) => {
        const { checks } = judge(given, by, today);
        expect(checks.map(({ verdict }) => verdict)).toEqual(given.map(({ verdict }) => verdict));
        for (const each of checks) {
          const bound = by.some(
            ({ object, found, until }) => object === each.object && found === each.found && until >= today,
          );
          const waived = each.waiver?.state === "waived";
          const bad = each.verdict !== "pass" && each.verdict !== "not applicable";
          expect(waived).toBe(bad && bound && each.role !== "proof");
        }
      }),
    );
  });
});
