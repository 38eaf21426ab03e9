/** A checklist in its formats: what is open is said for each host, and how the whole ends. */
import { describe, expect, it } from "vitest";
import { linesResults } from "../../generate/results-schema.ts";
import { answer } from "../../src/assess/lines.ts";
import type { Assessed } from "../../src/assess/report.ts";
import { lists } from "../../src/audit/checklist.ts";
import { HardenError } from "../../src/errors.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { ChecklistReport } from "../../src/results/checklist.ts";
import { report } from "../assess/report.ts";
import { debian } from "../controls/facts.ts";

const { checklist } = lists;

const attestations = checklist
  .filter(({ attestable }) => attestable)
  .map(({ id }) => ({
    line: id,
    who: "Ops\u001b[2J",
    when: "2027-01-01",
    until: "2027-06-30",
    evidence: "T-1",
  }));

/** All hold but what `otherwise` says of a check. */
function hostOf(target: string, otherwise: Readonly<Record<string, Partial<Assessed>>> = {}) {
  const checks = checklist.flatMap((line) =>
    line.checks.map(
      (id): Assessed => ({ ...report({ id, verdict: "pass", object: "", found: "so" }), ...otherwise[id] }),
    ),
  );
  const lines = answer(checklist, { checks, attestations, today: "2027-01-31" });
  const profile = { name: "production", file: "packaged", digest: "0".repeat(64) };
  const value = { list: "checklist", host: debian("13"), profile, unsettled: [], lines } as const;
  return { target, ok: true, value, verdict: "pass", status: 0 } as const;
}

const shown = (all: ChecklistReport, name: (typeof formatNames)[number] = "text") =>
  formats[name].lines(all, plainPage);

const rooted = { verdict: "fail", found: "yes\u202e\nforged", remedy: "See by harden plan." } as const;

describe("a checklist", () => {
  it("says to deploy where all lines hold", () => {
    const text = shown([hostOf("web1")]);
    expect(text).toContain(`${checklist.length} lines, all hold. Deploy.`);
    expect(text).toMatch(/^ {2}pass {11}ssh takes keys only {2}\(server\.ssh-keys\)$/m);
    expect(text).toMatch(/Ops\S* on 2027-01-01, until 2027-06-30: T-1/);
  });

  it("names the host that keeps a line open", () => {
    const text = shown([hostOf("web1"), hostOf("web2", { "ssh.permit-root-login": rooted })]);
    expect(text).toMatch(/^ {2}fail {11}root's login is restricted/m);
    expect(text).toContain("ssh.permit-root-login: yes forged");
    expect(text).toContain(`Don't deploy: 1 line of ${checklist.length} open: server.root-login.`);
  });

  it("is no word to deploy where a host could not be read", () => {
    const error = new HardenError("connect", "No answer.");
    const text = shown([
      hostOf("web1"),
      { target: "web2", ok: false, error, verdict: "unreachable", status: 1 },
    ]);
    expect(text).toContain("Don't deploy: 1 target could not be read: web2.");
  });

  it("is data as its schema has it, and harmless in every format", () => {
    const all = [hostOf("web1", { "containers.user": rooted })];
    expect(linesResults.safeParse(JSON.parse(shown(all, "json"))).error).toBeUndefined();
    for (const name of formatNames) {
      expect(shown(all, name), name).toContain("container.user");
      expect(shown(all, name), name).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]|\u202e/);
    }
  });
});
