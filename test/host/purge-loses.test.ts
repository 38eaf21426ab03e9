/** Which files of somebody's a purge would take, by dpkg's words, what was there when the packages came, and the journals. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, symlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Root, shells } from "./root.ts";

const text = ["host/runs.sh", "kinds/package/loses.sh"]
  .map((file) => readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8"))
  .join("\n");

const md5 = (content: string) => createHash("md5").update(content).digest("hex");
const sha = (content: string) => createHash("sha256").update(content).digest("hex");

/** fire has its folder, and one in which others look; water has a folder inside that of fire. */
const dpkgQuery = `#!/bin/sh
case "$*" in
*Conffiles*fire*) printf '\\n /etc/fire/main.conf ${md5("main\n")}\\n /etc/fire/old.conf ${md5("old\n")} obsolete\\n /etc/turn.d/fire ${md5("turn\n")}\\n' ;;
*Conffiles*water*) printf '\\n /etc/fire/more/water ${md5("water\n")}\\n' ;;
*"-S -- /etc/fire/*") printf 'fire, water: /etc/fire/more\\nfire: /etc/fire/main.conf\\nwater: /etc/fire/more/water\\n' ;;
*"-S -- /etc/fire/more/water") echo 'water: /etc/fire/more/water' ;;
*"-S -- /etc/fire/main.conf") echo 'fire: /etc/fire/main.conf' ;;
*"-S "*) exit 1 ;;
*--control-path*) echo "\${0%/bin/*}/postrm" ;;
esac
`;

describe.each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  let root: Root;
  beforeEach(() => {
    root = new Root(shell);
    root.program("dpkg-query", dpkgQuery);
    root.write("postrm", "rm -f /etc/apt/made.conf /etc/passwd # see /etc/.\n");
    root.write("etc/passwd", "root\n");
    root.write("etc/fire/main.conf", "main\n");
    root.write("etc/fire/old.conf", "old\n");
    root.write("etc/fire/more/water", "water\n");
    root.write("etc/fire/made.conf", "made\n");
    root.write("etc/turn.d/fire", "turn\n");
    root.write("etc/turn.d/others", "theirs\n");
    root.write("etc/apt/made.conf", "made\n");
    root.write("etc/fire/mine", "mine\n");
    const there = ["etc/passwd", "etc/fire/mine"].map((path) => `${root.at(path)}\n`).join("");
    root.write("var/lib/harden/runs/1/undo/there", there);
    root.write("var/lib/harden/runs/1/journal", "");
    root.write("var/lib/ucf/hashfile", `${md5("upgraded\n")}  /etc/apt/made.conf\n`);
    const brought = sh('for each in fire; do risked "$each"; done').split("\n").filter(Boolean);
    const known = brought.map((path) => `${sha(root.read(path.slice(root.path.length)))}  ${path}\n`);
    root.write("var/lib/harden/runs/1/undo/brought", known.join(""));
  });
  afterEach(() => root.remove());

  const sh = (call: string) => {
    const [program = "", ...args] = shell;
    const setup = `set -u\nR='${root.path}' D=$R/var/lib/harden\nPATH=$R/bin:$PATH\n`;
    const done = spawnSync(program, args, { input: `${setup}${text}\n${call}\n`, encoding: "utf8" });
    expect(done.stderr).toBe("");
    return done.stdout.replaceAll(`fire ${root.path}`, "");
  };
  const lost = () =>
    sh('loses "$D/runs/1" fire')
      .split("\n")
      .filter((line) => line !== "");

  let runs = 0;
  /** A line of a run's journal: what it made of a file that it had found as `from`. */
  const wrote = (run: string, [from, to]: readonly [string, string], path = "etc/fire/main.conf") => {
    const words = (content: string) => `file ${sha(content)} 0644 root root`;
    const line = ["t", "1", "x", "file", root.at(path), words(from), words(to), "1"].join("\t");
    root.write(`var/lib/harden/runs/${run}/header`, `number ${++runs}\n`);
    root.write(`var/lib/harden/runs/${run}/journal`, `${line}\n`);
    root.write(`var/lib/harden/runs/${run}/backup/1`, from);
    root.write(path, to);
  };

  it("names nothing when all is as the packages brought it, or was there before them", () => {
    root.write("etc/passwd", "root\nmore\n");
    root.write("etc/fire/mine", "mine, later\n");
    root.write("etc/turn.d/others", "theirs, later\n");
    expect(lost()).toEqual([]);
  });

  it("names what was changed, and what was added to the package's own folder, also as a link", () => {
    for (const path of ["main.conf", "made.conf", "more/new one"]) root.write(`etc/fire/${path}`, "else\n");
    for (const path of ["etc/turn.d/fire", "etc/apt/made.conf"]) root.write(path, "else\n");
    symlinkSync("/nonexistent", root.at("etc/fire/link"));
    const names = ["apt/made.conf", "fire/link", "fire/made.conf", "fire/main.conf", "fire/more/new one"];
    expect(lost().sort()).toEqual([...names, "turn.d/fire"].map((name) => `/etc/${name}`));
  });

  it("names none that another package has in there, nor what dpkg and ucf have put there, nor one that is gone", () => {
    root.write("etc/fire/more/water", "else\n");
    root.write("etc/fire/main.conf.dpkg-dist", "else\n");
    root.write("etc/apt/made.conf", "upgraded\n");
    spawnSync("rm", [root.at("etc/fire/made.conf")]);
    expect(lost()).toEqual([]);
  });

  it("knows what runs have made of what the package brought, one after the other, by whatever clock", () => {
    wrote("3", ["main\n", "ours\n"]);
    wrote("2", ["ours\n", "ours again\n"]);
    expect(lost()).toEqual([]);
    root.write("etc/fire/main.conf", "somebody's\n");
    expect(lost()).toEqual(["/etc/fire/main.conf"]);
  });

  it("knows what a run has made of an upgrade's version", () => {
    wrote("2", ["upgraded\n", "ours\n"], "etc/apt/made.conf");
    expect(lost()).toEqual([]);
  });

  it("names what a run has written into a file that somebody had changed before", () => {
    wrote("2", ["somebody's\n", "somebody's and ours\n"]);
    expect(lost()).toEqual(["/etc/fire/main.conf"]);
  });
});
