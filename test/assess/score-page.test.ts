/** docs/score.md: its table of hosts is computed from the records of the checks. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradeOf, layerScores, scoreOf } from "../../src/assess/score.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import { layers } from "../../src/checks/layers.ts";

const page = readFileSync(new URL("../../docs/score.md", import.meta.url), "utf8");

const nothing = "–";

const rows = page
  .split("\n")
  .filter((line) => /\| \d+ \|$/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .map(([host = "", fails = "", ...rest]) => ({
    host,
    names: [...fails.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    grades: rest.slice(0, layers.length),
    score: Number(rest.at(-1)),
  }));

const isNamed = (id: string, names: readonly string[]) =>
  names.includes(id) || names.includes(`${id.split(".")[0]}.*`);

function checksOf({ names, grades }: (typeof rows)[number]) {
  return everyCheck.map((record) => {
    const isMeasured = grades[layers.indexOf(record.layer)] !== nothing;
    const verdict = isNamed(record.id, names) ? "fail" : isMeasured ? "pass" : "not applicable";
    return { ...record, verdict } as const;
  });
}

describe("docs/score.md", () => {
  it("has ten hosts, the worst first", () => {
    expect(rows).toHaveLength(10);
    const scores = rows.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((one, other) => one - other));
    expect(new Set(scores).size).toBeGreaterThan(7);
  });

  it("names checks that exist", () => {
    const named = rows.flatMap(({ names }) => names);
    expect(named.filter((name) => !everyCheck.some(({ id }) => isNamed(id, [name])))).toEqual([]);
  });

  it.each(rows)("has the score and the grades of: $host", (row) => {
    const checks = checksOf(row);
    const graded = layerScores(checks).map(({ grade = nothing }) => grade);
    expect([...graded, scoreOf(checks)]).toEqual([...row.grades, row.score]);
  });

  it.each([
    ["a host that has no firewall is no A, and its network has at most 20", "firewall.enabled", 20],
  ] as const)("%s", (_, id, most) => {
    const control = id.split(".")[0]!;
    const checks = everyCheck.map((record) => ({
      ...record,
      verdict: record.id.startsWith(`${control}.`) ? ("fail" as const) : ("pass" as const),
    }));
    const { layer } = everyCheck.find((record) => record.id === id)!;
    expect(layerScores(checks).find((each) => each.layer === layer)?.score).toBe(most);
    expect(layer).toBe("network");
    expect(gradeOf(scoreOf(checks)!)).toBe("D");
  });
});
