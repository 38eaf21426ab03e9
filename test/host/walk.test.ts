/** Which paths only root can lead elsewhere, on folders that belong to several users. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { file, glob, stat } from "../../src/facts/files.ts";
import { type Probe, readFact } from "../../src/facts/probe.ts";
import { library } from "../../src/host/library.ts";
import walk from "../../src/host/walk.sh";
import xattr from "../../src/host/xattr.sh";
import { shells } from "./root.ts";

const nonce = "0123456789abcdef0123456789abcdef";

/** What makes the folders: `theirs` is daemon's, and who makes them is root. */
const make = `set -e
umask 022
mkdir -p roots/deep theirs/deep/deeper open sticky/roots sticky/theirs staff members private empty
printf 'of root\\n' >roots/file
printf 'of root\\n' >theirs/deep/file
chown daemon theirs sticky/theirs
chmod 777 open; chmod 1777 sticky
printf 'x\\n' >sticky/roots/file; printf 'x\\n' >sticky/file
chgrp staff staff; chmod 2775 staff
chgrp mail members; chmod 2775 members
chgrp 4711 private; chmod 775 private
chgrp 40 empty; chmod 775 empty
mkdir reads masked deep-reads writes-later others-later lists writes-none; chmod 775 reads masked deep-reads writes-later others-later lists writes-none
setfacl -d -m u:daemon:rx reads
setfacl -m u:daemon:rx deep-reads; chmod g+w deep-reads
setfacl -d -m u:daemon:rwx writes-later
setfacl -d -m u:daemon:rwx,m::rx masked
setfacl -d -m o::rwx others-later
setfacl -m g:mail:rwx lists
setfacl -m u:root:rwx writes-none
ln -s roots link-roots
ln -s ../theirs/deep roots/link-theirs
ln -s "$PWD/theirs/deep/file" roots/link-file
ln -s /etc/hostname roots/link-etc
ln -s circle circle
ln -s ../roots theirs/link-back
ln -s ../roots sticky/link; chown -h daemon sticky/link
ln -s ../roots sticky/link-roots
ln -s 'roots/../theirs' dotted
`;

/** The paths below the folder, and what is said of them. */
const cases: readonly (readonly [path: string, why: RegExp | undefined])[] = [
  ["roots/file", undefined],
  ["roots/absent", undefined],
  ["roots/deep/../file", undefined],
  ["absent/deep/file", undefined],
  ["link-roots/file", undefined],
  ["roots/link-etc", undefined],
  ["sticky/roots/file", undefined],
  ["sticky/link-roots/file", undefined],
  ["staff/file", undefined],
  ["theirs/file", /theirs belongs to daemon$/],
  ["theirs/deep/deeper/file", /theirs belongs to daemon$/],
  ["theirs/link-back/file", /theirs belongs to daemon$/],
  ["roots/link-theirs/file", /theirs belongs to daemon$/],
  ["roots/link-file", /theirs belongs to daemon$/],
  ["dotted/deep/file", /theirs belongs to daemon$/],
  ["open/file", /^everybody can write to .*open$/],
  ["sticky/file", /^everybody can write to .*sticky$/],
  ["sticky/absent", /^everybody can write to .*sticky$/],
  ["sticky/theirs/file", /sticky\/theirs belongs to daemon$/],
  ["sticky/link/file", /sticky\/link belongs to daemon$/],
  ["members/file", /^mail can write to .*members by the group mail$/],
  ["private/file", /^the group 4711 can write to .*private$/],
  // A group without members is what a unit's SupplementaryGroups= may give.
  ["empty/file", /^the group \S+ can write to .*empty$/],
  ["reads/file", undefined],
  ["masked/file", undefined],
  ["deep-reads/file", undefined],
  ["writes-none/file", undefined],
  ["writes-later/file", /writes-later has an access list by which others can write to it$/],
  ["others-later/file", /others-later has an access list by which others can write to it$/],
  ["lists/file", /lists has an access list by which others can write to it$/],
  ["circle/file", /circle leads in a circle$/],
];

