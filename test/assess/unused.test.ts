import { describe, expect, it } from "vitest";
import { neededBySome, unusedFindings } from "../../src/assess/unused.ts";

const about = { check: "firewall.other-rules", reason: "r", owner: "web team", until: "2027-01-31" };
const waiver = { ...about, object: "8080/tcp from anywhere", found: "by a rule" };
const unused = { waiver, found: [] };

describe("a waiver that waives nothing", () => {
  it("is told with whose it is, and what is found there instead", () => {
    const [finding] = unusedFindings([{ waiver, found: ["by another rule"] }], new Set());
    expect(finding).toMatchObject({ id: "profile.unused-waiver", level: "warn" });
    expect(finding?.message).toBe(
      'The waiver of firewall.other-rules by web team waives nothing here: it is bound to "by a rule", and what is found of 8080/tcp from anywhere is "by another rule".',
    );
    expect(unusedFindings([unused], new Set())[0]?.message).toContain(
      "nothing is found of 8080/tcp from anywhere that needs one",
    );
  });

  it.each<[string, Parameters<typeof neededBySome>[1], boolean]>([
    ["by none of the hosts", [[unused], [unused]], false],
    ["by one of them", [[unused], []], true],
    ["perhaps by one that gave no result", [[unused], undefined], true],
  ])("is told where it is needed by none: %s", (_who, hosts, isNeeded) => {
    const needed = neededBySome([waiver], hosts);
    expect(needed.has(waiver)).toBe(isNeeded);
    expect(unusedFindings([unused], needed)).toHaveLength(isNeeded ? 0 : 1);
  });
});
