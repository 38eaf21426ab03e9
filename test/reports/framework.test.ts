/** Checks by a framework's criteria, as whoever has to show them reads it. */
import { describe, expect, it, test } from "vitest";
import { frameworkResult } from "../../generate/results-schema.ts";
import { type AskedTarget, byFramework } from "../../src/assess/frameworks.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import { frameworkText } from "../../src/reports/framework.ts";
import { frameworkMarkdown } from "../../src/reports/framework-markdown.ts";
import { plainPage } from "../../src/reports/page.ts";
import { report as check } from "../assess/report.ts";

const soc2 = (number: string) => [{ benchmark: "SOC 2 TSC 2017", number }];
const waiver = {
  state: "waived",
  reason: "the vendor's agent",
  owner: "web team",
  until: "2027-02-01",
} as const;
const commit = "0ac7de91091e5a1cf0a8a1e1a8a3d8ad1fbc4a5e";
const profile = { name: "production", file: "profiles/web.yaml", digest: "5e884898da", commit, dirty: true };
const place = { file: "compose.yaml", line: 3, column: 5 };
const evil = "<b>\u001b[31m@all [x](http://x)|`a`\n## no";

const asked: readonly AskedTarget[] = [
  {
    target: "web1",
    profile,
    release: { distro: "debian", version: "12" },
    checks: [
      check({ id: "ssh.port", references: soc2("CC6.6"), object: "", verdict: "pass", found: "22" }),
      check({
        id: "ssh.use-pam",
        references: soc2("CC6.1"),
        object: "",
        verdict: "error",
        found: "no rights",
      }),
      check({ id: "ssh.gssapi", references: soc2("CC6.1"), object: "", verdict: "pass", found: "no" }),
      { ...check({ references: soc2("CC6.6") }), waiver },
    ],
  },
  {
    target: "compose.yaml",
    checks: [
      check({ id: "containers.pids", references: soc2("A1.1"), object: "api", found: "no limit", place }),
    ],
  },
];
const by = (given: readonly AskedTarget[] = asked) =>
  byFramework({
    framework: "soc2",
    date: "2027-01-31T12:00:00Z",
    tool: "harden 0.1.0",
    asked: given,
    catalogue: everyCheck,
  });
const hostile = by([
  {
    target: evil,
    profile: { ...profile, name: evil, file: evil, commit: evil },
    doubts: [evil],
    checks: [
      check({ id: evil, title: evil, references: soc2("CC6.1"), object: evil, found: evil }),
      {
        ...check({ id: evil, title: evil, references: [], object: evil, found: evil }),
        waiver: { ...waiver, reason: evil, owner: evil },
      },
    ],
  },
  { target: evil, error: evil },
]);

describe("the text", () => {
  const text = frameworkText(by());

  it("says when, by which profile at which commit, and what that is worth", () => {
    expect(text).toMatch(/^SOC 2, measured on 2027-01-31T12:00:00Z by harden 0.1.0\n/);
    expect(text).toContain(
      `web1: debian 12; profile production (profiles/web.yaml), commit ${commit}, with uncommitted changes, digest 5e884898da; held to SOC 2 TSC 2017`,
    );
    expect(text).toContain("compose.yaml: without a profile; held to SOC 2 TSC 2017");
    expect(text).toContain("A criterion asks for more than checks can measure.");
  });

  it("has each criterion with what it rests on, what doesn't hold first, and what is waived apart", () => {
    expect(text).toMatch(
      /\n {2}not measured {2}SOC 2 TSC 2017 CC6.1 {2}Access: .*: 1 not measured, 1 passed, \d+ not looked at\n {4}error {10}web1 {2}ssh.use-pam .*: no rights\n {4}pass {11}web1 {2}ssh.gssapi .*: no\n/,
    );
    expect(text).toMatch(
      /waived, and not counted as passed:\n {4}fail {11}web1 {2}firewall.other-rules .*; waived until 2027-02-01 by web team: the vendor's agent\n/,
    );
    expect(text).toMatch(
      /fail {11}compose.yaml {2}containers.pids .*, about api: compose.yaml:3:5: no limit\n/,
    );
    expect(text).toMatch(/not looked at:\n.*ssh.max-auth-tries/);
    expect(text).toMatch(/\n8 criteria: 1 fail, 6 not measured, 1 waived\.$/);
  });

  it("fits a terminal", () => {
    const lines = frameworkText(by(), { ...plainPage, width: 80 }).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it("has nothing of a host's that begins a line or speaks to the terminal", () => {
    const hostileText = frameworkText(hostile);
    expect(hostileText).not.toMatch(/\u001b|\n## no/);
  });
});

describe("the Markdown", () => {
  it("has a table of the criteria and the evidence of each in a fold", () => {
    const text = frameworkMarkdown(by());
    expect(text).toMatch(/^## SOC 2, measured on 2027-01-31T12&#58;00&#58;00Z by harden 0\.1\.0\n/);
    expect(text).toContain(commit);
    expect(text).toMatch(/\| \*\*fail\*\* \| SOC 2 TSC 2017 A1\.1 \| Capacity .* \| 1 failed, /);
    expect(text.match(/<details>/g)).toHaveLength(8);
    expect(text).toMatch(
      /Waived, and not counted as passed:\n\n\|.*\n\|.*\n\| \*\*fail\*\* \| <code>web1<\/code>/,
    );
  });

  it("has nothing of a host's that is mark-up", () => {
    const text = frameworkMarkdown(hostile);
    expect(text).not.toMatch(/\u001b|<b>@|@all|\]\(http|\n## no|`a`/);
    const table = text.split("\n").filter((line) => line.startsWith("| "));
    for (const line of table) expect([6, 8]).toContain(line.split("|").length);
  });
});

test("the data is what schema/results.json says", () => {
  for (const report of [by(), hostile])
    expect(frameworkResult.safeParse(JSON.parse(JSON.stringify(report))).error).toBeUndefined();
});