/** Only root can make what belongs to somebody else. */
describe.skipIf(process.getuid?.() !== 0)("paths", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "harden-walk-"));
    const made = spawnSync("sh", ["-c", make], { cwd: folder, encoding: "utf8" });
    expect(made.stderr).toBe("");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(shells.map((shell) => ({ shell })))("$shell", ({ shell: [program = "", ...args] }) => {
    const run = (script: string) =>
      spawnSync(program, args, {
        cwd: folder,
        input: `LC_ALL=C\n${xattr}\n${walk}\n${script}`,
        encoding: "utf8",
      });
    const ask = `ask() { if is_rooted "$1"; then echo ok; else printf '%s\\n' "$WALK_WHY"; fi; }\n`;
    const asked = (paths: readonly string[]) => paths.map((path) => `ask '${folder}/${path}'\n`).join("");

    test("are held where only root can lead them elsewhere, alone and all at once", () => {
      const paths = cases.map(([path]) => path);
      const alone = run(`${ask}${asked(paths)}`);
      expect(alone.stderr).toBe("");
      const said = alone.stdout.trim().split("\n");
      for (const [at, [path, why]] of cases.entries())
        if (why === undefined) expect([path, said[at]]).toEqual([path, "ok"]);
        else expect(said[at], path).toMatch(why);
      const all = paths.map((path) => `'${folder}/${path.replace(/[^/]*$/, ".")}'`).join(" ");
      expect(run(`walk ${all}\n${ask}${asked(paths)}`).stdout).toBe(alone.stdout);
    });

    test("are not held where their file system does not answer, and all others are", () => {
      // A file system of a user's that never answers: the mount needs a kernel with fuse, so stat(1) itself waits here.
      const stat = 'case "$*" in */hangs/*) sleep 60 ;; esac; exec /usr/bin/env -u PATH /usr/bin/stat "$@"';
      mkdirSync(join(folder, "bin"), { recursive: true });
      writeFileSync(join(folder, "bin/stat"), `#!/bin/sh\n${stat}\n`, { mode: 0o755 });
      const folders = ["roots/.", "hangs/deep/.", "staff/."].map((path) => `'${folder}/${path}'`).join(" ");
      const slow = `PATH=${folder}/bin:$PATH; timeout() { shift 3; /usr/bin/timeout -s KILL 3 ${folder}/bin/"$@"; }`;
      const { stdout } = run(
        `${slow}\n${ask}walk ${folders}\n${asked(["roots/file", "hangs/deep/file", "staff/file"])}`,
      );
      expect(stdout).toBe("ok\na folder that leads to it does not answer\nok\n");
    });

    test("are not read where somebody else can, and the reason names the folder", () => {
      const probes: readonly Probe<unknown>[] = [
        ...cases.flatMap(([path]) => [file(join(folder, path)), stat(join(folder, path))]),
        glob(join(folder, "theirs/deep"), "*"),
        glob(join(folder, "roots"), "*"),
      ];
      const input = `${library}\n${collectScript(probes, nonce)}`;
      const { stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 1 << 25 });
      const { facts, complete } = parseCollected(probes, { stdout, stderr, nonce });
      expect(complete).toBe(true);
      for (const [path, why] of cases)
        for (const probe of [file(join(folder, path)), stat(join(folder, path))]) {
          const fact = readFact(facts, probe);
          if (why === undefined) expect(fact, path).not.toMatchObject({ state: "unknown" });
          else
            expect(fact, path).toEqual({ state: "unknown", why: expect.stringMatching(why), unheld: true });
        }
      expect(stdout.includes("theirs/deep/file\n8 ")).toBe(false);
      for (const probe of probes.slice(-2)) expect(readFact(facts, probe)).toMatchObject({ unheld: true });
    });
  });
});
