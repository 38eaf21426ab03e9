/** The user's `profiles/` is in `cwd` or above it; `packagedDir` is the folder of the profiles that harden ships. */
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
export interface Places {
  readonly cwd: string;
  readonly packagedDir: string;
  /** The root of the git work tree that holds `cwd`; without one only `cwd` itself is looked in. */
  readonly root?: string | undefined;
}

/** What the name `-` stands for on the command line. */
export const standardInput = "/dev/stdin";

/** Whether a NAME is meant as the path of a file: it has a slash, or a YAML file's ending. */
export function isPath(name: string): boolean {
  return name === "-" || name.includes("/") || /\.ya?ml$/.test(name);
}

/** A profile's name must be a plain word, for it becomes a file's name and stands in the host's journal. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name);
}

/**
 * The files that NAME may be, in order. A name is looked for beside the extending file (where
 * there is one), in `profiles/` of `cwd` and of each folder above it to the root, then among the packaged; a path is one
 * file, from the extending file's folder or `cwd`. The extending file itself is left out, so that a user's own
 * `profiles/production.yaml` can extend the packaged production.
 */
export function candidates(name: string, places: Places, from?: string): readonly string[] {
  if (name === "-" && from === undefined) return [standardInput];
  const beside = besideOf(from);
  if (isPath(name)) return [isAbsolute(name) ? resolve(name) : resolve(beside[0] ?? places.cwd, name)];
  const files = folders(places, from).map((folder) => join(folder, `${name}.yaml`));
  return files.filter((file) => file !== from);
}

/** The extending file's folder; standard input is in none. */
const besideOf = (from: string | undefined) =>
  from === undefined || from === standardInput ? [] : [dirname(from)];

/** The folders that names are looked for in. */
export function folders({ cwd, root, packagedDir }: Places, from?: string): readonly string[] {
  const own = upwards(cwd, root ?? cwd).map((folder) => join(folder, "profiles"));
  const all = [...besideOf(from), ...own, packagedDir];
  return [...new Set(all.map((folder) => resolve(folder)))];
}

/** The folder and those above it, up to `top`; the folder alone where that isn't above it. */
export function upwards(folder: string, top: string): readonly string[] {
  const all = [resolve(folder)];
  for (let last = all[0]!; last !== resolve(top); all.push(last)) {
    if (dirname(last) === last) return all.slice(0, 1);
    last = dirname(last);
  }
  return all;
}

/** A file's path as people see it: from `cwd` where it is below, else absolute. */
export function shown(file: string, cwd: string): string {
  const short = relative(resolve(cwd), file);
  return short === "" || short === ".." || short.startsWith(`..${sep}`) ? file : short;
}

/** `profiles/production.yaml` is the profile `production`. */
export function profileName(file: string): string {
  return basename(file).replace(/\.ya?ml$/, "");
}
