import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitRoot, gitState } from "../../src/profile/git.ts";

let dir: string;
const git = (...args: string[]) =>
  execFileSync("git", ["-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
    encoding: "utf8",
  }).trim();
const write = (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "harden-git-"));
  git("init", "-q");
});
afterEach(() => rmSync(dir, { recursive: true }));

test("the commit, and whether the profile's own files differ from it", async () => {
  const main = write("p.yaml", "ssh: {}\n");
  const base = write("base.yaml", "ssh: {}\n");
  expect(await gitState(main)).toBeUndefined();
  git("add", ".");
  git("commit", "-qm", "x");
  const commit = git("rev-parse", "HEAD");
  expect(await gitState(main, [base])).toEqual({ commit, dirty: false });
  write("unrelated", "x");
  expect(await gitState(main, [base, "/etc/hostname"])).toEqual({ commit, dirty: false });
  write("base.yaml", "ssh: { port: 1 }\n");
  expect(await gitState(main)).toEqual({ commit, dirty: false });
  expect(await gitState(main, [base])).toEqual({ commit, dirty: true });
  expect(await gitState(write("new.yaml", ""))).toEqual({ commit, dirty: true });
});

test("a file that git ignores is not kept in git", async () => {
  write(".gitignore", "node_modules/\n");
  git("add", ".");
  git("commit", "-qm", "x");
  mkdirSync(join(dir, "node_modules"));
  expect(await gitState(write("node_modules/p.yaml", ""))).toBeUndefined();
  const commit = git("rev-parse", "HEAD");
  const main = join(dir, ".gitignore");
  expect(await gitState(main, [join(dir, "node_modules/p.yaml")])).toEqual({ commit, dirty: false });
});

test("no work tree", async () => {
  rmSync(join(dir, ".git"), { recursive: true });
  expect(await gitState(write("p.yaml", ""))).toBeUndefined();
  expect(await gitState("/no/such/folder/p.yaml")).toBeUndefined();
});

test("the root is asked for from below it, and git must believe in it", async () => {
  mkdirSync(join(dir, "a/b"), { recursive: true });
  expect(await gitRoot(join(dir, "a/b"))).toBe(realpathSync(dir));
  expect(await gitRoot(dir)).toBeUndefined();
  rmSync(join(dir, ".git/HEAD"));
  expect(await gitRoot(join(dir, "a/b"))).toBeUndefined();
});
