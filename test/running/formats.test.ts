/** What runs, in each format, whatever a host says. */
import { describe, expect, it } from "vitest";
import { auditResults } from "../../generate/results-schema.ts";
import { checked } from "../../src/audit/files.ts";
import type { Containers } from "../../src/facts/containers.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { AuditReport } from "../../src/results/audited.ts";
import { keep } from "../compose/world.ts";
import { askedOf, auditOf, wholeOf } from "./recorded.ts";

const asked = askedOf("debian13");
const whole = (value: Containers) => wholeOf(auditOf(value));
const of = (
  value: AuditReport[number] extends infer T ? (T extends { value: infer V } ? V : never) : never,
) => ({ target: "web1", ok: true, value, verdict: "fail", status: 2 }) as const;
const shown = (report: AuditReport, name: (typeof formatNames)[number] = "text") =>
  formats[name].audit(report, plainPage);

describe("an audit in its formats", () => {
  it("is a table of containers, who reaches whom, and what is weak with its number", () => {
    const text = shown([of(whole(asked))]);
    expect(text).toMatch(/^ {2}well +app:1\.0 +holds +0\.05 +64M, 1M, 4M +inside$/m);
    expect(text).toMatch(/^ {2}weak +app:1\.0 +14 don't hold +all +all, 1M, 4M +host$/m);
    expect(text).toMatch(/^ {2}3 {2}proxy +yes +no +- +no +yes +\? +yes$/m);
    expect(text).toContain(
      "containers.pids  Processes have a limit (CIS Docker 1.6.0: 5.29, SOC 2 TSC 2017: A1.1)",
    );
    expect(text).toContain("[networks.proxy-reaches-data]");
  });

  it("says why it is not applicable", () => {
    const none = whole({ engine: "stopped", host: asked.host, rootless: false, left: 0 });
    expect(shown([of(none)])).toMatch(/containers: not applicable: the engine doesn't run$/m);
    for (const name of ["json", "junit", "markdown"] as const)
      expect(shown([of(none)], name), name).toContain("web1");
  });

  it("is data as its schema has it, files beside hosts", async () => {
    const done = await checked(["compose.yaml"], {
      read: async (path) => (path === "compose.yaml" ? "services: {web: {image: a:1}}" : undefined),
      keep,
      today: "2027-01-31",
    });
    if (!done.ok) throw done.error;
    const unasked = whole({ engine: "unasked", host: asked.host, why: "it does not answer" });
    const report = [of(whole(asked)), of(unasked), of(done.value.composed)];
    expect(auditResults.safeParse(JSON.parse(shown(report, "json"))).error).toBeUndefined();
    expect(shown(report)).toContain("3 results, 3 not green");
  });

  it("hands nothing to a terminal that a container made up", () => {
    const evil = "x\u001b]0;t\u0007\u202e\nforged";
    const containers = asked.containers.map((each) => ({
      ...each,
      name: `${each.name}${evil}`,
      image: evil,
      environment: [`DB_PASSWORD${evil}`],
      kernel: each.kernel && {
        ...each.kernel,
        processes: each.kernel.processes.map((process) => ({ ...process, name: evil, uids: [0, 0, 0, 0] })),
      },
    }));
    const report = [of(whole({ ...asked, containers }))];
    for (const name of formatNames) {
      expect(shown(report, name), name).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]|\u202e/);
      expect(shown(report, name), name).not.toMatch(/^forged/m);
    }
  });
});
