/** What disk and git say of a project's secrets: read here, where harden runs; nothing is changed. */
import { realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { addedIn, commitFormat, pathOf } from "../compose/history.ts";
import type { Added, FileKind, Git, Keeper, OnDisk, Tracked } from "../compose/kept.ts";
import { isEncrypted, namesIn } from "../compose/secrets.ts";
import { systemWords } from "../errors.ts";
import { isWithin } from "../path.ts";
import { beginningOf } from "../profile/files.ts";
import { git } from "./git.ts";

/** Of one file; keys stand at its beginning, what sops adds at its end. */
const mostOfFile = 1024 * 1024;
/** Of one question; of the history of the project's own files, and of the rest. */
const quick = { ms: 10_000, bytes: 2 * mostOfFile };
const ofOwn = { ms: 20_000, bytes: 32 * mostOfFile };
const ofRest = { ms: 10_000, bytes: 32 * mostOfFile };

export const keeper: Keeper = async ({ file, secrets, own, mounts }) => ({
  files: new Map(await Promise.all(secrets.map(async (path) => [path, await onDisk(path)] as const))),
  // What is piped in may have come from anywhere.
  git: file === "-" ? { state: "none" } : await gitOf(dirname(resolve(file)), { secrets, own }),
  leads: new Map(await Promise.all(mounts.map(async (path) => [path, await leadsOf(path, file)] as const))),
});

/** What lies in the project's own folder is the project's, wherever that lies. */
async function leadsOf(path: string, file: string): Promise<readonly string[]> {
  const folder = await realpath(dirname(resolve(file))).catch(() => "/");
  const found = await realpath(path.replace(/^~(?=\/|$)/, homedir())).catch(() => undefined);
  return found === undefined || (folder !== "/" && isWithin(found, folder)) ? [] : [found];
}

async function onDisk(path: string): Promise<OnDisk> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { state: "unknown", why: "it is no regular file" };
    const names = await beginningOf(path, { most: mostOfFile }).then(
      ({ bytes }) => namesIn(bytes.toString("latin1")),
      () => [],
    );
    return { state: "present", mode: found.mode & 0o7777, changed: found.mtimeMs, names };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { state: "absent" };
    return { state: "unknown", why: systemWords(error) };
  }
}

/** Whether this folder or one above has a repository, whether or not git may read it. */
async function isInRepository(folder: string): Promise<boolean> {
  if (await stat(join(folder, ".git")).catch(() => undefined)) return true;
  const above = dirname(folder);
  return above !== folder && isInRepository(above);
}

interface Asked {
  readonly secrets: readonly string[];
  readonly own: readonly string[];
}

async function gitOf(folder: string, { secrets, own }: Asked): Promise<Git> {
  if (!(await isInRepository(folder))) return { state: "none" };
  const unknown = (why: string): Git => ({ state: "unknown", why });
  const place = await git(folder, ["rev-parse", "--show-toplevel", "--is-shallow-repository"], quick);
  if (place.code === undefined) return unknown("there is a repository, and no program git");
  const [top, shallow] = place.out.toString("utf8").split("\n");
  if (place.code !== 0 || top === undefined)
    return unknown(`git doesn't read the repository: ${place.complaint}`);
  const within = await insideOf(top, [...secrets, ...own]);
  const names = [...within.keys()];
  const isSecret = new Set(secrets);
  const kindOf = (name: string): FileKind => {
    const path = within.get(name);
    return path === undefined ? "rest" : isSecret.has(path) ? "secret" : "own";
  };
  const isShallow = shallow === "true";
  const ofSecrets = names.filter((name) => kindOf(name) === "secret");
  const tracked = await trackedIn(top, { names: ofSecrets, within, isShallow });
  if (typeof tracked === "string") return unknown(tracked);
  // What a merge has that none of its parents had is looked for in the project's own files alone: it takes many times as long.
  const ofOurs = await historyOf(top, { names, kindOf, merges: "separate", bounds: ofOwn });
  const ofOthers = await historyOf(top, { names: ["."], kindOf, merges: "off", bounds: ofRest });
  const added = [...ofOurs.added, ...ofOthers.added.filter(({ path }) => !within.has(path))];
  const missing = isShallow ? "the clone is shallow: its older commits are not here" : undefined;
  const unread = missing ?? ofOurs.unread;
  const restUnread = missing ?? ofOthers.unread;
  return {
    state: "read",
    tracked,
    added: added.map((each) => ({ ...each, path: within.get(each.path) ?? each.path })),
    ...(unread === undefined ? {} : { unread }),
    ...(restUnread === undefined ? {} : { restUnread }),
  };
}

