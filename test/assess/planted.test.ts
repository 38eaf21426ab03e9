/** Each line of both lists is turned red by something real: by a fault of the gate, or where its suite says so. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lists } from "../../src/audit/checklist.ts";
import { elsewhere, faults, projectFaults } from "../e2e/gate-faults.ts";

const { "after-deploy": afterDeploy, checklist } = lists;

const root = join(import.meta.dirname, "../..");
const all = [...faults, ...projectFaults];
const lines = [...checklist, ...afterDeploy].map(({ id }) => id);

describe("the faults of the gate", () => {
  it("open every line of both lists, but those that another suite opens", () => {
    const opened = new Set(all.flatMap(({ opens }) => opens));
    expect([...opened].filter((id) => !lines.includes(id))).toEqual([]);
    expect(lines.filter((id) => !opened.has(id))).toEqual(Object.keys(elsewhere));
  });

  it("are told apart by their names, and each opens something", () => {
    expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
    expect(all.filter(({ opens }) => opens.length === 0)).toEqual([]);
  });

  it.each(Object.entries(elsewhere))("leave %s to a suite that names it", (id, { suite }) => {
    expect(existsSync(join(root, suite))).toBe(true);
    expect(readFileSync(join(root, suite), "utf8")).toContain(id);
  });
});
