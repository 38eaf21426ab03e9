import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
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
  const [status, tracked] = await Promise.all([
    // Git refuses the whole question where one of the files is outside the work tree.
    git(dir, [...status2, main, ...others]).then((output) => output ?? git(dir, [...status2, main])),
    git(dir, ["ls-files", "--", main]),
  ]);
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(status ?? "")?.[1];
  const changes = (status ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  if (commit === undefined || (tracked === "" && changes.length === 0)) return undefined;
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

const status2 = ["status", "--porcelain=v2", "--branch", "--untracked-files=all", "--"];

/** Only reads: takes no lock, and starts no file system monitor that the work tree's configuration names. */
async function git(dir: string, args: readonly string[]): Promise<string | undefined> {
  const safe = ["-C", dir, "--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false"];
  try {
    return (await run("git", [...safe, ...args], { timeout: 5000, maxBuffer: 1 << 20 })).stdout;
  } catch {
    return undefined;
  }
}