/** By its name from the repository's top, each path that lies in it. */
async function insideOf(top: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const real = await realpath(top);
  const pairs = await Promise.all(
    paths.map(async (path) => {
      const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
      return [relative(real, join(folder, basename(path))), path] as const;
    }),
  );
  return new Map(pairs.filter(([name]) => name !== "" && !name.startsWith("..")));
}

interface Names {
  readonly names: readonly string[];
  readonly within: ReadonlyMap<string, string>;
  readonly isShallow: boolean;
}

/** By path; a text: why it can't be told. */
async function trackedIn(
  top: string,
  { names, within, isShallow }: Names,
): Promise<ReadonlyMap<string, Tracked> | string> {
  const found = new Map<string, Tracked>();
  if (names.length === 0) return found;
  const listed = await git(top, ["ls-files", "--stage", "-z", "--", ...names], quick);
  if (listed.code !== 0) return `git doesn't say what it tracks: ${listed.complaint}`;
  const changed = await changedIn(top, names);
  for (const row of listed.out.toString("utf8").split("\0")) {
    // A link's content is only where it leads to.
    const [, object, name] = /^100\d{3} ([0-9a-f]{40,64}) \d\t([\s\S]+)$/.exec(row) ?? [];
    if (object === undefined || name === undefined) continue;
    const blob = await git(top, ["cat-file", "blob", object], quick);
    if (blob.code !== 0) return `git doesn't show what it tracks: ${blob.complaint}`;
    const text = blob.out.toString("latin1");
    const last = typeof changed === "string" ? undefined : changed.get(name);
    found.set(within.get(name)!, {
      form: isEncrypted(text) ? "encrypted" : "plain",
      names: namesIn(text),
      changed: typeof changed === "string" ? changed : (last?.at ?? "it is not committed yet"),
      isOldest: isShallow && last?.isFirst === true,
    });
  }
  return found;
}

/** By name, the commit that gave it its content, of those that led to the one that is checked out; a text: why that can't be told. */
async function changedIn(top: string, names: readonly string[]) {
  const words = ["log", "--name-only", "--no-renames", "--ignore-submodules=all", "--format=commit %ct %P"];
  const { code, out, complaint } = await git(top, [...words, "HEAD", "--", ...names], quick);
  const found = new Map<string, { readonly at: number; readonly isFirst: boolean }>();
  let last = { at: 0, isFirst: false };
  for (const line of out.toString("latin1").split("\n")) {
    const [, seconds, parents] = /^commit (\d+) ([0-9a-f ]*)$/.exec(line) ?? [];
    if (seconds !== undefined) last = { at: Number(seconds) * 1000, isFirst: parents === "" };
    else if (line !== "" && !found.has(pathOf(line))) found.set(pathOf(line), last);
  }
  return code === 0 || found.size > 0 ? found : `git doesn't say when it was changed: ${complaint}`;
}

interface Wanted {
  readonly names: readonly string[];
  readonly kindOf: (name: string) => FileKind;
  readonly merges: "separate" | "off";
  readonly bounds: { readonly ms: number; readonly bytes: number };
}

/** Of all branches, tags and the stash. */
async function historyOf(
  top: string,
  { names, kindOf, merges, bounds }: Wanted,
): Promise<{ readonly added: readonly Added[]; readonly unread?: string }> {
  const words = [
    ...["log", "--all", "--full-history", `--diff-merges=${merges}`, "-p", "--text"],
    ...["--unified=0", "--inter-hunk-context=0"],
    ...["--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--no-notes", "--no-mailmap"],
    ...["--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all", "--diff-filter=AMT"],
    ...[`--format=${commitFormat}`, "--", ...names],
  ];
  const { code, out, cut, complaint } = await git(top, words, bounds);
  const added = addedIn(out.toString("latin1"), kindOf);
  if (cut)
    return {
      added,
      unread: `it is longer than ${bounds.bytes / mostOfFile} MiB or ${bounds.ms / 1000} s of reading`,
    };
  return code === 0 ? { added } : { added, unread: `git doesn't show it: ${complaint}` };
}
