import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HardenError } from "../src/errors.ts";
import { openLog } from "../src/process/log.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const about = { who: "tester@here", version: "0", words: ["plan"] };
const say = { kind: "say", target: "web1", level: "info", text: "a\u009b2J\u202eb" } as const;

test("a JSON line each, without what a terminal acts on", () => {
  const file = join(folder, "log");
  const log = openLog(file, about, expect.unreachable);
  log.event(say);
  log.end(0);
  const lines = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ msg }) => msg)).toEqual(["began", "ab", "ended"]);
  expect(lines[2]).toMatchObject({ who: "tester@here", status: 0 });
});

test("ends with each host's verdict, and why there is none", () => {
  const file = join(folder, "log");
  const log = openLog(file, about, expect.unreachable);
  const error = new HardenError("connect", "No \u202eanswer.", { cause: "secret" });
  log.verdicts([
    { target: "a", ok: true, value: "secret", verdict: "fail", status: 2 },
    { target: "b", ok: false, error, verdict: "unreachable", status: 1 },
  ]);
  log.failed(new HardenError("usage", "What?"));
  const text = readFileSync(file, "utf8");
  const [, ...lines] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(text).not.toContain("secret");
  expect(lines).toMatchObject([
    { msg: "verdict", target: "a", verdict: "fail", status: 2 },
    { msg: "verdict", target: "b", verdict: "unreachable", status: 1, code: "connect", why: "No answer." },
    { msg: "failed", code: "usage", why: "What?" },
  ]);
});

test.each(["/dev/full", "/nowhere/log"])("%s: refused before anything is done", (file) => {
  expect(() => openLog(file, about, expect.unreachable)).toThrow(/can't be written/);
});

test("what can't be logged any more is told once, and ends nothing", async () => {
  const file = join(folder, "pipe");
  execFileSync("mkfifo", [file]);
  const reader = spawn("sh", ["-c", 'head -n 1 <"$1" >/dev/null', "sh", file]);
  const gone = new Promise((resolve) => reader.once("exit", resolve));
  const lost: string[] = [];
  const log = openLog(file, about, (why) => lost.push(why));
  await gone;
  log.event(say);
  log.event(say);
  log.end(0);
  expect(lost).toEqual([expect.stringContaining("EPIPE")]);
});
