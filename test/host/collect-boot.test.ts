import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-boot-"));
  mkdirSync(join(folder, "rc.d"));
  for (const name of ["goes", "stays"]) writeFileSync(join(folder, "rc.d", name), "stop sshd\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `between`: what happens while the collector waits for quiet. */
function collect([shell = "", ...args]: readonly string[], between: string) {
  const input = `${library}
    readlink() { rm -f goes; command readlink "$@"; }
    sleep() { ${between}; }
    cd ${folder}/rc.d && collect_boot_files sshd nothing '${folder}/rc.d/*' -- '${folder}/none/*'\n`;
  return spawnSync(shell, args, { input, encoding: "utf8" });
}

describe.each(shells.map((shell) => ({ shell })))(
  "$shell: a file that goes while it is read",
  ({ shell }) => {
    test("once: all are read again", () => {
      const { stdout, status } = collect(shell, ":");
      expect(stdout.trim()).toBe(`file ${folder}/rc.d/stays\n| 1 stop sshd`);
      expect(status).toBe(0);
    });

    test("again and again: none is known", () => {
      const { stdout, status } = collect(shell, "echo stop sshd >goes");
      expect(status).not.toBe(0);
      expect(stdout).toBe("the files that a boot reads could not be read");
    });
  },
);
