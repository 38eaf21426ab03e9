/** The score in what a person, a program and a webhook read: causes in one line, and of several hosts the worst and the median. */
import { describe, expect, it } from "vitest";
import { weigh } from "../../src/assess/weigh.ts";
import { grouped } from "../../src/audit/audit.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import { isHost } from "../../src/compose/composed.ts";
import { HardenError } from "../../src/errors.ts";
import { webhookText } from "../../src/features/audit/webhook-text.ts";
import { auditText } from "../../src/reports/audit.ts";
import { formats } from "../../src/reports/formats.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { Audited, AuditReport } from "../../src/results/audited.ts";
import { outcomeOf } from "../../src/results/verdict.ts";
import { auditReport, madePage } from "../html/reports.ts";

/** A recorded host of which only the checks that match fail. */
async function hostWith(fails: RegExp, waived: readonly string[] = []): Promise<Audited> {
  const [first] = await auditReport();
  if (!first?.ok || !isHost(first.value)) throw new Error("no host");
  const { value } = first;
  const waiver = { state: "waived", reason: "r", owner: "o", until: "2027-06-30" } as const;
  const checks = value.checks.map(({ points: _, hiddenBy: __, ...check }) => ({
    ...check,
    verdict: fails.test(check.id) ? ("fail" as const) : ("pass" as const),
    ...(waived.includes(check.id) ? { waiver } : {}),
  }));
  return { ...value, findings: [], ...weigh(checks, everyCheck) };
}

const reportOf = (...values: readonly Audited[]): AuditReport =>
  outcomeOf(grouped(values.map((value, at) => ({ target: `web${at + 1}`, ok: true, value }))), () => "fail")
    .report;

describe("a cause", () => {
  it("is told with its remedy, and what it hides in one line", async () => {
    const text = auditText(reportOf(await hostWith(/^fail2ban\./)));
    expect(text).toContain("88 of 100, B");
    expect(text).toMatch(/host {9}B {3}88 {2}1 check doesn't hold, \d+ more by the same cause/);
    expect(text).toMatch(/ {2}hidden {3}by fail2ban\.running: fail2ban\.action, fail2ban\.backend,/);
    expect(text.match(/^ {2}fail {5}/gm)).toHaveLength(1);
  });

  it("leaves what it hides in full where its own check is waived", async () => {
    const text = auditText(reportOf(await hostWith(/^fail2ban\.(running|jail)/, ["fail2ban.running"])));
    expect(text).toContain("fail     fail2ban.jail");
    expect(text).not.toContain("hidden   by");
  });

  it("is named in JSON and on a page beside each check that it hides", async () => {
    const report = reportOf(await hostWith(/^firewall\./));
    const [{ value }] = JSON.parse(formats.json.audit(report, plainPage));
    const of = (id: string) => value.checks.find((check: { id: string }) => check.id === id);
    expect(of("firewall.enabled")).toMatchObject({ points: 50 });
    expect(of("firewall.published")).toMatchObject({ verdict: "fail", hiddenBy: "firewall.enabled" });
    expect(of("ssh.port").points).toBeUndefined();
    expect(value.layers[1]).toMatchObject({ layer: "network", grade: "F", score: 20, failing: 1 });
    expect(formats.html.audit(report, madePage)).toContain("with firewall.enabled, by the same cause");
  });
});

describe("several hosts", () => {
  const group = { hosts: 3, unread: 0, worst: { target: "web2", score: 50 }, median: 88 };
  const three = async () =>
    reportOf(await hostWith(/^fail2ban\./), await hostWith(/^firewall\./), await hostWith(/^$/));

  it("have their worst and their median, as text, on a page, and for a program", async () => {
    const report = await three();
    expect(auditText(report)).toContain("worst 50 of 100, D (web2); median 88 of 100, B.");
    expect(formats.html.audit(report, madePage)).toContain("worst 50 of 100, D (web2); median 88 of 100, B");
    for (const { value } of JSON.parse(formats.json.audit(report, plainPage))) {
      expect(value.group).toEqual(group);
    }
    expect(JSON.parse(webhookText(report, 2))).toMatchObject({ worst: group.worst, median: 88 });
  });

  it("are told without those that could not be read, and with their number", async () => {
    const [one, other] = [await hostWith(/^fail2ban\./), await hostWith(/^$/)];
    const error = new HardenError("connect", "no route");
    const { report } = outcomeOf(
      grouped([
        { target: "web1", ok: true, value: one },
        { target: "web2", ok: true, value: other },
        { target: "web3", ok: false, error },
      ]),
      () => "fail",
    );
    expect(auditText(report)).toContain("median 88 of 100, B; without 1 host that could not be read.");
  });

  it("are more than one", async () => {
    const report = reportOf(await hostWith(/^fail2ban\./));
    expect(auditText(report)).not.toContain("median");
    expect(webhookText(report, 2)).not.toContain("median");
  });
});
