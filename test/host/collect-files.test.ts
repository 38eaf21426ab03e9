import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { file } from "../../src/facts/files.ts";
import { readFact } from "../../src/facts/probe.ts";
import { splitters } from "../../src/facts/split.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const nonce = "0123456789abcdef0123456789abcdef";
const contents: Readonly<Record<string, string | Buffer>> = {
  plain: "one\ntwo\n",
  "without end": "no newline",
  empty: "",
  blank: "\n\n\n",
  header: "ok /etc/passwd\n5 /etc/passwd\n\n",
  bytes: Buffer.from([0, 255, 10, 0]),
  huge: "x".repeat(1024 * 1024 + 5),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-files-"));
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, "folder"));
  symlinkSync("plain", join(folder, "link"));
  symlinkSync("nowhere", join(folder, "dangling"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read([shell = "", ...args]: readonly string[], names: readonly string[]) {
  const probes = names.map((name) => file(join(folder, name)));
  const input = `${library}\n${collectScript(probes, nonce)}`;
  const { stdout, stderr } = spawnSync(shell, args, { input, maxBuffer: 1 << 25 });
  const { facts, complete } = parseCollected(probes, { stdout, stderr, nonce });
  expect(complete).toBe(true);
  return new Map(names.map((name, index) => [name, readFact(facts, probes[index]!)]));
}

describe.each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  test("many files in one call are the same as each alone", () => {
    const names = [
      ...Object.keys(contents),
      "folder",
      "link",
      "dangling",
      "absent",
      "none/deep",
      "plain/below",
    ];
    const together = read(shell, names);
    for (const name of names) expect(together.get(name)).toEqual(read(shell, [name]).get(name));
    for (const name of ["plain", "without end", "empty", "blank", "header", "bytes"])
      expect(together.get(name)).toMatchObject({ value: { content: Buffer.from(contents[name]!) } });
    expect(together.get("huge")).toMatchObject({ value: { size: 1024 * 1024 + 5 } });
    expect(together.get("huge")).not.toHaveProperty("value.content");
    expect(together.get("link")).toMatchObject({
      value: { type: "symlink", linkTarget: "plain", content: Buffer.from("one\ntwo\n") },
    });
    expect(together.get("dangling")).toMatchObject({ value: { type: "symlink" } });
    expect(together.get("folder")).toMatchObject({ value: { type: "directory" } });
    expect(together.get("absent")).toEqual({ state: "absent" });
    expect(together.get("none/deep")).toEqual({ state: "absent", folder: "missing" });
    expect(together.get("plain/below")).toMatchObject({
      state: "unknown",
      why: expect.stringContaining("no folder"),
    });
  });
});

test("a file that became longer or shorter meanwhile makes all of them unknown, never cut wrongly", () => {
  const answer = (contents: string) => Buffer.from(`ok /a\nok /b\n2 /a\n3 /b\n\n${contents}`);
  expect(splitters.file!(answer("aabbb"))(["/b"])).toEqual({ state: "present", data: Buffer.from("bbb") });
  for (const wrong of ["aabb", "aabbbb", ""])
    expect(splitters.file!(answer(wrong))(["/a"]).state).toBe("unknown");
});
