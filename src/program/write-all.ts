/** Several files at once: each in full, all of them or none, and none over what somebody else has written. */
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { HardenError, systemWords } from "../errors.ts";
import { utf8Text } from "../text.ts";

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
  return new HardenError("usage", `${path} ${why}.`, {
    hostState: "nothing was changed on any host, and all files are as they were",
    cause,
  });
};

class Theirs extends Error {}

const freshName = (path: string) => `${path}.harden-${randomBytes(4).toString("hex")}`;

/** A folder and those above it, to `top`, which is or contains it. */
const foldersTo = (folder: string, top: string): string[] =>
  folder === top ? [folder] : [folder, ...foldersTo(dirname(folder), top)];

/** A link, unlike a rename, is refused where there is something by then. */
async function create({ path, text }: NewText, undone: Undo[]): Promise<void> {
  const folder = dirname(resolve(path));
  const made = await mkdir(folder, { recursive: true });
  if (made !== undefined)
    for (const each of foldersTo(folder, made).reverse()) undone.push(() => rmdir(each));
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
  if (utf8Text(await readFile(target)) !== before) throw new Theirs("was changed meanwhile");
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
