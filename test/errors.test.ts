import { expect, test } from "vitest";
import { type ErrorCode, exitStatus, HardenError } from "../src/errors.ts";

const statuses: Record<ErrorCode, number> = {
  usage: 64,
  profile: 78,
  compose: 78,
  connect: 1,
  host: 1,
  internal: 1,
  blocked: 3,
  stale: 3,
  locked: 3,
  "rolled-back": 4,
  "unknown-outcome": 5,
};

test.each(Object.entries(statuses))("%s exits with %i", (code, status) => {
  expect(exitStatus(code as ErrorCode)).toBe(status);
});

test("an error carries its sentence, its hint and its cause", () => {
  const cause = new Error("low level");
  const error = new HardenError("host", "It broke.", { hint: "Mend it.", cause });
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.message, error.details.hint, error.cause]).toEqual([
    "HardenError",
    "It broke.",
    "Mend it.",
    cause,
  ]);
});
