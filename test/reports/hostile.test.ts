/** Whatever a host, a profile or a target says, no report hands it to a terminal as it is. */
import { expect, test } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { confirmsText } from "../../src/features/confirm/text.ts";
import { undonesText } from "../../src/features/rollback/text.ts";
import { prunedText, runsText } from "../../src/features/runs/text.ts";
import { uninstalledText } from "../../src/features/uninstall/text.ts";
import { appliesText } from "../../src/reports/applied.ts";
import { errorText } from "../../src/reports/error.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { plansText } from "../../src/reports/plan.ts";
import { verifyText } from "../../src/reports/verify.ts";
import type { Applied } from "../../src/results/applied.ts";
import type { Judged } from "../../src/results/verdict.ts";

const forbidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\p{Cf}\p{Zl}\p{Zp}]/u;
const evil = "x\x1b]0;t\x07\x9b2J\u202e\u2066\u200b\u2028\u00ad\r\x85y\nforged: confirmed\r\n  forged";
const settled = <T>(...values: readonly T[]) =>
  values.map((value): Judged<T> => ({ target: evil, ok: true, value, verdict: "fail", status: 2 }));

const host = { hostname: evil, machineId: evil, bootId: evil, distro: evil, version: evil };
const profile = { name: evil, file: evil, digest: evil, commit: evil, dirty: true };
const finding = { control: evil, id: evil, level: "warn", message: evil, hint: evil } as const;
const change = { address: `x/${evil}`, control: evil, kind: "file", before: evil, after: evil, reason: evil };
const changes = [
  { ...change, diff: evil, action: "update", effect: "now", undo: "full", stage: "apply", steps: [] },
  { ...change, action: "update", effect: "now", undo: "full", stage: "apply", steps: [] },
];
const plan = { version: 1, tool: evil, target: evil, host, profile, changes, findings: [finding] };
const check = { role: "audit", id: evil, control: evil, title: evil, severity: "low", references: [] };
const waiver = { state: "waived", reason: evil, owner: evil, until: evil };
const said = { object: evil, expected: evil, found: evil, remedy: evil };
const checks = [
  { ...check, ...said, verdict: "fail" },
  { ...check, ...said, verdict: "fail", waiver },
];
const notes = [{ code: evil, object: evil, text: evil }];
const looked = { checks, open: [evil], unseen: evil };
const applied = [
  { outcome: "in sync", checks },
  { outcome: "declined" },
  { outcome: "blocked" },
  { outcome: "same host", as: evil },
  { outcome: "stale", addresses: [evil], lines: [evil] },
  { outcome: "refused", reasons: [{ code: evil, object: evil, text: evil, address: evil }] },
  { outcome: "locked", who: evil, since: evil, holder: evil, state: evil, next: evil },
  { outcome: "confirmed", run: evil, notes, ...looked },
  { outcome: "to be confirmed", run: evil, seconds: 1 },
  { outcome: "rolled back", run: evil, why: evil, clean: false, notes },
  { outcome: "rolled back", run: evil, why: evil, clean: false, notes: [] },
  { outcome: "unknown", run: "r1", why: evil },
] as unknown as readonly Applied[];
const run = {
  id: evil,
  state: "rolled-back",
  time: evil,
  who: evil,
  profile: evil,
  digest: evil,
  commit: evil,
  result: `rolled-back notes ${evil}`,
  notes,
  journal: [{ time: evil, address: evil, verb: evil, object: evil, before: evil, after: evil }],
};
const undone = { outcome: "undone", by: `other ${evil}`, left: notes, notes, ...looked };
const undoes = [{ ...run, undoes: [evil] }];
const verified = { host, profile, checks, unsettled: [], findings: [finding] };
const details = { where: evil, hostState: evil, hint: evil };

const any = (value: unknown) => value as never;

test("what is no run's id is in no command that somebody may paste", () => {
  for (const id of ["r1; reboot", "$(reboot)", "../x", evil]) {
    const text = runsText(settled([any({ ...run, id, state: "pending" })]), plainPage, false);
    expect(text).not.toContain("runtime.sh");
  }
});

test.each<[string, string]>([
  ...applied.map((one): [string, string] => [`apply: ${one.outcome}`, appliesText(settled(one))]),
  ...[...applied, any(undone)].map((one): [string, string] => [
    `rollback: ${one.outcome}`,
    undonesText(settled(any({ ...one, undoes: [evil] }))),
  ]),
  ["plan", plansText(settled(any(plan)))],
  ["the plan of a rollback", plansText(settled(any({ ...plan, undoes })))],
  ["verify", verifyText(settled(any(verified)))],
  ["runs", runsText(settled([any(run)]), plainPage, true)],
  ["a pending run", runsText(settled([any({ ...run, state: "pending", result: "" })]), plainPage, false)],
  ["no runs", runsText(settled([]), plainPage, true)],
  ["confirm", confirmsText(settled({ run: evil, confirmed: true }), plainPage)],
  [
    "prune",
    prunedText(
      settled({
        ...({ outcome: "pruned", runs: [evil] } as const),
        lost: { runs: [evil], to: [evil], copies: [{ run: evil, object: evil, text: evil }] },
      }),
    ),
  ],
  ["uninstall", uninstalledText(settled("uninstalled"))],
  ["uninstall, nothing there", uninstalledText(settled("nothing"))],
  ["uninstall, declined", uninstalledText(settled("declined"))],
  ["an error", errorText(new HardenError("host", evil, details), evil)],
])("%s", (_what, text) => {
  expect(text).toMatch(/x.*y/s);
  expect(text).not.toMatch(forbidden);
  expect(text).not.toMatch(/^\s*forged/m);
});

test.each(formatNames.filter((name) => name !== "json"))("%s: no text of a host begins a line", (name) => {
  const judged = <T>(value: T) => [{ ...settled(value)[0]!, verdict: "fail", status: 2 }];
  const plain = { ...plan, changes: [{ ...changes[0], diff: undefined }] };
  for (const text of [
    formats[name].plan(any(judged(plain)), plainPage),
    formats[name].verify(any(judged(verified)), plainPage),
  ]) {
    const said =
      name === "sarif"
        ? JSON.parse(text)
            .runs[0].results.map(({ message }: { message: { text: string } }) => message.text)
            .join("\n")
        : text;
    expect(said).toContain("forged");
    expect(said).not.toMatch(/^\s*forged/m);
  }
});
