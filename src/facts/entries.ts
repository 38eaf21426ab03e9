/** Files and folders as stat(1) and their access lists tell of them, and whom they keep out. Pure. */
import { isShared } from "./files.ts";

export interface StatEntry {
  readonly path: string;
  readonly type: "directory" | "file" | "other";
  /** Four octal digits. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** See `FileFact`. */
  readonly acl: boolean;
}

const types: Readonly<Record<number, StatEntry["type"]>> = { 4: "directory", 8: "file" };

/** Of lines "MODE(hex) OWNER GROUP PATH", and "list PATH" for those with an access list. */
export function entriesOf(lines: readonly string[]): readonly StatEntry[] {
  const all = new Set(lines);
  return lines.flatMap((line) => {
    const [, raw = "", owner = "", group = "", path] = /^([0-9a-f]+) (\S+) (\S+) (.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    const bits = Number.parseInt(raw, 16);
    const mode = (bits & 0o7777).toString(8).padStart(4, "0");
    const acl = all.has(`list ${path}`);
    return [
      { path: path.replace(/(?<=.)\/$/, ""), type: types[bits >> 12] ?? "other", mode, owner, group, acl },
    ];
  });
}

/** Whether its mode lets in root and these groups alone; into a folder, whoever may search it. */
export function isClosed({ type, mode, owner, group }: StatEntry, groups: readonly string[]): boolean {
  const rights = type === "directory" ? 0o1 : 0o7;
  const bits = Number.parseInt(mode, 8);
  const ofGroup = (bits >> 3) & rights;
  return owner === "root" && (bits & rights) === 0 && (ofGroup === 0 || groups.includes(group));
}

/** Whether the file, or a folder on the way to it, keeps out all but root and these groups. */
export const isOutOfReach = (way: readonly StatEntry[], groups: readonly string[]) =>
  way.some((entry) => isClosed(entry, groups) && !isShared(entry));
