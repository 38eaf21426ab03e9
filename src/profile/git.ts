import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { GitState } from "./profile.ts";
import { upwards } from "./search.ts";

const run = promisify(execFile);

/**
 * The commit of the git work tree that `main` is kept in, for the journal. `dirty` where `main` or
 * one of `others` in the same work tree differs from that commit, or isn't in it. Undefined
 * without git, outside a work tree, before the first commit, or where git ignores `main` (a
 * packaged profile in somebody's node_modules).
 */
export async function gitState(main: string, others: readonly string[] = []): Promise<GitState | undefined> {
  const dir = dirname(main);
  // Git refuses the whole question where one of the files is outside the work tree.
  const status =
    (await git(dir, [...statusOf, main, ...others])) ?? (await git(dir, [...statusOf, main])) ?? "";
  const lines = status.split("\0").filter((line) => line !== "");
  const [, commit] = lines.map((line) => /^# branch\.oid ([0-9a-f]{40,64})$/.exec(line)).find(Boolean) ?? [];
  const ignored = lines.filter((line) => line.startsWith("! ")).map((line) => `/${line.slice(2)}`);
  const changes = lines.filter((line) => !/^[#!] /.test(line));
  if (commit === undefined || (await isOneOf(main, ignored))) return undefined;
  return { commit, dirty: changes.length > 0 };
}

/**
 * The root of the work tree that holds the folder. Git itself is asked only where one is above it: it believes none that
 * belongs to another user.
 */
export async function gitRoot(folder: string): Promise<string | undefined> {
  const above = upwards(folder, "/").find((each) => existsSync(join(each, ".git")));
  if (above === undefined || above === folder) return undefined;
  const top = (await git(folder, ["rev-parse", "--show-toplevel"]))?.replace(/\n$/, "");
  return top === undefined || top === "" ? undefined : top;
}

const statusOf = ["status", "--porcelain=v2", "--branch", "--untracked-files=all", "--ignored", "-z", "--"];

/** By the ends of paths: git names them from the root of the work tree. */
async function isOneOf(file: string, ends: readonly string[]): Promise<boolean> {
  if (ends.length === 0) return false;
  const real = await realpath(file);
  return ends.some((end) => real.endsWith(end));
}

/** Only reads: takes no lock, and starts no file system monitor that the work tree's configuration names. */
async function git(dir: string, args: readonly string[]): Promise<string | undefined> {
  const safe = ["-C", dir, "--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false"];
  try {
    return (await run("git", [...safe, ...args], { timeout: 5000, maxBuffer: 1 << 20 })).stdout;
  } catch {
    return undefined;
  }
}
