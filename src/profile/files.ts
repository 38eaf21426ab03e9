import { readFile as read, readdir } from "node:fs/promises";
import { utf8Text } from "../text.ts";

/** What the loader asks of the file system. */
export interface Files {
  /** The file's text; undefined where there is no such file. Rejects where it can't be read, or isn't UTF-8. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** The names in a folder; none where there is no such folder. */
  readonly listDir: (path: string) => Promise<readonly string[]>;
}

const absent = (error: unknown) =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

/** The file system of the machine that harden runs on. */
export const nodeFiles: Files = {
  async readFile(path) {
    const bytes = await read(path).catch((error: unknown) => {
      if (absent(error)) return undefined;
      throw error;
    });
    return bytes && utf8Text(bytes);
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
