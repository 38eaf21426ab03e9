/** Each format is what its readers read, whatever a host says. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, it, test } from "vitest";
import { planResults, verifyResults } from "../../generate/results-schema.ts";
import { assess } from "../../src/assess/assess.ts";
import type { CheckReport } from "../../src/assess/report.ts";
import { HardenError } from "../../src/errors.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { Judged } from "../../src/results/verdict.ts";
import type { Verified } from "../../src/results/verified.ts";
import { report as check } from "../assess/report.ts";
import { debian } from "../controls/facts.ts";

fc.configureGlobal({ seed: 831610384 });

const today = "2027-01-31";
const other = { object: "9090/tcp from anywhere", found: "9090/tcp from anywhere by a rule" };
const checks = [
  check({ id: "ssh.port", control: "ssh", role: "proof", object: "", verdict: "pass", references: [] }),
  check(),
  check(other),
  check({ id: "firewall.only-ufw", object: "", found: "nft was not read", verdict: "error" }),
  check({
    id: "auditd.running",
    control: "auditd",
    object: "",
    found: "a container",
    verdict: "not applicable",
  }),
  check({ id: "auditd.backlog", control: "auditd", object: "", found: "full", pending: "reboot" }),
];
const bound = { check: "firewall.other-rules", reason: "the vendor's agent", owner: "web team" };
const waivers = [
  { ...bound, object: check().object, found: check().found, until: today },
  { ...bound, ...other, until: "2026-12-31" },
];

const profile = { name: "web", file: "profiles/web.yaml", digest: "d", commit: "c0ffee", dirty: true };
const finding = {
  control: "host",
  id: "host.unsettled",
  level: "warn",
  message: "A run.",
  hint: "Wait.",
} as const;

const verified = (reports: readonly CheckReport[] = checks): Verified => ({
  host: debian("13"),
  profile,
  checks: assess(reports, { waivers, today, planned: { changes: [], findings: [] } }).checks,
  unsettled: [{ state: "pending", run: "r1", time: "t", who: "w" }],
  findings: [finding],
});

const change = {
  address: "ssh/file:/etc/a",
  control: "ssh",
  kind: "file",
  action: "update",
  reason: "It is wanted.",
  before: "0644 root:root",
  after: "0600 root:root",
  diff: "-a\n+b",
  effect: "reload",
  undo: "full",
  afterInstall: "exact",
  stage: "files",
  steps: [{ verb: "file" }],
};
const planned = (more: object = {}): Plan =>
  ({
    version: 1,
    tool: "0",
    target: "web1",
    host: debian("12"),
    hostKey: "SHA256:x",
    profile,
    changes: [{ ...change, ...more }],
    findings: [{ ...finding, level: "block" }, finding],
  }) as unknown as Plan;

const ok = <T>(value: T, target = "web1"): Judged<T> => ({
  target,
  ok: true,
  value,
  verdict: "fail",
  status: 2,
});
const details = { hint: "h", where: "w", hostState: "s" };
const failed = {
  target: "db1",
  ok: false,
  error: new HardenError("connect", "No answer.", details),
  ...({ verdict: "unreachable", status: 1 } as const),
} as const;
const verify = (name: keyof typeof formats, value: Verified = verified()) =>
  formats[name].verify([ok(value), failed], plainPage);
const plan = (name: keyof typeof formats, value: Plan = planned()) =>
  formats[name].plan([ok(value), failed], { ...plainPage, whole: true });

interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  text: string;
}

/** All elements of a well-formed document; throws where it is none. */
function elements(text: string): readonly Element[] {
  const found: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: "" };
    found.push(element);
    open.push(element);
  });
  parser.on("text", (more) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += more;
  });
  parser.on("closetag", () => open.pop());
  parser.write(text).close();
  return found;
}

describe("every format", () => {
  it("has its row in docs/verdicts.md", () => {
    const page = readFileSync(new URL("../../docs/verdicts.md", import.meta.url), "utf8");
    const [, table = ""] = page.split("\n## Formats\n");
    const rows = [...table.split("\n##")[0]!.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual([...formatNames]);
  });

  it.each(formatNames)(
    "%s names what fails, what is waived and by whom, and which host gave nothing",
    (name) => {
      const text = verify(name).replace(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)));
      expect(text).toContain("9090/tcp from anywhere by a rule");
      expect(text).toContain("the vendor");
      expect(text).toContain("web team");
      expect(text).toContain("2026-12-31");
      if (name !== "text") expect(text).toContain("No answer.");
    },
  );

  it.each(formatNames)("%s names what a plan would change, and what blocks it", (name) => {
    const text = plan(name).replace(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)));
    expect(text).toContain("/etc/a");
    expect(text).toContain("It is wanted.");
    expect(text).toContain("host.unsettled");
    expect(text).toContain("+b");
  });
});

