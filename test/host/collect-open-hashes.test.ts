/** Which lines of passwd(5) and group(5) hold a hash: their names leave a host, and the hash never does. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openHashes } from "../../src/facts/open-hashes.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const hashes = [
  "$6$ab$secret",
  "$y$j9T$secret",
  "!$6$ab$secret",
  "ab.secret/AB12",
  "*ab.secret/AB12",
  "_J9..secretsecret1",
];
const others = ["x", "", "!", "*", "!*", "!!", "*NP*", "!x"];

test.each(shells)("%s %s", (shell = "", ...args) => {
  const folder = mkdtempSync(join(tmpdir(), "harden-hashes-"));
  const [passwd, group, gone] = ["passwd", "group", "gone"].map((name) => join(folder, name));
  const lineOf = (kind: string) => (field: string, at: number) => `${kind}${at}:${field}:7:`;
  const lines = [
    ...hashes.map(lineOf("hash")),
    ...others.map(lineOf("other")),
    "a\tb\u001b:odd:1:",
    "no line",
  ];
  writeFileSync(passwd!, `${lines.join("\n")}\n`);
  writeFileSync(group!, "x:$6$secret:1:\n".repeat(103));
  const input = `${library}\ncollect_open_hashes ${passwd} ${group} ${gone} ${folder}\n`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(stderr).toBe("");
  expect(stdout).not.toMatch(/secret|odd/);
  expect(openHashes([passwd!, group!, gone!, folder]).parse(Buffer.from(stdout))).toEqual([
    { path: passwd, names: [...hashes.map((_, at) => `hash${at}`), "a?b?"], left: 0, isUnread: false },
    { path: group, names: Array(100).fill("x"), left: 3, isUnread: false },
    { path: gone, names: [], left: 0, isUnread: false },
    { path: folder, names: [], left: 0, isUnread: true },
  ]);
});
