/** How an audit ends, with a baseline and without. */
import { describe, expect, it } from "vitest";
import type { InventorySince } from "../../src/assess/inventory.ts";
import type { Assessed } from "../../src/assess/report.ts";
import { auditVerdict } from "../../src/audit/audit.ts";
import { report } from "../assess/report.ts";

const check = (more: Partial<Assessed> = {}): Assessed => ({ ...report(), ...more });
const since = { baseline: "last.json", mended: [], unlooked: [] };
const low = { failOn: "low" } as const;

describe("an audit ends", () => {
  it("badly for what is open, and well for what was open in the baseline", () => {
    expect(auditVerdict({ checks: [check()], findings: [] }, low)).toBe("fail");
    expect(auditVerdict({ checks: [check({ since: "new" })], findings: [], since }, low)).toBe("fail");
    expect(auditVerdict({ checks: [check({ since: "known" })], findings: [], since }, low)).toBe("pass");
  });

  it("badly for what is new and weighs enough, and for nothing lighter", () => {
    const checks = [check({ since: "new", severity: "medium" }), check({ since: "known", severity: "high" })];
    expect(auditVerdict({ checks, findings: [], since }, { failOn: "high" })).toBe("pass");
    expect(auditVerdict({ checks, findings: [], since }, { failOn: "medium" })).toBe("fail");
  });

  it("badly where something was looked at then and isn't now", () => {
    const blind = { ...since, unlooked: ["ssh"] };
    expect(auditVerdict({ checks: [], findings: [], since: blind }, { failOn: "high" })).toBe("fail");
  });

  it("badly for a run that isn't settled, whatever the baseline has", () => {
    const findings = [{ control: "host", id: "host.unsettled", level: "warn", message: "" }] as const;
    expect(auditVerdict({ checks: [], findings, since }, low)).toBe("fail");
  });

  it("badly for what is new in the inventory or can't be compared, whatever it weighs", () => {
    const high = { failOn: "high" } as const;
    const ends = (inventory: InventorySince) =>
      auditVerdict({ checks: [], findings: [], since: { ...since, inventory } }, high);
    expect(ends({ new: [], uncompared: [] })).toBe("pass");
    expect(ends({ new: [{ kind: "jobs", name: "a", about: "a" }], uncompared: [] })).toBe("fail");
    expect(ends({ new: [], uncompared: [{ why: "no inventory" }] })).toBe("fail");
  });
});
