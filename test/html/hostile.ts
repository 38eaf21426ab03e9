/** Pages of which a host, a profile and a file have said everything that they can. */
import { formats } from "../../src/reports/formats.ts";
import type { FormatName } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { report as check } from "../assess/report.ts";
import { debian } from "../controls/facts.ts";

const any = (value: unknown) => value as never;

/** A page of each command, with this text wherever it isn't ours. */
export function hostile(text: string, name: FormatName = "html"): readonly string[] {
  const host = { ...debian("13"), machineId: undefined, hostname: text, distro: text, version: text };
  const profile = { name: text, file: text, digest: "d", commit: text, dirty: true };
  const finding = { control: "host", id: text, level: "warn", message: text, hint: text };
  const said = { object: text, expected: text, found: text, remedy: text, title: text };
  const place = { file: text, line: 1, column: 1 };
  const waiver = { state: "waived", reason: text, owner: text, until: text };
  const checks = [
    check(said),
    { ...check({ ...said, object: `${text}2` }), place },
    { ...check({ ...said, verdict: "fail" }), waiver },
    check({ ...said, id: "containers.user", verdict: "error" }),
    check({ ...said, verdict: "pass" }),
  ];
  const since = {
    baseline: text,
    useless: text,
    unlooked: [text],
    inventory: {
      new: [{ kind: text, name: text, about: text }],
      uncompared: [{ kind: text, why: text }, { why: text }],
    },
    mended: [{ id: text, object: text, was: "fail", now: "pass" }],
  };
  const about = { host, profile, checks, findings: [finding], since };
  const container = { name: `name-${text}`, image: text, networks: [text], memory: {} };
  const audited = {
    ...about,
    at: "2026-11-28T00:00:00Z",
    score: 1,
    networks: [],
    layers: [{ layer: "host", grade: "F", score: 1, failing: 1, unmeasured: 0 }],
    assets: [{ asset: "login", guards: [{ layer: "host", does: text, open: [text] }] }],
    engine: { state: "asked", version: text, cores: 1, memory: 1 },
    containers: [container, { ...container, name: "b" }],
    reach: [{ from: `name-${text}`, to: "b", answer: "yes", by: [text] }],
    outside: { doors: [{ port: 1, of: text, role: "other", answer: { is: "silent", why: text } }] },
  };
  const change = {
    address: `x/${text}`,
    control: text,
    kind: "file",
    action: "update",
    reason: text,
    before: text,

    after: `${text}.`,
    diff: `+${text.replace(/[\r\n]/g, " ")}`,
    details: [text],
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [],
  };
  const plan = { ...about, version: 1, tool: "0", target: text, changes: [change] };
  const attestation = { who: text, when: text, until: text, evidence: text, line: text, state: "valid" };
  const evidence = { check: text, object: text, verdict: "fail", expected: text, found: text, waived: text };
  const line = { id: text, section: text, says: text, verdict: "fail", remedy: text };
  const lines = [{ ...line, attestation, evidence: [evidence] }];
  const ok = (value: unknown) => [{ target: text, ok: true, value, verdict: "fail", status: 2 }];
  const format = formats[name];
  return [
    format.plan(any(ok(plan)), plainPage),
    format.verify(any(ok({ ...about, unsettled: [] })), plainPage),
    format.audit(any(ok(audited)), plainPage, {
      history: [
        { file: text, targets: new Map([[text, { checks: [], at: "2026-01-01T00:00:00Z", score: 1 }]]) },
      ],
    }),
    format.cloud(any(ok({ ...about, tiers: [text] })), plainPage),
    format.compose(any(ok({ ...about, files: [text], services: [text] })), plainPage),
    format.lines(any(ok({ ...about, list: "checklist", unsettled: [], lines })), plainPage),
  ];
}
