import { expect, test } from "vitest";
import { looks } from "../../src/commands/way-back.ts";

test.each([
  [
    "cut off at the end of its work, which may roll back long before the latest time",
    120,
    [3, 10, 30, 150, 210, 270, 330, 390],
  ],
  ["that rolls back at a known time", undefined, [3, 10, 30]],
])("looks for a lost host: one %s", (_what, soonest, before) => {
  const after = [423, 430, 450];
  expect(looks(0, 420_000, soonest === undefined ? undefined : soonest * 1000)).toEqual(
    [...before, ...after].map((seconds) => seconds * 1000),
  );
});
