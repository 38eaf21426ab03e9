/** Which programs of sudo's rules a user can change: the collector's reader on real files, as a user that nobody else is. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { library } from "../../src/host/library.ts";

const [uid, gid, other] = [54_321, 54_322, 54_323];

describe.skipIf(process.getuid?.() !== 0)("a user can change a program of a rule of sudo", () => {
  let root: string;
  const make = (path: string, owner: number, mode: number, group = 0) => {
    if (path.endsWith("/")) mkdirSync(join(root, path));
    else writeFileSync(join(root, path), "");
    chownSync(join(root, path), owner, group);
    chmodSync(join(root, path), mode);
  };
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "harden-sudo-"));
    chmodSync(root, 0o755);
    const script = `${library}\nperl -e "$sudo_changeable" ${uid} ${gid} ${gid}\n`;
    writeFileSync(join(root, "reader"), script);
    make("root/", 0, 0o755);
    make("root/fixed", 0, 0o755);
    make("root/own", uid, 0o555);
    make("root/of group", 0, 0o775, gid);
    make("root/of all", 0, 0o777);
    make("root/other", other, 0o755);
    make("home/", uid, 0o755);
    make("home/in/", 0, 0o755);
    make("home/in/fixed", 0, 0o755);
    make("sticky/", 0, 0o1777);
    make("sticky/fixed", 0, 0o755);
    make("sticky/own", uid, 0o755);
    for (const [target, name] of [
      ["../home/in/fixed", "root/to home"],
      ["fixed", "root/to fixed"],
      ["../root/fixed", "sticky/link"],
    ] as const)
      symlinkSync(target, join(root, name));
    lchownSync(join(root, "sticky/link"), uid, gid);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ["none: a file of root's in a folder of root's", "root/fixed", undefined],
    ["none: another user's file", "root/other", undefined],
    ["none: no such file in a folder of root's", "root/none", undefined],
    ["none: a folder of root's", "home/in/x/..", "home"],
    ["none: root's file in a sticky folder", "sticky/fixed", undefined],
    ["none: root's link to root's file", "root/to\\ fixed", undefined],
    ["none: root's files that a wildcard has", "root/f*", undefined],
    ["its own file in a folder of root", "root/own", "root/own"],
    ["one of its group", "root/of\\ group", "root/of group"],
    ["one of everybody", "root/of\\ all", "root/of all"],
    ["root's below its own folder", "home/in/fixed", "home"],
    ["by root's link into its own folder", "root/to\\ home", "home"],
    ["what isn't there, in its own folder", "home/none", "home"],
    ["what isn't there, in a sticky folder", "sticky/none", "sticky"],
    ["its own in a sticky folder", "sticky/own", "sticky/own"],
    ["its own link in a sticky folder", "sticky/link", "sticky/link"],
    ["any of its own folder", "home/*", "home"],
    ["its own that a wildcard has", "root/ow[a-z]", "root/own"],
  ])("%s", (_, path, by) => {
    const input = `${join(root, "/")}${path}\n`;
    const found = execFileSync("sh", [join(root, "reader")], { input, encoding: "utf8" });
    expect(found).toBe(by === undefined ? "" : `${root}/${path}\t${root}/${by}\n`);
  });
});
