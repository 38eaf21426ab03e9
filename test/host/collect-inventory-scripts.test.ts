/** Which scripts of dpkg's are listed as changed: by the time of their inode, next to what was unpacked with them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inventory } from "../../src/facts/inventory.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

/** The rules are of perl: one shell is as good as the others. */
const [[shell = "", ...args] = []] = shells;

/** Those of a host with these files of dpkg's, where all that is made so many seconds after its package's first file is later than it. */
function listed(names: readonly string[], seconds: number) {
  const root = mkdtempSync(join(tmpdir(), "harden-scripts-"));
  mkdirSync(join(root, "info"));
  for (const name of names) writeFileSync(join(root, "info", name), "");
  writeFileSync(join(root, "status"), ` /etc/x ${"0".repeat(32)}\n`);
  const input = `${library}
perl -e "$(printf '%s' "$inventory_common my @root_homes; $inventory_packages$inventory_changed$inventory_changed_found" | sed 's|/var/lib/dpkg|${root}|g; s|+ 3600|+ ${seconds}|')" 100\n`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
  rmSync(root, { recursive: true });
  expect(stderr).toBe("");
  const { entries } = inventory(15).parse(Buffer.from(stdout.replaceAll(`${root}/info/`, ""))).changed;
  return entries.map(([name, state]) => `${name} ${state}`);
}

const whole = ["a.list", "a.md5sums", "a.postinst", "b:amd64.list", "b:amd64.config"];

test.each<[string, readonly string[], number, readonly string[]]>([
  ["scripts of one unpacking are not", whole, 3600, []],
  ["scripts that are later are", whole, -1, ["a.postinst changed", "b:amd64.config changed"]],
  ["a script without a list is", ["a.prerm", "a.md5sums"], 3600, ["a.prerm none"]],
  ["what dpkg does not run is not", ["a.templates", "a.triggers"], -1, []],
])("%s listed", (_, names, seconds, entries) => {
  expect(listed(names, seconds)).toEqual(entries);
});
