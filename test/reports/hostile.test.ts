/** Whatever a host, a profile or a target says, no report hands it to a terminal as it is. */
import { expect, test } from "vitest";
import type { Applied } from "../../src/commands/applied.ts";
import type { Settled } from "../../src/commands/each.ts";
import { HardenError } from "../../src/errors.ts";
import { appliesText } from "../../src/reports/applied.ts";
import { errorText } from "../../src/reports/error.ts";
import { plain } from "../../src/reports/paint.ts";
import { plansText } from "../../src/reports/plan.ts";
import { confirmsText, prunedText, runsText, uninstalledText } from "../../src/reports/runs.ts";
import { verifyText } from "../../src/reports/verify.ts";

const forbidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\p{Cf}\p{Zl}\p{Zp}]/u;
const evil = "x\x1b]0;t\x07\x9b2J\u202e\u2066\u200b\u2028\u00ad\r\x85y";
const settled = <T>(...values: readonly T[]) =>
  values.map((value): Settled<T> => ({ target: evil, ok: true, value }));

const host = { ...{ hostname: evil, machineId: evil, bootId: evil, distro: evil, version: evil } };
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
  { outcome: "stale", addresses: [evil] },
  { outcome: "refused", reasons: [{ code: evil, object: evil, text: evil, address: evil }] },
  { outcome: "locked", who: evil, since: evil, holder: evil, state: evil, next: evil },
  { outcome: "confirmed", run: evil, notes, ...looked },
  { outcome: "to be confirmed", run: evil, seconds: 1 },
  { outcome: "rolled back", run: evil, why: evil, clean: false, notes },
  { outcome: "rolled back", run: evil, why: evil, clean: false, notes: [] },
  { outcome: "undone", run: evil, by: `other ${evil}`, ...looked },
  { outcome: "unknown", run: "r1", why: evil },
] as unknown as readonly Applied[];
const run = {
  ...{ id: evil, state: "rolled-back", time: evil, who: evil, profile: evil, digest: evil, commit: evil },
  ...{ result: `rolled-back notes ${evil}`, notes },
  journal: [{ time: evil, address: evil, verb: evil, object: evil, before: evil, after: evil }],
};
const verified = { host, profile, checks, unsettled: [], findings: [finding] };
const details = { where: evil, hostState: evil, hint: evil };

const any = (value: unknown) => value as never;

test.each<[string, string]>([
  ...applied.map((one): [string, string] => [`apply: ${one.outcome}`, appliesText(settled(one))]),
  ["plan", plansText(settled(any(plan)))],
  ["verify", verifyText(settled(any(verified)))],
  ["runs", runsText(settled([any(run)]), { paint: plain, whole: true })],
  ["no runs", runsText(settled([]), { paint: plain, whole: true })],
  ["confirm", confirmsText(settled({ run: evil, confirmed: true }), plain)],
  ["prune", prunedText(settled([evil], []))],
  ["uninstall", uninstalledText(settled("uninstalled"))],
  ["an error", errorText(new HardenError("host", evil, details), evil)],
])("%s", (_what, text) => {
  expect(text).toMatch(/x.*y/s);
  expect(text).not.toMatch(forbidden);
});
