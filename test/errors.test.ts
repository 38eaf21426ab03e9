import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ErrorCode, exitStatus, fileHint, HardenError } from "../src/errors.ts";

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

/** The words between a call's parentheses. */
function wordsOf(text: string, start: number): string {
  let depth = 1;
  let at = start;
  for (; depth > 0; at++) depth += text[at] === "(" ? 1 : text[at] === ")" ? -1 : 0;
  return text.slice(start, at - 1);
}

test("every error that the sources make says what next, but for a defect and for what somebody has cancelled", () => {
  const src = join(import.meta.dirname, "../src");
  const made = (readdirSync(src, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const text = readFileSync(join(src, name), "utf8");
      return [...text.matchAll(/new HardenError\(/g)].map(({ index, 0: call }) => ({
        name,
        words: wordsOf(text, index + call.length),
      }));
    });
  expect(made.length).toBeGreaterThan(100);
  const silent = made.filter(
    ({ words }) =>
      !/\bhint\b|\.\.\.(details|more)\b/.test(words) && !/^\s*"internal"|"Cancelled\."/.test(words),
  );
  expect(silent).toEqual([]);
});

test.each([
  ["ENOENT", "the path is right"],
  ["EISDIR", "Name a file in it."],
  ["ENOTDIR", "a part of it is a file"],
  ["EACCES", "ls -l"],
  ["EROFS", "a place that can be written to"],
  ["ENOSPC", "Make room"],
  ["EIO", "another one"],
])("a file that the system refuses with %s has what to do", (code, words) => {
  expect(fileHint(Object.assign(new Error(), { code }))).toContain(words);
  expect(fileHint(undefined)).toBe("Look at it, or name another one.");
});
