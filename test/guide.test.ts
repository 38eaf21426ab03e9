/** docs/guide.md: each statement is shown by something, and each check that it names is there. */
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { catalogue } from "../src/assess/catalogue.ts";
import { statements } from "./guide.ts";

const all = statements();

it("has the guide's statements", () => {
  expect(all.length).toBeGreaterThan(50);
});

it.each(all)("line $line, $says: is shown by a check or a command, or is still to come", (statement) => {
  const { checks, containerChecks, commands, suites, isToCome } = statement;
  expect(checks.length + containerChecks.length + commands.length + suites.length > 0).toBe(!isToCome);
  const known = catalogue.map(({ id }) => id);
  expect(checks.filter((id) => !known.includes(id))).toEqual([]);
  expect(suites.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
});
