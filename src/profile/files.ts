/** What the loader asks of the file system. */
import { constants, type Stats } from "node:fs";
import { lstat, open, readFile as read, readdir, stat } from "node:fs/promises";
import { utf8Text } from "../text.ts";
export interface Files {
  /**
   * The text of a regular file; undefined where there is no such file. Rejects where it can't be read, isn't UTF-8, or is
   * larger than 4 MiB. `isTyped`: the path stands on the command line, where it may be a pipe.
   */
  readonly readFile: (path: string, isTyped?: boolean) => Promise<string | undefined>;
  /** The names in a folder; none where there is no such folder. */
  readonly listDir: (path: string) => Promise<readonly string[]>;
}

/** Of one file: as many characters as any reader takes, of four bytes each. */
const mostBytes = 4 * 1024 * 1024;

const absent = (error: unknown) =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

/** The file system of the machine that harden runs on. */
export const nodeFiles: Files = {
  async readFile(path, isTyped = false) {
    try {
      const isPipe = isTyped && (await stat(path)).isFIFO();
      return utf8Text(isPipe ? await read(path) : await bytesOf(path));
    } catch (error) {
      if (absent(error)) return undefined;
      throw error;
    }
  },
  async listDir(path) {
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (absent(error)) return [];
      throw error;
    }
  },
};

/** All bytes of a regular file. Rejects where it is anything else, or larger than `most`. */
export async function bytesOf(path: string, most = mostBytes): Promise<Buffer> {
  const { bytes, stats } = await beginningOf(path, { most });
  if (stats.size <= most) return bytes;
  throw new Error(`it is larger than ${most} bytes`);
}

/**
 * The first `most` bytes of a regular file, and its status; `follow`: also of what a link leads to. The path may come from
 * another file: a pipe would never end, opening a device may change it, and a file of the kernel's without a size may have
 * no end either.
 */
export async function beginningOf(
  path: string,
  { most = mostBytes, follow = true }: { readonly most?: number; readonly follow?: boolean } = {},
): Promise<{ readonly bytes: Buffer; readonly stats: Stats }> {
  checkRegular(await (follow ? stat : lstat)(path));
  const links = follow ? 0 : constants.O_NOFOLLOW;
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | links);
  try {
    const stats = await file.stat();
    checkRegular(stats);
    const bytes = Buffer.alloc(Math.min(stats.size, most));
    let length = 0;
    for (let last = -1; last !== 0 && length < bytes.length; length += last)
      last = (await file.read(bytes, length)).bytesRead;
    return { bytes: bytes.subarray(0, length), stats };
  } finally {
    await file.close();
  }
}

function checkRegular(stats: Stats): void {
  if (stats.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
  if (!stats.isFile()) throw new Error("it is no regular file");
}
