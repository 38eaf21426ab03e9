/** What makes the exit status other than 0 is seen as not green in every format, and nothing else is. */
import { describe, expect, it } from "vitest";
import { assess } from "../../src/assess/assess.ts";
import type { Role, Verdict } from "../../src/checks/check.ts";
import type { Finding } from "../../src/checks/finding.ts";
import { HardenError } from "../../src/errors.ts";
import { undonesText } from "../../src/features/rollback/text.ts";
import { verifyVerdict } from "../../src/features/verify/work.ts";
import { bareNext, nextAt } from "../../src/next.ts";
import type { Change, Plan } from "../../src/plan/plan.ts";
import { hinders, unsettledFindings } from "../../src/plan/unsettled.ts";
import { appliesText } from "../../src/reports/applied.ts";
import { formats } from "../../src/reports/formats.ts";
import { type FormatName, formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { type Applied, appliedVerdict, type UndoneRun } from "../../src/results/applied.ts";
import type { Audited } from "../../src/results/audited.ts";
import type { Answered } from "../../src/results/checklist.ts";
import { judged } from "../../src/results/verdict.ts";
import type { Verified } from "../../src/results/verified.ts";
import { planVerdict } from "../../src/run/plan.ts";
import { report as check } from "../assess/report.ts";
import { debian } from "../controls/facts.ts";

const today = "2027-01-31";
const planned = { changes: [], findings: [] };
const host = debian("13");
const profile = { name: "web", file: "web.yaml", digest: "d" };
const pending = { state: "pending", run: "r1", time: "t", who: "w" } as const;
const [unsettled] = unsettledFindings([pending], nextAt(bareNext, "web1"));
const warn = { control: "host", level: "warn", message: "Not read." } as const;

const findings: readonly (readonly Finding[])[] = [
  [],
  [{ ...warn, id: "profile.nearby" }],
  [unsettled!],
  [{ ...warn, id: "host.unsettled-unknown" }],
  [{ ...warn, id: "host.no-rights", level: "block" }],
];
const verdicts: readonly Verdict[] = ["pass", "fail", "error", "not applicable", "until the next boot"];
const roles: readonly Role[] = ["proof", "audit", "advice"];

const verified = findings.flatMap((said) =>
  verdicts.flatMap((verdict) =>
    roles.flatMap((role) =>
      [undefined, today, "2026-12-31"].map((until): Verified => {
        const report = check({ role, verdict });
        const { id, object, found } = report;
        const waiver = { check: id, object, found, reason: "r", owner: "o", until: until ?? "" };
        const { checks } = assess([report], { waivers: until === undefined ? [] : [waiver], today, planned });
        return {
          host,
          profile,
          checks,
          findings: said,
          unsettled: said.includes(unsettled!) ? [pending] : [],
        };
      }),
    ),
  ),
);

const change: Change = {
  address: "x/sysctl:a",
  control: "x",
  kind: "sysctl",
  action: "update",
  reason: "r",
  effect: "now",
  before: "0",
  after: "1",
  undo: "full",
  stage: "kernel",
  steps: [],
};
const plans = findings.flatMap((said) =>
  [[], [change]].map(
    (changes): Plan => ({
      version: 1,
      tool: "0",
      target: "web1",
      host,
      profile,
      changes,
      findings: said,
    }),
  ),
);

const headlineIsRed = (headline: string) =>
  /[1-9]\d* (failed|not measured|until the next boot|to change)|Blocked by|Not green: host/.test(
    headline.replaceAll("&#58;", ":"),
  );

/** Whether whoever reads only this format takes it for not green. */
const red = {
  junit: (text: string) => !/<testsuites [^>]*failures="0" errors="0"/.test(text),
  text: (text: string) => headlineIsRed(text.trimEnd().split("\n").at(-1)!),
  markdown: (text: string) => headlineIsRed(/^\*\*(.*)\*\*$/m.exec(text)![1]!),
};

const ofVerify = (name: FormatName, value: Verified) =>
  formats[name].verify(judged([{ target: "web1", ok: true, value }], verifyVerdict), plainPage);
const ofPlan = (name: FormatName, value: Plan) =>
  formats[name].plan(judged([{ target: "web1", ok: true, value }], planVerdict), plainPage);
const about = ({ findings, checks }: Partial<Verified>) =>
  JSON.stringify([
    findings?.map(({ id }) => id),
    checks?.map(({ role, verdict, waiver }) => [role, verdict, waiver?.state]),
  ]);

describe.each(Object.keys(red) as (keyof typeof red)[])("%s", (name) => {
  it("of verify is green where its status is 0, and only there", () => {
    const wrong = verified.filter(
      (value) => red[name](ofVerify(name, value)) !== (verifyVerdict(value) !== "pass"),
    );
    expect(wrong.map(about)).toEqual([]);
  });

  it("of plan is red where it is blocked, or has changes", () => {
    const wrong = plans.filter((value) => planVerdict(value) !== "pass" && !red[name](ofPlan(name, value)));
    expect(wrong.map(about)).toEqual([]);
  });
});

it("the end of a text of several hosts names those whose status is not 0, and by what", () => {
  const lost = { target: "db1", ok: false, error: new HardenError("connect", "No route.") } as const;
  const end = (value: Verified) => {
    const results = [{ target: "web1", ok: true, value } as const, lost];
    return formats.text.verify(judged(results, verifyVerdict), plainPage).split("\n\n").at(-1)!;
  };
  const wrong = verified.filter((value) => {
    const own = /^ {2}web1: (firewall\.other-rules|host\.\S+)/m.test(end(value));
    return own !== (verifyVerdict(value) !== "pass");
  });
  expect(wrong.map(about)).toEqual([]);
  const green = verified.find((value) => verifyVerdict(value) === "pass")!;
  expect(end(green)).toBe("2 hosts, 1 not green:\n  db1: no verdict, unreachable");
});

it("the end of an apply's, and of a rollback's, on several hosts names those whose status is not 0, and by what", () => {
  const lost = { target: "db1", ok: false, error: new HardenError("connect", "No route.") } as const;
  const seen = { run: "r1", checks: [], open: [], notes: [] };
  const failed = verified.flatMap(({ checks }) =>
    checks.filter(({ verdict, waiver }) => verdict === "fail" && !waiver),
  );
  const rows = [
    [{ outcome: "confirmed", ...seen }, undefined],
    [{ outcome: "in sync", checks: [] }, undefined],
    [{ outcome: "rolled back", ...seen, why: "", clean: true }, "rolled back"],
    [{ outcome: "unknown", ...seen, why: "" }, "unknown"],
    [{ outcome: "blocked" }, "blocked"],
    [{ outcome: "to be confirmed", run: "r1", seconds: 1 }, "to be confirmed"],
    [{ outcome: "confirmed", ...seen, checks: failed.slice(0, 1) }, `confirmed, but for: ${failed[0]!.id}`],
    [{ outcome: "confirmed", ...seen, open: ["ssh/x"] }, "confirmed, but for: what is no longer as planned"],
    [{ outcome: "confirmed", ...seen, unseen: "no login" }, "confirmed, but for: not seen afterwards"],
  ] as unknown as readonly [Applied, string | undefined][];
  for (const [value, why] of rows) {
    const results = judged([{ target: "web1", ok: true, value } as const, lost], appliedVerdict);
    const named = why === undefined ? "" : `  web1: ${why}\n`;
    const count = why === undefined ? 1 : 2;
    const db1 = "  db1: no result, unreachable";
    const text = appliesText(results);
    expect(text.slice(text.lastIndexOf("2 hosts,"))).toBe(`2 hosts, ${count} not done:\n${named}${db1}`);
    const undoes = { ...value, undoes: ["r0"] } as UndoneRun;
    const undone = undonesText(
      judged([{ target: "web1", ok: true, value: undoes } as const, lost], appliedVerdict),
    );
    expect(undone.slice(undone.lastIndexOf("2 hosts,"))).toBe(
      `2 hosts, ${count} not rolled back as asked:\n${named}${db1}`,
    );
    expect(appliesText(results.slice(0, 1))).not.toContain("hosts,");
  }
});

describe("a host that could not be reached, beside one that was", () => {
  const error = new HardenError("connect", "No route to 203.0.113.7.", {
    where: "203.0.113.7:22",
    hint: "Look at its network.",
    hostState: "nothing was changed",
  });
  const beside = <T>(value: T) =>
    judged<T>(
      [
        { target: "web1", ok: true, value },
        { target: "db1", ok: false, error },
        { target: "web2", ok: true, value },
      ],
      () => "pass",
    );
  const value = verified.find((each) => verifyVerdict(each) === "pass")!;
  const audited = {
    ...value,
    at: "2027-01-31T00:00:00Z",
    layers: [],
    assets: [],
    engine: { state: "not applicable", why: "none" },
    containers: [],
    networks: [],
    reach: [],
    outside: { why: "not asked" },
  } as unknown as Audited;
  const lines = { ...value, list: "checklist", unsettled: [], lines: [] } as unknown as Answered;
  const written = (name: FormatName) => ({
    verify: formats[name].verify(beside(value), plainPage),
    audit: formats[name].audit(beside(audited), plainPage),
    checklist: formats[name].lines(beside(lines), plainPage),
  });

  it.each(["verify", "audit", "checklist"] as const)("has its place in the text of %s", (command) => {
    const text = written("text")[command];
    const none = command === "checklist" ? "could not be read" : "no verdict";
    const own = `db1: ${none}: 203.0.113.7:22: No route to 203.0.113.7.\n  host: nothing was changed\n  next: Look at its network.`;
    expect(text.split("\n\n")).toContain(own);
    expect(text.split("\n\n").at(-1)).toContain("db1");
    if (command !== "checklist") expect(text.indexOf("web1 (")).toBeLessThan(text.indexOf(own));
    if (command !== "checklist") expect(text.indexOf(own)).toBeLessThan(text.indexOf("web2 ("));
  });

  it("has it where no other was reached, and with --quiet", () => {
    const none = judged<never>(
      [1, 2].map((at) => ({ target: `db${at}`, ok: false, error }) as const),
      () => "pass",
    );
    for (const page of [plainPage, { ...plainPage, quiet: true }]) {
      const { verify, audit, lines } = formats.text;
      for (const text of [verify(none, page), audit(none, page), lines(none, page)])
        for (const target of ["db1", "db2"])
          expect(text).toMatch(new RegExp(`^${target}: .*No route to 203\\.0\\.113\\.7\\.$`, "m"));
    }
  });

  it.each(formatNames)("is named with its reason and what to do in %s", (name) => {
    for (const [command, text] of Object.entries(written(name)))
      for (const part of ["db1", "No route to 203.0.113.7.", "Look at its network."])
        expect(text, `${command} has ${part}`).toContain(part);
  });
});

describe("sarif", () => {
  const levels = (text: string): readonly string[] =>
    JSON.parse(text).runs[0].results.flatMap(({ level, suppressions }: Readonly<Record<string, unknown>>) =>
      suppressions === undefined ? [level] : [],
    );

  it("has a result where the status is not 0, at the level error where nothing can be trusted", () => {
    const wrong = verified.filter((value) => {
      const found = levels(ofVerify("sarif", value));
      return (
        verifyVerdict(value) !== "pass" &&
        (value.findings.some(hinders) ? !found.includes("error") : found.length === 0)
      );
    });
    expect(wrong.map(about)).toEqual([]);
    const blocked = plans.filter((value) => planVerdict(value) === "blocked");
    expect(blocked.filter((value) => !levels(ofPlan("sarif", value)).includes("error")).map(about)).toEqual(
      [],
    );
  });
});
