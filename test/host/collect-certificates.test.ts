/** Which private keys below certbot's folder are looked at, and that none of them leaves the host. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { entriesOf } from "../../src/facts/entries.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

test.each(shells)("%s %s", (shell = "", ...args) => {
  const root = mkdtempSync(join(tmpdir(), "harden-certbot-"));
  const keys = [
    "archive/a b/privkey1.pem",
    "keys/0000_key-certbot.pem",
    "accounts/ca.example/directory/1f/private_key.json",
    "accounts/ca.example/v2/DV 90/*/private_key.json",
  ];
  for (const path of [
    ...keys,
    "keys/none.txt",
    "accounts/ca.example/directory/1f/regr.json",
    "csr/0000.pem",
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "secret");
    chmodSync(join(root, path), 0o604);
  }
  mkdirSync(join(root, "live"));
  symlinkSync("ca.example", join(root, "accounts/linked"));
  const { stdout, stderr } = spawnSync(shell, args, {
    input: `${library}\nkey_files ${root}\n`,
    encoding: "utf8",
  });
  rmSync(root, { recursive: true });
  expect(stderr).toBe("");
  expect(stdout).not.toContain("secret");
  const files = entriesOf(stdout.split("\n")).filter(({ type }) => type === "file");
  expect(files.map(({ path, mode }) => `${mode} ${path}`).sort()).toEqual(
    keys.map((path) => `0604 ${join(root, path)}`).sort(),
  );
});
