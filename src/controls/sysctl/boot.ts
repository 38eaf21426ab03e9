/** The values that the next boot will set: sysctl.d(5) as systemd-sysctl(8) of systemd 252 and 257 reads it. Pure. */
import { basename } from "node:path/posix";
import type { SysctlFile } from "../../facts/sysctl.ts";
import { pathMatcher } from "../../glob.ts";
import { slashed } from "./settings.ts";

export interface Assignment {
  /** Path below /proc/sys, perhaps a glob. */
  readonly path: string;
  /** The key as it is written, with a leading `-`. */
  readonly key: string;
  /** Undefined for a line `-key`, which leaves the key out of every glob. */
  readonly value?: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

const folders = ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"];
const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/"));
const isGlob = (path: string) => /[*?[]/.test(path);

/** Of files with one name that of the first folder counts; then in the order of the names. */
export function inOrder(files: readonly SysctlFile[]): readonly SysctlFile[] {
  const rank = (file: SysctlFile) => folders.indexOf(folderOf(file.path));
  const lastFirst = [...files].sort((a, b) => rank(b) - rank(a));
  const byName = new Map(lastFirst.map((file) => [basename(file.path), file]));
  const names = [...byName.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.map((name) => byName.get(name)!);
}

export const assignments = ({ path: file, lines }: SysctlFile): readonly Assignment[] =>
  lines.flatMap((line, index) => {
    const text = line.trim();
    const at = text.indexOf("=");
    const key = (at === -1 ? text : text.slice(0, at)).trim();
    if (key === "" || /^[#;]/.test(text) || (at === -1 && !key.startsWith("-"))) return [];
    const path = slashed(key.replace(/^-/, ""));
    return [{ path, key, file, line: index + 1, ...(at === -1 ? {} : { value: text.slice(at + 1).trim() }) }];
  });

/** For a person: sysctl.d(5) knows no remark behind a value, but people write them there, with secrets in them. */
export const shownValue = ({ value = "" }: Assignment): string => value.replace(/\s*[#;].*/s, " #…");

/** The last assignment of each key, and of those the globs, in the order in which they are carried out. */
export interface Merged {
  readonly byPath: ReadonlyMap<string, Assignment>;
  readonly globs: readonly { readonly assignment: Assignment; readonly matches: (path: string) => boolean }[];
}

export function merged(files: readonly SysctlFile[]): Merged {
  const last = new Map<string, Assignment>();
  for (const each of inOrder(files).flatMap(assignments)) {
    if (last.has(each.path) && last.get(each.path)!.value === each.value) continue;
    last.delete(each.path);
    last.set(each.path, each);
  }
  const globs = [...last.values()].filter(({ path, value }) => value !== undefined && isGlob(path));
  return {
    byPath: last,
    globs: globs.map((assignment) => ({ assignment, matches: globMatcher(assignment.path) })),
  };
}

/** Whether a path matches a glob of sysctl.d(5); a pattern that is none matches nothing. */
export const globMatcher = (glob: string) =>
  /\[(?!!?[^/][^/]*\])/.test(glob) ? () => false : pathMatcher(glob);

/**
 * What the boot sets a path to; undefined where no file does. A key by its full name wins over every glob; a line
 * `-GLOB` takes back an earlier line of the same glob, and nothing else.
 */
export function bootAssignment({ byPath, globs }: Merged, path: string): Assignment | undefined {
  const exact = byPath.get(path);
  if (exact !== undefined) return exact.value === undefined ? undefined : exact;
  return globs.findLast(({ matches }) => matches(path))?.assignment;
}
