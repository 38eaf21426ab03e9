/** Which folders lead to the files that root reads, by device and inode: another one of the same name is told by that. */
import type { Probe } from "./probe.ts";

/** `DEVICE:INODE` by the folder's path. */
export type FolderIds = Readonly<Record<string, string>>;

export const folderIds: Probe<FolderIds> = { collector: "folders", args: [], parse };

/** Lines `FOLDER/. TAB ok TAB DEVICE:INODE`: see the host's walk.sh. */
function parse(data: Buffer): FolderIds {
  return Object.fromEntries(
    data
      .toString("utf8")
      .split("\n")
      .flatMap((line) => {
        const [path = "", word, id = "-"] = line.split("\t");
        return word === "ok" && id !== "-" && path.endsWith("/.") ? [[path.slice(0, -2) || "/", id]] : [];
      }),
  );
}
