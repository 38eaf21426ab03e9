/** Checks by the criteria of a framework: no criterion passes by what wasn't measured. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { recommendations } from "../../src/assess/anssi.ts";
import {
  type AskedTarget,
  byFramework,
  type FrameworkQuestion,
  frameworks,
} from "../../src/assess/frameworks.ts";
import type { Assessed } from "../../src/assess/report.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import type { Verdict } from "../../src/checks/check.ts";
import { report } from "./report.ts";

fc.configureGlobal({ seed: 831610384 });

const date = "2027-01-31T12:00:00Z";
const waiver = {
  state: "waived",
  reason: "the vendor's agent",
  owner: "web team",
  until: "2027-02-01",
} as const;

/** As the check of that id gives it. */
function check(id: string, verdict: Verdict, more: Partial<Assessed> = {}): Assessed {
  const { title, references } = everyCheck.find((each) => each.id === id)!;
  const control = id.split(".")[0]!;
  return { ...report({ id, control, title, references, verdict, object: "", found: "as it is" }), ...more };
}

const debian12 = { distro: "debian", version: "12" };
const host = (checks: readonly Assessed[], more: Partial<AskedTarget> = {}): AskedTarget =>
  ({ target: "web1", checks, release: debian12, ...more }) as AskedTarget;

const ask = (asked: readonly AskedTarget[], framework: FrameworkQuestion["framework"] = "soc2") =>
  byFramework({ framework, date, tool: "harden 1", asked, catalogue: everyCheck });

const criterion = (
  asked: readonly AskedTarget[],
  number: string,
  framework?: FrameworkQuestion["framework"],
) => ask(asked, framework).criteria.find((each) => each.number === number) ?? expect.fail(`no ${number}`);

const verdictOf = (...checks: readonly Assessed[]) => criterion([host(checks)], "CC6.1").verdict;

describe("a criterion", () => {
  const password = (verdict: Verdict, more?: Partial<Assessed>) =>
    check("ssh.password-authentication", verdict, more);
  const root = (verdict: Verdict, more?: Partial<Assessed>) => check("ssh.permit-root-login", verdict, more);

  it.each<[string, readonly Assessed[], string]>([
    ["passes where all pass", [password("pass"), root("pass")], "pass"],
    ["passes beside what is not applicable", [password("pass"), root("not applicable")], "pass"],
    ["fails where one fails", [password("pass"), root("fail")], "fail"],
    [
      "fails where one holds until the next boot only",
      [password("pass"), root("until the next boot")],
      "fail",
    ],
    ["fails where one fails and another could not be measured", [password("error"), root("fail")], "fail"],
    ["is not measured where one could not be", [password("pass"), root("error")], "not measured"],
    ["is not measured where nothing applies", [root("not applicable")], "not measured"],
    ["is not measured where nothing was asked", [], "not measured"],
    ["is waived where one is", [password("pass"), root("fail", { waiver })], "waived"],
    ["is not measured where that is waived", [password("pass"), root("error", { waiver })], "not measured"],
    ["fails by a waiver that is over", [root("fail", { waiver: { ...waiver, state: "expired" } })], "fail"],
  ])("%s", (_what, checks, verdict) => {
    expect(verdictOf(...checks)).toBe(verdict);
  });

  it("has its title, what it rests on, and what nothing was told of", () => {
    const { title, checks, waived, unasked } = criterion(
      [host([password("pass"), root("fail", { waiver })])],
      "CC6.1",
    );
    expect(title).toMatch(/^Access: /);
    expect(checks.map(({ id }) => id)).toEqual(["ssh.password-authentication"]);
    expect(checks[0]).toMatchObject({ target: "web1", verdict: "pass", found: "as it is" });
    expect(waived.map(({ id }) => id)).toEqual(["ssh.permit-root-login"]);
    expect(unasked).toContain("ssh.max-auth-tries");
    expect(unasked).not.toContain("ssh.permit-root-login");
    expect(unasked).not.toContain("ssh.ciphers");
  });

  it("doesn't pass where a host gave no result, or what it gave is in doubt", () => {
    const good = host([password("pass")]);
    expect(criterion([good, { target: "web2", error: "refused" }], "CC6.1").verdict).toBe("not measured");
    expect(criterion([host([password("pass")], { doubts: ["host.unsettled"] })], "CC6.1").verdict).toBe(
      "not measured",
    );
    expect(ask([{ target: "web2", error: "refused" }]).criteria.map(({ verdict }) => verdict)).toEqual(
      Array(8).fill("not measured"),
    );
  });
});

