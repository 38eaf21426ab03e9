/** Copies of what a project would bind, in a folder of the try's own: the paths themselves are only read. */
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import type { MountSource } from "../../compose/try/config.ts";
import type { Copies, Copy } from "../../compose/try/copies.ts";
import { systemWords } from "../../errors.ts";
import { beginningOf } from "../../profile/files.ts";

/** Of one source: more is data, and a folder of it stays empty. */
export const most = { files: 1000, bytes: 16 << 20 };

/** The kernel's, the host's running state, and the engine's own: never read. */
const hosts = /^\/(dev|proc|sys|run|var\/run|var\/lib\/(docker|containerd))?(\/|$)/;

/** A file that is not there yet. */
export interface Unwritten {
  /** From the compose file's folder. */
  readonly path: string;
  readonly text: string;
  /** The numeric user who must read it, with its group where it is known. */
  readonly owner: string;
}

/** `fresh`: by the whole path that each will have. */
export async function makeCopies(
  sources: readonly MountSource[],
  folder: string,
  fresh: ReadonlyMap<string, Unwritten> = new Map(),
): Promise<Copies> {
  const made: [string, Copy][] = [];
  for (const [index, { path }] of sources.entries()) {
    const to = join(folder, String(index));
    const unwritten = fresh.get(path);
    const copying = unwritten === undefined ? copyOf(path, to) : written(unwritten, to);
    made.push([path, await copying.catch((cause: unknown) => ({ why: systemWords(cause) }))]);
  }
  return new Map(made);
}

/** Whoever can't give it away lets all read it: nobody else gets into the folder. */
async function written({ text, owner }: Unwritten, to: string): Promise<Copy> {
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = owner.split(":").map(Number);
  await writeFile(to, text, { flag: "wx", mode: 0o600 });
  if (isRoot) await lchown(to, uid!, gid ?? 0);
  await chmod(to, isRoot ? 0o400 : 0o444);
  return { path: to };
}

/** Where the source is a link, of what it leads to, as the engine would have it. */
async function copyOf(source: string, to: string): Promise<Copy> {
  const path = await realpath(source).catch(() => undefined);
  if (path === undefined) {
    await mkdir(to, { mode: 0o755 });
    return { path: to, why: "it isn't there" };
  }
  if (hosts.test(path)) return { why: "it is the host's" };
  const found = await lstat(path);
  if (!found.isFile() && !found.isDirectory()) return { why: "it is no file or folder" };
  const size = await sizeOf(path, { files: 0, bytes: 0 });
  if (size.files <= most.files && size.bytes <= most.bytes) {
    await copyInto(path, to);
    return { path: to };
  }
  if (found.isFile()) return { why: tooMuch };
  await mkdir(to);
  await owned(path, to);
  return { path: to, why: tooMuch };
}

const tooMuch = `more than ${most.files} files or ${most.bytes >> 20} MB, which isn't copied`;

interface Size {
  files: number;
  bytes: number;
}

/** Ends as soon as it is too much. */
async function sizeOf(path: string, size: Size): Promise<Size> {
  const found = await lstat(path);
  size.files += 1;
  if (found.isFile()) size.bytes += found.size;
  if (!found.isDirectory()) return size;
  for (const name of await readdir(path)) {
    if (size.files > most.files || size.bytes > most.bytes) break;
    await sizeOf(join(path, name), size);
  }
  return size;
}

/** Links stay links, and lead where they do within the container; sockets, pipes and devices are left out. */
async function copyInto(path: string, to: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return symlink(await readlink(path), to);
  if (found.isDirectory()) {
    await mkdir(to, { mode: 0o700 });
    for (const name of await readdir(path)) await copyInto(join(path, name), join(to, name));
  } else if (found.isFile()) {
    // No more than fits, and no link, whatever has become of it since it was counted.
    const { bytes } = await beginningOf(path, { most: most.bytes, follow: false });
    await writeFile(to, bytes, { flag: "wx", mode: 0o600 });
  } else return;
  await owned(path, to);
}

/** With owner and mode of the original; whoever isn't root keeps what is his. */
async function owned(path: string, to: string): Promise<void> {
  const { uid, gid, mode } = await lstat(path);
  await lchown(to, uid, gid)
    .catch(() => lchown(to, -1, gid))
    .catch(() => undefined);
  await chmod(to, mode & 0o7777);
}
