/** Several files at once: each in full, all of them or none, and none over what somebody else has written. */
import { randomBytes } from "node:crypto";
import { link, mkdir, realpath, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileHint, HardenError, systemWords } from "../errors.ts";
import { nodeFiles } from "../profile/files.ts";

export interface NewText {
  readonly path: string;
  readonly text: string;
  /** What it had when the new text was made of it; undefined where there was no file. */
  readonly before: string | undefined;
}

type Undo = () => Promise<unknown>;

/** Throws HardenError `usage`, with everything as it was. */
export async function writeAll(files: readonly NewText[]): Promise<void> {
  const undone: Undo[] = [];
  for (const each of files) {
    try {
      await (each.before === undefined ? create(each, undone) : replace(each, each.before, undone));
    } catch (cause) {
      for (const undo of undone.reverse()) await undo().catch(() => undefined);
      throw refused(each.path, cause);
    }
  }
}

const refused = (path: string, cause: unknown) => {
  const why = cause instanceof Theirs ? cause.message : `can't be written: ${systemWords(cause)}`;
  const hint =
    cause instanceof Theirs
      ? "Look at it, put what you want to keep elsewhere, and try again."
      : fileHint(cause);
  return new HardenError("usage", `${path} ${why}.`, {
    hint,
    hostState: "nothing was changed on any host, and all files are as they were",
    cause,
  });
};

class Theirs extends Error {}

const freshName = (path: string) => `${path}.harden-${randomBytes(4).toString("hex")}`;

/** And those above it; Node's own way, `recursive`, never ends in /proc. */
async function makeFolder(folder: string, undone: Undo[]): Promise<void> {
  try {
    await mkdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT") throw cause;
    await makeFolder(dirname(folder), undone);
    await mkdir(folder);
  }
  undone.push(() => rmdir(folder));
}

/** A link, unlike a rename, is refused where there is something by then. */
async function create({ path, text }: NewText, undone: Undo[]): Promise<void> {
  const folder = dirname(resolve(path));
  await makeFolder(folder, undone);
  const fresh = freshName(path);
  try {
    await writeFile(fresh, text, { flag: "wx" });
    await link(fresh, path).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === "EEXIST" ? new Theirs("is there already, and is not overwritten") : cause;
    });
  } finally {
    await rm(fresh, { force: true });
  }
  undone.push(() => rm(path));
}

/** What a link leads to, with the mode that it has. */
async function replace({ path, text }: NewText, before: string, undone: Undo[]): Promise<void> {
  const target = await realpath(path);
  if ((await nodeFiles.readFile(target)) !== before) throw new Theirs("was changed meanwhile");
  const { mode } = await stat(target);
  await swap(target, text, mode);
  undone.push(() => swap(target, before, mode));
}

async function swap(path: string, text: string, mode: number): Promise<void> {
  const fresh = freshName(path);
  try {
    await writeFile(fresh, text, { mode: mode & 0o7777, flag: "wx" });
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw cause;
  }
}