test("text counts what is waived apart, and never as passed", () => {
  const text = verify("text");
  expect(text).toContain(
    "6 checks: 1 passed, 2 failed (1 by a waiver that is over), 1 not measured, 1 not applicable, 1 waived until 2027-01-31.",
  );
  expect(text).toContain(
    "next:     web team waived this until 2026-12-31 (the vendor's agent), and that is over.",
  );
  expect(text).toContain("waived:   until 2027-01-31 by web team: the vendor's agent");
});

test("text never calls advice a failure", () => {
  const text = verify("text", verified(checks.map((each) => ({ ...each, role: "advice" }))));
  expect(text).toContain("of advice that don't hold, 1 waived");
  expect(text).not.toMatch(/failed|not measured|^ +(fail|error)/m);
});

test("json is what schema/results.json describes", () => {
  expect(() => verifyResults.parse(JSON.parse(verify("json")))).not.toThrow();
  expect(() => planResults.parse(JSON.parse(plan("json")))).not.toThrow();
  const [first] = verifyResults.parse(JSON.parse(verify("json")));
  expect(first !== undefined && "value" in first && first.value.checks[2]?.waive).toContain(
    'object: "9090/tcp from anywhere"',
  );
});

describe("junit", () => {
  const all = elements(verify("junit"));
  const of = (name: string) => all.filter((element) => element.name === name);

  test("has a case for each check, a skipped one for what is waived, a failure for a failing audit", () => {
    expect(of("testcase").map(({ attributes }) => attributes.name)).toEqual([
      "ssh.port",
      "firewall.other-rules 8080/tcp from anywhere",
      "firewall.other-rules 9090/tcp from anywhere",
      "firewall.only-ufw",
      "auditd.running",
      "auditd.backlog",
      "host.unsettled",
      "host.reached",
    ]);
    expect(of("failure").map(({ attributes }) => attributes.type)).toEqual(["fail", "fail"]);
    expect(of("error")).toHaveLength(3);
    expect(verify("junit")).toContain("<skipped>waived: Nothing else comes in");
    expect(of("skipped")).toHaveLength(2);
  });

  test("counts as its readers add up", () => {
    const [web1, db1] = of("testsuite");
    expect(web1?.attributes).toEqual({ name: "web1", tests: "7", failures: "2", errors: "2", skipped: "2" });
    expect(db1?.attributes).toEqual({ name: "db1", tests: "1", failures: "0", errors: "1", skipped: "0" });
    expect(of("testsuites")[0]?.attributes).toMatchObject({ tests: "8", failures: "2", errors: "3" });
  });
});

describe("sarif", () => {
  test.each([verify("sarif"), plan("sarif")])(
    "is a log of version 2.1.0 whose results name their rules",
    (text) => {
      const log = JSON.parse(text);
      expect(log).toMatchObject({
        version: "2.1.0",
        runs: [{ tool: { driver: { name: expect.any(String) } } }],
      });
      const [{ tool, results, invocations }] = log.runs;
      expect(results.length).toBeGreaterThan(1);
      for (const { ruleId, ruleIndex, level, kind, message, locations } of results) {
        expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
        expect(["error", "warning", "note"]).toContain(level);
        expect(kind).toBe("fail");
        expect(message.text).toMatch(/^web1: /);
        expect(locations[0].physicalLocation.artifactLocation.uri).toBe("profiles/web.yaml");
      }
      expect(invocations).toMatchObject([
        { executionSuccessful: false, toolExecutionNotifications: [{ level: "error" }] },
      ]);
    },
  );

  test("is no error where advice fails, which the command passes", () => {
    const levelOf = (role: "audit" | "advice") => {
      const text = verify(
        "sarif",
        verified([check({ role, severity: "high", object: "9090/tcp from anywhere" })]),
      );
      const results: readonly { ruleId: string; level: string }[] = JSON.parse(text).runs[0].results;
      return results.find(({ ruleId }) => ruleId === check().id)?.level;
    };
    expect([levelOf("audit"), levelOf("advice")]).toEqual(["error", "warning"]);
  });

  test("suppresses what is waived, and nothing else", () => {
    const { results } = JSON.parse(verify("sarif")).runs[0];
    const suppressed = results.filter(
      (result: { suppressions?: unknown }) => result.suppressions !== undefined,
    );
    expect(suppressed).toMatchObject([
      {
        message: { text: expect.stringContaining("8080/tcp") },
        suppressions: [
          {
            kind: "external",
            status: "accepted",
            justification: "the vendor's agent (web team, until 2027-01-31)",
          },
        ],
      },
    ]);
  });
});

