/** What a plan of a file that others write to says of it: the keys of ours, and nothing by which a value of theirs is known. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineControl } from "../../src/controls/define.ts";
import type { EditFormat } from "../../src/edits/index.ts";
import { file } from "../../src/facts/files.ts";
import { host } from "../../src/facts/host.ts";
import { probeKey, type RawFact } from "../../src/facts/probe.ts";
import { stepWords } from "../../src/kinds/index.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { makePlan } from "../../src/plan/planner.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { savePlans } from "../../src/run/plan.ts";
import { type SavedPlan, staleness } from "../../src/run/planfile.ts";
import { redactAll } from "../../src/secrets/index.ts";
import { access } from "../controls/facts.ts";
import { group } from "../controls/record.ts";

fc.configureGlobal({ seed: 831610384 });

const path = "/etc/others.conf";
const root = { owner: "root", group: "root" } as const;
const present = (data: Buffer): RawFact => ({ state: "present", data });

/** A plan of one file, edited by key or written as a whole, as its host says that it is. */
function planOf(
  content: Buffer,
  {
    format,
    stamp = "1:2",
    text = "ours = 1\n",
  }: { format: EditFormat | "whole"; stamp?: string; text?: string },
): Plan {
  const resource =
    format === "whole"
      ? { kind: "file" as const, path, content: Buffer.from(text), mode: "0600", ...root }
      : {
          kind: "edit" as const,
          path,
          format,
          unset: [],
          missing: "create" as const,
          mode: "0600",
          ...root,
          set: [[format === "ini" ? ["s", "ours"] : ["ours"], "new"]] as const,
        };
  const control = defineControl({
    id: "x",
    title: "x",
    ...group,
    rationale: "",
    schema: z.strictObject({}),
    guard: () => [],
    checks: [],
    probes: () => ({ file: file(path) }),
    desired: () => [{ control: "x", reason: "why", resource }],
  });
  const stat = `8180 600 root root ${content.length}:${stamp} '${path}'\n--------\n\n`;
  const facts = new Map([
    [
      probeKey(host),
      present(Buffer.from("ID=debian\nharden_systemd=yes\nharden_uid=0\nharden_machine_id=m\n")),
    ],
    [probeKey(file(path)), present(Buffer.concat([Buffer.from(stat), content]))],
  ]);
  const about = { tool: "0", target: "t", profile: { name: "p", digest: "" } };
  return makePlan({ managed: [{ control, params: {}, mode: "apply" }], facts, access, owned: [], ...about });
}

const saved = (plan: Plan) =>
  savePlans(
    [{ target: "t", ok: true, value: plan, verdict: "changes", status: 0 }],
    { choiceOf: () => ({ profile: {} as Profile, only: [], skip: [] }) },
    "0",
  )!;

/** Everything that leaves the controller of it. */
const outputs = (plan: Plan): readonly string[] => [
  saved(plan),
  ...formatNames.map((name) =>
    formats[name].plan([{ target: "t", ok: true, value: redactAll(plan), verdict: "changes", status: 0 }], {
      ...plainPage,
      whole: true,
    }),
  ),
];

const spellings = (text: string): readonly string[] => [
  text,
  ...[0, 1, 2].map((shift) =>
    Buffer.from("\0".repeat(shift) + text)
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  ),
  Buffer.from(text).toString("hex"),
];

const sumsOf = (content: Buffer): readonly string[] => [
  createHash("sha256").update(content).digest("hex").slice(0, 12),
  createHash("sha256").update(content).digest("base64").slice(0, 12),
];

/** A name that says nothing, and a value without any form. */
const value = fc.stringMatching(/^Zq[A-Za-z0-9]{10,20}$/);
const name = fc.stringMatching(/^n[a-z]{2,8}$/);
const pairs = fc.uniqueArray(fc.tuple(name, value), { minLength: 1, maxLength: 5, selector: ([key]) => key });

const texts: readonly {
  readonly format: EditFormat;
  readonly of: (pairs: readonly (readonly [string, string])[], line: boolean) => string;
}[] = [
  {
    format: "json",
    of: (all, line) => JSON.stringify({ ...Object.fromEntries(all), ours: "old" }, undefined, line ? 0 : 1),
  },
  {
    format: "yaml",
    of: (all) => [...all.map(([key, each]) => `${key}: ${each}`), "ours: old", ""].join("\n"),
  },
  {
    format: "ini",
    of: (all) => ["[s]", ...all.map(([key, each]) => `${key} = ${each}`), "ours = old", ""].join("\n"),
  },
  {
    format: { separator: " = " },
    of: (all) => [...all.map(([key, each]) => `${key} = ${each}`), "ours = old", ""].join("\n"),
  },
];

describe.each(texts)("a file that is edited by key, $format", ({ format, of }) => {
  it("leaves no value of others in any format, nor in a saved plan, nor a sum of it", () => {
    fc.assert(
      fc.property(pairs, fc.boolean(), (all, line) => {
        const content = Buffer.from(of(all, line));
        const plan = planOf(content, { format });
        expect(plan.changes).toHaveLength(1);
        const written = stepWords(plan.changes[0]!.steps[0]!)[1]!;
        const forbidden = [...all.flatMap(([, each]) => spellings(each)), ...sumsOf(content)];
        forbidden.push(...sumsOf(Buffer.from(written, "base64")));
        for (const each of all) expect(Buffer.from(written, "base64").toString()).toContain(each[1]);
        for (const output of outputs(plan)) for (const each of forbidden) expect(output).not.toContain(each);
      }),
      { numRuns: 40 },
    );
  });

  it("says what becomes of the keys that are ours", () => {
    const { diff } = planOf(Buffer.from(of([["nab", "ZqTheirs"]], true)), { format }).changes[0]!;
    expect(diff).toMatch(/^-.*"ours": "old"$/m);
    expect(diff).toMatch(/^\+.*"ours": "new"$/m);
  });
});

describe("a file that is written as a whole", () => {
  const content = Buffer.from("password = ZqSecretWord\nurl = http://u:ZqOtherWord@h/\nours = 0\n");
  const plan = planOf(content, { format: "whole" });

  it("shows what goes but for its secrets, and no sum by which a guess could be tested", () => {
    expect(plan.changes[0]?.diff).toContain("-password = …\n-url = http://u:…@h/\n");
    for (const output of outputs(plan))
      for (const each of [...spellings("ZqSecretWord"), ...spellings("ZqOtherWord"), ...sumsOf(content)])
        expect(output).not.toContain(each);
  });

  it("shows no line that stays: it may be others'", () => {
    const theirs = "# ZqTheirs\n";
    const { changes } = planOf(Buffer.from(`${theirs}ours = 0\n`), {
      format: "whole",
      text: `${theirs}ours = 1\n`,
    });
    expect(changes[0]?.diff).toBe(`--- ${path}\n+++ ${path}\n@@ -2,1 +2,1 @@\n-ours = 0\n+ours = 1`);
  });

  it("is stale by its inode or the time of its last change, and not by itself", () => {
    const { saved: plans } = JSON.parse(saved(plan)) as { saved: readonly SavedPlan[] };
    const before = plans[0]!.plan;
    expect(staleness(before, planOf(content, { format: "whole" }))).toBeUndefined();
    for (const stamp of ["1:3", "2:2"])
      expect(staleness(before, planOf(content, { format: "whole", stamp }))).toMatchObject({
        addresses: [`x/file:${path}`],
      });
  });
});