describe("frameworks", () => {
  test("SOC 2 has all of its criteria, in their order, and nothing beside them", () => {
    const { criteria, rest } = ask([host([check("ssh.max-auth-tries", "pass")])]);
    expect(criteria.map(({ number }) => number)).toEqual(
      "CC6.1 CC6.6 CC6.7 CC7.1 CC7.2 CC8.1 A1.1 A1.2".split(" "),
    );
    expect(rest).toEqual([]);
  });

  test("CIS is that of the host's release, and Docker's; 5.1.9 comes before 5.1.20", () => {
    const checks = [
      check("ssh.permit-root-login", "pass"),
      check("ssh.gssapi", "pass"),
      check("ssh.port", "pass"),
    ];
    const { criteria, rest, targets } = ask([host(checks), { target: "compose.yaml", checks: [] }], "cis");
    const numbers = criteria.flatMap(({ benchmark, number }) =>
      benchmark.includes("Debian") ? [number] : [],
    );
    expect(new Set(criteria.map(({ benchmark }) => benchmark))).toEqual(
      new Set(["CIS Debian 12 1.1.0", "CIS Docker 1.6.0"]),
    );
    expect(targets.map(({ benchmarks }) => benchmarks)).toEqual([
      ["CIS Debian 12 1.1.0", "CIS Docker 1.6.0"],
      ["CIS Docker 1.6.0"],
    ]);
    expect(numbers.indexOf("5.1.9")).toBeGreaterThan(-1);
    expect(numbers.indexOf("5.1.9")).toBeLessThan(numbers.indexOf("5.1.20"));
    expect(rest.map(({ id }) => id)).toEqual(["ssh.port"]);
  });

  test("CIS of a release without a benchmark that is known holds a host to Docker's alone", () => {
    const old = host([check("ssh.gssapi", "pass")], { release: { distro: "ubuntu", version: "22.04" } });
    const { targets, rest } = ask([old], "cis");
    expect(targets[0]?.benchmarks).toEqual(["CIS Docker 1.6.0"]);
    expect(rest.map(({ id }) => id)).toEqual(["ssh.gssapi"]);
  });

  test("two hosts of two releases are each held to their own", () => {
    const other = { target: "web2", release: { distro: "debian", version: "13" } };
    const asked = [
      host([check("ssh.permit-root-login", "pass")]),
      host([check("ssh.permit-root-login", "fail")], other),
    ];
    const of = (benchmark: string, number: string) =>
      ask(asked, "cis").criteria.find((each) => each.benchmark.includes(benchmark) && each.number === number);
    expect(of("Debian 12", "5.1.20")?.verdict).toBe("pass");
    expect(of("Debian 13", "5.1.21")?.verdict).toBe("fail");
  });

  test("what is only near a recommendation is no evidence for it", () => {
    const asked = [host([check("fail2ban.jail", "pass")])];
    expect(criterion(asked, "near R79", "anssi").verdict).toBe("pass");
    expect(criterion(asked, "R79", "anssi").verdict).toBe("not measured");
  });

  test("each recommendation of ANSSI's that a check has is said in words, and no other", () => {
    const numbers = everyCheck.flatMap(({ references }) =>
      references.flatMap(({ benchmark, number }) =>
        benchmark.startsWith("ANSSI") ? [number.replace("near ", "")] : [],
      ),
    );
    expect(Object.keys(recommendations).sort()).toEqual([...new Set(numbers)].sort());
  });
});

const ids = ["ssh.port", "ssh.gssapi", "containers.pids", "fail2ban.jail", "firewall.rules", "updates.daily"];
const words: readonly Verdict[] = ["pass", "fail", "not applicable", "error", "until the next boot"];

const anyCheck = fc
  .record({
    id: fc.constantFrom(...ids),
    verdict: fc.constantFrom(...words),
    object: fc.constantFrom("", "api", "db"),
    found: fc.constantFrom("a", "b"),
    isWaived: fc.boolean(),
  })
  .map(({ id, verdict, object, found, isWaived }) =>
    check(id, verdict, {
      object,
      found,
      ...(isWaived && verdict !== "pass" && verdict !== "not applicable" ? { waiver } : {}),
    }),
  );

const anyAsked: fc.Arbitrary<AskedTarget> = fc.oneof(
  { weight: 9, arbitrary: fc.array(anyCheck, { maxLength: 8 }).map((checks) => host(checks)) },
  { weight: 1, arbitrary: fc.constant<AskedTarget>({ target: "web2", error: "refused" }) },
);
const anyFramework = fc.constantFrom(...frameworks);
const some = fc.array(anyAsked, { maxLength: 3 });

describe("of any checks", () => {
  test("no criterion passes with one that was not measured, that is waived, or that doesn't hold", () => {
    fc.assert(
      fc.property(some, anyFramework, (asked, framework) => {
        for (const { verdict, checks, waived } of ask(asked, framework).criteria) {
          if (verdict !== "pass") continue;
          expect(asked.every((each) => !("error" in each))).toBe(true);
          expect(waived).toEqual([]);
          expect(checks.map((each) => each.verdict)).toContain("pass");
          for (const each of checks) expect(["pass", "not applicable"]).toContain(each.verdict);
        }
      }),
    );
  });

  test("one that fails and isn't waived makes each of its criteria fail", () => {
    fc.assert(
      fc.property(some, anyFramework, (asked, framework) => {
        for (const { verdict, checks } of ask(asked, framework).criteria)
          expect(verdict === "fail").toBe(
            checks.some((each) => each.verdict === "fail" || each.verdict === "until the next boot"),
          );
      }),
    );
  });

  test("each is told: by a criterion, or among the rest", () => {
    fc.assert(
      fc.property(some, anyFramework, (asked, framework) => {
        const { criteria, rest } = ask(asked, framework);
        const key = ({ id, object, verdict, found }: Pick<Assessed, "id" | "object" | "verdict" | "found">) =>
          [id, object, verdict, found].join(" ");
        const told = new Set(
          [...criteria.flatMap(({ checks, waived }) => [...checks, ...waived]), ...rest].map(key),
        );
        const given = asked.flatMap((each) => ("error" in each ? [] : each.checks.map(key)));
        expect(told).toEqual(new Set(given));
      }),
    );
  });

  test("the order is the same whatever the order of checks is", () => {
    const shuffled = fc
      .array(anyCheck, { maxLength: 8 })
      .chain((checks) =>
        fc.tuple(
          fc.constant(checks),
          fc.shuffledSubarray(checks, { minLength: checks.length, maxLength: checks.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, anyFramework, ([checks, others], framework) => {
        expect(ask([host(others)], framework)).toEqual(ask([host(checks)], framework));
      }),
    );
  });
});