/** Text as only a host that means harm would have it. */
const evil = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."\0\n\r\t\x1b\x07\x85\u2028\u202e\ufffe\uffff\ud800&<>\"'|`*_~[](){}#!\\@:.-/ax1"),
    fc.constantFrom(
      "]]>",
      "<!--",
      "</details>",
      "<script>",
      "```",
      "| x |\n",
      "&#10;",
      "&amp;",
      "www.x.org",
      "\u{1f600}",
    ),
  ),
  maxLength: 20,
});

const forbidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\p{Cf}\p{Zl}\p{Zp}]/u;

/** The same report with this text wherever a host or a profile has a say. */
function poisoned(text: string): { verified: Judged<Verified>; planned: Judged<Plan> } {
  const host = { ...debian("13"), hostname: text, distro: text, version: text };
  const own = { ...profile, name: text, file: text };
  const findings = [{ ...finding, message: text, hint: text }];
  const bad = [check({ object: text, title: text, expected: text, found: text }), check({ verdict: "pass" })];
  const edited = { address: `x/${text}`, reason: text, before: text, after: text, diff: text };
  const both = { host, profile: own, findings };
  return {
    verified: ok({ ...verified(bad), ...both }, text),
    planned: ok({ ...planned(edited), ...both }, text),
  };
}

describe("whatever a host says", () => {
  const each = (name: keyof typeof formats, holds: (text: string, said: string) => void) =>
    fc.assert(
      fc.property(evil, (said) => {
        const { verified, planned } = poisoned(said);
        for (const text of [
          formats[name].verify([verified], plainPage),
          formats[name].plan([planned], plainPage),
        ]) {
          expect(text).not.toMatch(forbidden);
          holds(text, said);
        }
      }),
    );

  it("text has no control character", () => each("text", () => {}));

  it("json parses, and its schema holds", () =>
    each("json", (text) => {
      const value = JSON.parse(text);
      expect(verifyResults.safeParse(value).success || planResults.safeParse(value).success).toBe(true);
    }));

  it("junit is well-formed, with as many cases as ever", () =>
    each("junit", (text) => {
      const all = elements(text);
      const names = [...new Set(all.map(({ name }) => name))];
      const known = /^(testsuites?|testcase|properties|property|failure|error|skipped|system-out)$/;
      expect(names.filter((name) => !known.test(name))).toEqual([]);
      const [suite] = all.filter(({ name }) => name === "testsuite");
      const cases = all.filter(({ name }) => name === "testcase");
      expect(String(cases.length)).toBe(suite?.attributes.tests);
    }));

  it("sarif parses", () => each("sarif", (text) => expect(JSON.parse(text).version).toBe("2.1.0")));

  it("markdown has our own tags only, each row its four cells, and no fence is closed from inside", () =>
    each("markdown", (text, said) => {
      const lines = text.split("\n");
      const opening = lines.findIndex((line) => /^`{3,}diff$/.test(line));
      const fence = lines[opening]?.replace("diff", "");
      const closing = opening < 0 ? -1 : lines.lastIndexOf(fence!);
      const outside = opening < 0 ? lines : [...lines.slice(0, opening), ...lines.slice(closing + 1)];
      const inside = opening < 0 ? [] : lines.slice(opening + 1, closing);
      expect(inside.filter((line) => line.startsWith(fence!))).toEqual([]);
      const rest = outside.join("\n").replace(/<\/?(code|br|details|summary)>|<br>/g, "");
      expect(rest).not.toMatch(/[<>@[\]\\]|:\/\/|www\./);
      const rows = outside.filter((line) => line.startsWith("|"));
      for (const row of rows) expect(row.split("|")).toHaveLength(6);
      if (/[a1]/.test(said)) expect(outside.join("")).toContain("<code>");
    }));
});
