/** Reports of every command that has a page, of recorded hosts and engines. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Baseline } from "../../src/assess/baseline.ts";
import { answer } from "../../src/assess/lines.ts";
import { parseAudit } from "../../src/assess/saved-audit.ts";
import { weigh } from "../../src/assess/weigh.ts";
import { lists } from "../../src/audit/checklist.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import { HardenError } from "../../src/errors.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { evidenceOf } from "../../src/features/audit/groups.ts";
import { composeCheck } from "../../src/features/compose/work.ts";
import { verifyVerdict } from "../../src/features/verify/work.ts";
import { bareNext } from "../../src/next.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { formats } from "../../src/reports/formats.ts";
import { frameworkPage } from "../../src/reports/html/framework.ts";
import type { FormatName } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { AuditReport } from "../../src/results/audited.ts";
import type { ChecklistReport } from "../../src/results/checklist.ts";
import type { ComposeReport } from "../../src/results/compose.ts";
import { outcomeOf } from "../../src/results/verdict.ts";
import type { VerifyReport } from "../../src/results/verified.ts";
import { judge } from "../../src/run/judge.ts";
import { look } from "../../src/run/look.ts";
import { planVerdict } from "../../src/run/plan.ts";
import { choiceOf } from "../choice.ts";
import { keep } from "../compose/world.ts";
import { askedOf, auditOf, wholeOf } from "../running/recorded.ts";

const { checklist } = lists;

const root = join(import.meta.dirname, "../..");
const now = Date.parse("2027-01-31T12:00:00Z");

async function lookAt(release: "debian12" | "debian13", target: string) {
  const file = join(root, `test/fixtures/hosts/${release}.json`);
  const transport = parseRecorded(readFileSync(file, "utf8"));
  const choice = await choiceOf("production");
  const gathered = look(transport.facts, { choice, target, tool: "0", next: bareNext, transport });
  return { gathered, choice };
}

const refused = {
  target: "db1.example.org",
  ok: false,
  error: new HardenError("connect", "No answer.", { hint: "Look at its console." }),
} as const;

export async function planReport() {
  const settled = await Promise.all(
    (["debian12", "debian13", "debian13"] as const).map(async (release, at) => {
      const target = `web${at + 1}.example.org`;
      return { target, ok: true, value: (await lookAt(release, target)).gathered.plan } as const;
    }),
  );
  return outcomeOf<Plan>([...settled, refused], (plan) => planVerdict(plan)).report;
}

async function measured(release: "debian12" | "debian13", target: string) {
  const { gathered, choice } = await lookAt(release, target);
  const { host, profile } = gathered.plan;
  return { host, profile, findings: gathered.plan.findings, ...judge(gathered, choice, { now: () => now }) };
}

export async function verifyReport(): Promise<VerifyReport> {
  const value = { ...(await measured("debian12", "web1")), unsettled: [] };
  return outcomeOf([{ target: "web1", ok: true, value }, refused], verifyVerdict).report;
}

const weak = `services:
  web: {image: "nginx:latest", ports: ["80:80"], privileged: true}
  db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: hunter2hunter2}}
`;

export const composeReport = async (): Promise<ComposeReport> =>
  (
    await composeCheck(["shop/compose.yaml", "none.yaml"], {
      read: async (path) => (path === "shop/compose.yaml" ? weak : undefined),
      keep,
      today: "2027-01-31",
    })
  ).report;

/** A host with everything that an audit can tell, a file beside it, and a host that doesn't answer. */
export async function auditReport(): Promise<AuditReport> {
  const { host, profile, checks, findings } = await measured("debian13", "web1");
  const engine = wholeOf(auditOf(askedOf("debian13")));
  const all = [...checks, ...engine.checks];
  const outside = {
    doors: [
      { port: 22, of: "sshd", role: "the host's", answer: { is: "other" } },
      { port: 443, of: "proxy", role: "proxy", answer: { is: "http", status: 301 } },
      { port: 5432, of: "db", role: "data", answer: { is: "refused" } },
    ],
  } as unknown as typeof engine.outside;
  const value = { ...engine, ...weigh(all, everyCheck), host, profile, outside };
  const audited = { ...value, findings: [...findings, ...engine.findings] };
  const [file] = await composeReport();
  return [
    { target: "web1.example.org", ok: true, value: audited, verdict: "fail", status: 2 },
    file!,
    { ...refused, verdict: "unreachable", status: 1 },
  ];
}

export async function linesReport(): Promise<ChecklistReport> {
  const { host, profile, checks } = await measured("debian13", "web1");
  const all = [...checks, ...wholeOf(auditOf(askedOf("debian13"))).checks];
  const attested = {
    line: "server.mfa",
    who: "Ops",
    when: "2027-01-01",
    until: "2027-06-30",
    evidence: "T-1",
  };
  const lines = answer(checklist, { checks: all, attestations: [attested], today: "2027-01-31" });
  const value = { list: "checklist", host, profile, unsettled: [], lines } as const;
  return [
    { target: "web1", ok: true, value, verdict: "fail", status: 2 },
    { ...refused, verdict: "unreachable", status: 1 },
  ];
}

/** Earlier audits of that host: each had less that held. */
async function earlier(): Promise<readonly Baseline[]> {
  const [first] = await auditReport();
  if (first === undefined || !first.ok || !("reach" in first.value)) throw new Error("no audit");
  const { value } = first;
  return [1, 2, 3].map((month) => {
    const file = `2026-1${3 - month}.json`;
    const checks = value.checks.map((check, at) =>
      check.verdict === "pass" && at % 9 < month ? { ...check, verdict: "fail" as const } : check,
    );
    const at = `2026-1${3 - month}-30T02:00:00Z`;
    const then = { ...value, at, ...weigh(checks, everyCheck) };
    return parseAudit(formats.json.audit([{ ...first, value: then }], plainPage), file);
  });
}

const evidence = async () =>
  frameworkPage(
    evidenceOf(await auditReport(), { framework: "soc2", date: "2027-01-31T12:00:00Z", tool: "harden 0" }),
  );

/** Each page, by its command. */
/** As the program makes them. */
export const madePage = { ...plainPage, made: { at: "2027-01-31T12:00:00Z", version: "1.2.3" } };

export const pages = async (name: FormatName = "html"): Promise<ReadonlyMap<string, string>> =>
  new Map([
    ["plan", formats[name].plan(await planReport(), madePage)],
    ["verify", formats[name].verify(await verifyReport(), madePage)],
    ["audit", formats[name].audit(await auditReport(), madePage, { history: await earlier() })],
    ["compose", formats[name].compose(await composeReport(), madePage)],
    ["checklist", formats[name].lines(await linesReport(), madePage)],
    ...(name === "html" ? [["evidence", await evidence()] as const] : []),
  ]);
