/** docs/guide.md: each statement is shown by something, and each check that it names is there. */
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { catalogue } from "../src/assess/catalogue.ts";
import { statements } from "./guide.ts";

const all = statements();

it("has the guide's statements", () => {
  expect(all.length).toBeGreaterThan(50);
});

it("leaves nothing for later", () => {
  expect(readFileSync(new URL("../docs/guide.md", import.meta.url), "utf8")).not.toMatch(/not yet/i);
});

it.each(all)(
  "line $line, $says: is shown by a check, a line of a list, a command or a suite",
  (statement) => {
    const { checks, lines, containerChecks, commands, suites } = statement;
    expect([...checks, ...lines, ...containerChecks, ...commands, ...suites]).not.toEqual([]);
    const known = catalogue.map(({ id }) => id);
    expect(checks.filter((id) => !known.includes(id))).toEqual([]);
    expect(suites.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
  },
);
