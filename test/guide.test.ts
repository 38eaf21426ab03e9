/** docs/guide.md: each statement is shown by something, and each check that it names is there. */
import { expect, it } from "vitest";
import { catalogue } from "../src/assess/catalogue.ts";
import { statements } from "./guide.ts";

const all = statements();

it("has the guide's statements", () => {
  expect(all.length).toBeGreaterThan(50);
});

it.each(all)("line $line, $says: is shown by a check or a command, or is still to come", (statement) => {
  const { checks, containerChecks, commands, isToCome } = statement;
  expect(checks.length + containerChecks.length + commands.length > 0).toBe(!isToCome);
  const known = catalogue.map(({ id }) => id);
  expect(checks.filter((id) => !known.includes(id))).toEqual([]);
});
