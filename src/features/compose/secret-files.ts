/** Files of secrets beside a compose file: written before it, never over another, each for its one reader. */
import { randomBytes } from "node:crypto";
import { type FileHandle, lstat, mkdir, open, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Content, SecretFile } from "../../compose/fix/secret-file.ts";
import { HardenError, systemWords } from "../../errors.ts";
import { nodeFiles } from "../../profile/files.ts";
import { typedAs } from "../../quote.ts";

export interface WrittenSecrets {
  /** What a person has to do, or to know, of them. */
  readonly told: readonly string[];
  /** Takes away what was written. */
  readonly undo: () => Promise<void>;
}

/** What a file holds; what is generated is another one each time. */
export const textOf = (content: Content): string =>
  content.kind === "kept" ? content.text : `requirepass ${randomBytes(32).toString("hex")}\n`;

/** All of them or none. `composeFile`: whose neighbours they are. Throws HardenError `usage`. */
export async function writeSecrets(
  composeFile: string,
  secrets: readonly SecretFile[],
): Promise<WrittenSecrets> {
  const undone: (() => Promise<void>)[] = [];
  const undo = async () => {
    for (const each of undone.reverse()) await each();
  };
  const told: string[] = [];
  const [first] = secrets;
  if (first === undefined) return { told, undo };
  const beside = dirname(composeFile);
  const folder = join(beside, dirname(first.path));
  let place = folder;
  try {
    const isNew = await ourFolder(folder, beside);
    if (isNew) undone.push(() => rmdir(folder));
    for (const { path, owner, content } of secrets) {
      const own = join(beside, path);
      place = own;
      const file = await open(own, "wx", 0o400);
      undone.push(() => rm(own));
      told.push(...(await filled(file, { text: textOf(content), owner, path: own })));
    }
    told.push(...(await ignored(folder, { isNew, secrets, undone })));
    return { told, undo };
  } catch (cause) {
    await undo().catch(() => undefined);
    if (cause instanceof HardenError) throw cause;
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const why = isThere
      ? "is there already, and is not overwritten"
      : `can't be written: ${systemWords(cause)}`;
    throw refused(place, why, cause);
  }
}

const refused = (place: string, why: string, cause?: unknown) =>
  new HardenError("usage", `${place} ${why}.`, {
    hint: "Move it away, then fix again.",
    hostState: "no host was contacted, and the compose file is as it was",
    cause,
  });

/** Whether it was made: for its owner alone, who is the owner of the folder around it. */
async function ourFolder(folder: string, beside: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) throw refused(folder, "is no folder");
  if (found !== undefined) return false;
  await mkdir(folder, { mode: 0o700 });
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(beside);
    const handle = await open(folder, "r");
    await handle.chown(uid, gid).finally(() => handle.close());
  }
  return true;
}

/** Compose mounts the file as it is: who reads it has to own it, which only root can give away. */
async function filled(
  file: FileHandle,
  { text, owner, path }: { readonly text: string; readonly owner: string; readonly path: string },
): Promise<readonly string[]> {
  const [uid, gid] = owner.split(":").map(Number);
  try {
    await file.writeFile(text);
    await file.chmod(0o400);
    const found = await file.stat();
    if (process.getuid?.() === 0) await file.chown(uid!, gid ?? found.gid);
    await file.sync();
    return process.getuid?.() === 0 || found.uid === uid ? [] : [`  sudo chown ${owner} ${typedAs(path)}`];
  } finally {
    await file.close();
  }
}

/** In a folder of somebody else's only what is ours must stay out of git. */
async function ignored(
  folder: string,
  {
    isNew,
    secrets,
    undone,
  }: { isNew: boolean; secrets: readonly SecretFile[]; undone: (() => Promise<void>)[] },
): Promise<readonly string[]> {
  const path = join(folder, ".gitignore");
  const there = await nodeFiles.readFile(path).catch(() => undefined);
  const names = secrets.map(({ name }) => `/${name}`);
  if (there?.split(/\r?\n/).includes("*")) return [];
  if (there !== undefined)
    return [`  ${path} must have these, so that git never takes them: ${names.join(" ")}`];
  const file = await open(path, "wx", 0o644);
  undone.push(() => rm(path));
  await file.writeFile(isNew ? "*\n" : `${names.join("\n")}\n`).finally(() => file.close());
  return [];
}
