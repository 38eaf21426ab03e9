/** An audit of recorded hosts as evidence. */
import { describe, expect, it } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { evidenceOf } from "../../src/features/audit/groups.ts";
import type { Audited } from "../../src/results/audited.ts";
import { report } from "../assess/report.ts";
import { askedOf, auditOf, wholeOf } from "../running/recorded.ts";

const by = { framework: "soc2", date: "2027-01-31T12:00:00Z", tool: "harden 1" } as const;
const asked = askedOf("debian13");
const whole = wholeOf(auditOf(asked));
const of = (value: Audited, target = "web1") => ({ target, ok: true, value }) as const;
const evidence = (...results: Parameters<typeof evidenceOf>[0]) => evidenceOf(results, by);
const criterion = (all: ReturnType<typeof evidence>, number: string) =>
  all.criteria.find((each) => each.number === number);

/** Access alone, which passes. */
const good: Audited = {
  ...wholeOf(auditOf({ engine: "stopped", host: asked.host, rootless: false, left: 0 })),
  checks: [
    report({ references: [{ benchmark: "SOC 2 TSC 2017", number: "CC6.1" }], verdict: "pass", object: "" }),
  ],
};

describe("an audit as evidence", () => {
  it("has the host's profile and release, and each check by its criteria", () => {
    const all = evidence(of(whole));
    expect(all.targets[0]).toMatchObject({
      target: "web1",
      profile: { name: "production", digest: "0".repeat(64) },
      release: { distro: "debian", version: "13" },
    });
    expect(criterion(all, "A1.1")?.verdict).toBe("fail");
    expect(criterion(all, "A1.1")?.checks.map(({ id }) => id)).toContain("containers.pids");
    expect(all.rest).toEqual([]);
  });

  it("passes by what holds, but not beside a host that gave no result, nor what is in doubt", () => {
    const finding = { control: "host", id: "host.unsettled", level: "warn", message: "A run." } as const;
    const lost = { target: "web2", ok: false, error: new HardenError("connect", "refused") } as const;
    const unasked = { state: "unasked", why: "it does not answer" } as const;
    expect(criterion(evidence(of(good)), "CC6.1")?.verdict).toBe("pass");
    for (const all of [
      evidence(of(good), lost),
      evidence(of({ ...good, findings: [finding] })),
      evidence(of({ ...good, engine: unasked })),
    ])
      expect(criterion(all, "CC6.1")?.verdict).toBe("not measured");
    expect(evidence(lost).targets[0]).toEqual({ target: "web2", benchmarks: [], error: "refused" });
  });

  it("has files beside hosts, without a profile", () => {
    const composed = { files: ["compose.yaml"], services: [], checks: good.checks, findings: [] };
    const all = evidence(of(good), { target: "compose.yaml", ok: true, value: composed });
    expect(all.targets[1]).toEqual({ target: "compose.yaml", benchmarks: ["SOC 2 TSC 2017"] });
    expect(criterion(all, "CC6.1")?.checks.map(({ target }) => target)).toEqual(["compose.yaml", "web1"]);
  });
});
