/** `--failed-only` and `--quiet`: only what fails, how much else there is, and never less of what fails. */
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { assess } from "../../src/assess/assess.ts";
import type { Finding } from "../../src/checks/finding.ts";
import type { Composed } from "../../src/compose/composed.ts";
import { HardenError } from "../../src/errors.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { appliesText } from "../../src/reports/applied.ts";
import { formats } from "../../src/reports/formats.ts";
import { type FormatName, formatNames } from "../../src/reports/names.ts";
import { type Page, plainPage } from "../../src/reports/page.ts";
import { plansText } from "../../src/reports/plan.ts";
import type { Applied } from "../../src/results/applied.ts";
import type { Audited } from "../../src/results/audited.ts";
import type { Judged } from "../../src/results/verdict.ts";
import type { Verified } from "../../src/results/verified.ts";
import { report as check } from "../assess/report.ts";
import { debian } from "../controls/facts.ts";

const today = "2027-01-31";
const reports = [
  check({ id: "a.passes", object: "", verdict: "pass" }),
  check({ id: "a.beside", object: "", verdict: "not applicable" }),
  check({ id: "a.waived", object: "w", found: "f" }),
  check({ id: "a.advice", object: "", role: "advice" }),
  check({ id: "b.fails", object: "" }),
  check({ id: "b.unmeasured", object: "", verdict: "error" }),
  check({ id: "b.until-boot", object: "", verdict: "until the next boot" }),
];
const waivers = [{ check: "a.waived", object: "w", found: "f", reason: "r", owner: "o", until: today }];
const { checks } = assess(reports, { waivers, today, planned: { changes: [], findings: [] } });
const warning: Finding = { control: "host", id: "plan.a-warning", level: "warn", message: "To be read." };
const unsettled: Finding = { control: "host", id: "host.unsettled", level: "warn", message: "A run." };
const findings = [warning, unsettled];

const result = <T>(target: string, value: T, verdict: "pass" | "fail" = "fail"): Judged<T> => ({
  target,
  ok: true,
  value,
  verdict,
  status: verdict === "pass" ? 0 : 2,
});
const host = debian("13");
const profile = { name: "web", digest: "d" };
const bad: Verified = { host, profile, checks, findings, unsettled: [] };
const good: Verified = { ...bad, checks: checks.slice(0, 2), findings: [] };
const audited = (of: Pick<Verified, "checks" | "findings">): Audited => ({
  host,
  profile,
  layers: [],
  assets: [],
  engine: { state: "asked", version: "27", cores: 2, memory: 1024 },
  containers: [],
  networks: [],
  reach: [],
  outside: { doors: [] },
  at: "2027-01-31T00:00:00Z",
  ...of,
});
const composed = (of: Pick<Verified, "checks" | "findings">): Composed => ({
  files: ["compose.yaml"],
  services: ["web"],
  ...of,
});

const failedOnly: Page = { ...plainPage, failedOnly: true };
const quiet: Page = { ...failedOnly, quiet: true };
const decoded = (text: string) =>
  text.replace(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)));
const kinds = ["verify", "audit", "compose"] as const;
const written = (kind: (typeof kinds)[number], format: FormatName, page: Page) => {
  const { verify, audit, compose } = formats[format];
  if (kind === "verify") return decoded(verify([result("web1", bad)], page));
  if (kind === "audit") return decoded(audit([result("web1", audited(bad))], page));
  return decoded(compose([result("web1", composed(bad))], page));
};

const fails = ["b.fails", "b.unmeasured", "b.until-boot"];
const others = ["a.passes", "a.beside", "a.waived", "plan.a-warning"];

describe.each(kinds)("%s --failed-only", (kind) => {
  // json has all of it, and a page has tests of its own.
  it.each(formatNames.filter((name) => name !== "json" && name !== "html"))(
    "in %s has all that fails, and how much else",
    (format) => {
      const text = written(kind, format, failedOnly);
      for (const id of [...fails, "A run."]) expect(text).toContain(id);
      for (const id of others) expect(text).not.toContain(id);
      // Of an audit advice counts, for its exit status and for its score.
      expect(text.includes("a.advice")).toBe(kind === "audit");
      const left = kind === "audit" ? 4 : 5;
      const says = { sarif: `"web1": ${left}\n`, junit: `name="left out" value="${left}"` };
      expect(text).toContain(
        format in says ? says[format as keyof typeof says] : `Left out: ${left} results that don't fail.`,
      );
      if (format !== "junit") return;
      const parser = new SaxesParser();
      parser.on("error", (error) => expect.fail(error.message));
      parser.write(text).close();
    },
  );

  it("counts in its summary as without it", () => {
    const tally = /\d+ checks: .*waived until 2027-01-31\. Not green: host\.unsettled\./;
    expect(tally.exec(written(kind, "text", failedOnly))?.[0]).toBe(
      tally.exec(written(kind, "text", plainPage))?.[0],
    );
  });

  it("leaves json as it is", () => {
    expect(written(kind, "json", failedOnly)).toBe(written(kind, "json", plainPage));
  });
});

describe("--quiet", () => {
  it("is one line where all is well", () => {
    expect(formats.text.verify([result("web1", good, "pass")], quiet)).toBe("1 host, all green");
    expect(formats.text.audit([result("web1", audited(good), "pass")], quiet)).toBe("1 host, all green");
    expect(formats.text.compose([result("c.yaml", composed(good), "pass")], quiet)).toBe("1 file, all green");
  });

  it("tells of several hosts those that fail, and names them in its last line", () => {
    const text = formats.text.verify([result("alpha", good, "pass"), result("beta", bad)], quiet);
    expect(text).not.toContain("alpha");
    for (const id of fails) expect(text).toContain(id);
    expect(text).toMatch(
      /\n2 hosts, 1 not green:\n {2}beta: host\.unsettled, b\.fails, b\.unmeasured, b\.until-boot$/,
    );
  });

  it("of plans is what blocks, and their sum", () => {
    const change = { address: "x/file:/etc/a", control: "x", kind: "file", action: "create", reason: "r" };
    const plan = (target: string, own: readonly Finding[]) =>
      result(target, {
        host,
        profile,
        changes: [{ ...change, effect: "now" }],
        findings: own,
      } as unknown as Plan);
    const blocked: Finding = { ...warning, id: "plan.b-block", level: "block", message: "No way in." };
    const text = plansText([plan("web1", [warning]), plan("web2", [blocked])], quiet);
    expect(text.split("\n")).toEqual([
      "  BLOCKED web2: No way in. [plan.b-block]",
      "2 hosts: 2 to add, 0 to change, 0 to remove; 1 blocked.",
    ]);
  });

  it("of an apply is what was not done, and the last line", () => {
    const error = new HardenError("connect", "No answer.");
    const lost = { target: "web2", ok: false, error, verdict: "unreachable", status: 1 } as const;
    const done: Applied = { outcome: "in sync", checks: [] };
    expect(appliesText([result("web1", done, "pass")], quiet)).toBe("1 host, all done");
    expect(appliesText([result("web1", done, "pass"), lost], quiet)).toBe(
      "web2: no result: No answer.\n2 hosts, 1 not done:\n  web2: no result, unreachable",
    );
  });
});
