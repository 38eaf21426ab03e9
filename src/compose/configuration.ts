/** Files of configuration that a container has, by binds, configs, secrets and what its Dockerfile copies. Pure but for its readers. */
import { posix } from "node:path";
import { isWithin } from "../path.ts";
import { parseEnv, type Variables } from "./interpolate.ts";
import type { Copied } from "./made.ts";
import type { Service } from "./project.ts";
import { mountsOf } from "./service.ts";
import { get, itemsOf, textOf } from "./tree.ts";

/** Names in a folder; none where it is no folder or can't be read. */
export type FolderLister = (folder: string) => Promise<readonly string[]>;

export interface ConfigurationFiles {
  /** Texts of its configuration by their path in the container. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths in the container of configuration that could not be read. */
  readonly unread: readonly string[];
}

const isConfiguration = (target: string) =>
  /\.(?:conf|cnf|ya?ml|ini|toml|acl|json|xml|properties)$|[^/]\.config$/.test(target);

/** What a database's image runs at its first start. */
export const isScript = (target: string): boolean =>
  /\/docker-entrypoint-initdb\.d\/.*\.(?:sh|sql|js)$/.test(target);

/** Folders that programs read their configuration from. */
const isSettled = (target: string) =>
  /\/(?:etc|conf|config|mounted-etc|[\w-]+\.d)(?:\/|$)/.test(target) && !target.startsWith("/etc/ssl/");

interface Mounted {
  readonly target: string;
  readonly from: string;
  readonly path?: string;
  readonly content?: string;
  /** Of compose, whose value it is. */
  readonly variable?: string;
}

export function configurationOf({ node, tree }: Service, copied: readonly Copied[]): readonly Mounted[] {
  const own = copied.map(({ path, target }): Mounted => ({ target, from: "", path }));
  const mounted = mountsOf(node)
    .filter(({ kind }) => kind === "bind")
    .map(({ at, source, target }): Mounted => ({ target, from: at.file, path: source }));
  const granted = ["configs", "secrets"].flatMap((key) =>
    itemsOf(get(node, key)).map((item): Mounted => {
      const name = textOf(item) ?? textOf(get(item, "source")) ?? "";
      const own = get(tree, key, name);
      const [path, content, variable] = ["file", "content", "environment"].map((kind) =>
        textOf(get(own, kind)),
      );
      const place = textOf(get(item, "target")) ?? name;
      return {
        target: place.startsWith("/") ? place : `${key === "secrets" ? "/run/secrets" : ""}/${place}`,
        from: own?.at.file ?? item.at.file,
        ...(path === undefined ? {} : { path }),
        ...(content === undefined ? {} : { content }),
        ...(variable === undefined ? {} : { variable }),
      };
    }),
  );
  return [...own, ...mounted, ...granted];
}

interface Reading {
  readonly text: (from: string, path: string) => Promise<string | undefined>;
  readonly listFolder?: FolderLister | undefined;
  readonly words: readonly string[];
  readonly variables: Variables;
}

/** Absolute paths in a text. */
const pathsIn = (text: string): readonly string[] => text.match(/\/[\w./-]+/g) ?? [];

export async function filesIn(mounted: readonly Mounted[], reading: Reading): Promise<ConfigurationFiles> {
  const { text, words, variables } = reading;
  const files = new Map<string, string>();
  const unread = new Set<string>();
  const folders: Mounted[] = [];
  for (const each of mounted) {
    const { target, from, path, content, variable } = each;
    const isFile = isConfiguration(target) || isScript(target) || target.startsWith("/run/secrets/");
    const found =
      content ??
      (variable === undefined ? undefined : parseEnv((await text(from, ".env")) ?? "").get(variable)) ??
      (isFile && path !== undefined ? await text(from, path) : undefined);
    if (found !== undefined) files.set(target, found);
    else if (isConfiguration(target)) unread.add(target);
    else if (path !== undefined) folders.push(each);
  }
  for (const folder of folders)
    for (const [path, found] of await settledIn(folder, reading)) files.set(path, found);
  // What is named is read as well, and what that names.
  const named = words.flatMap(pathsIn);
  const wanted = [...named, ...[...variables.values(), ...files.values()].flatMap(pathsIn)];
  const known = new Set<string>();
  for (const each of wanted) {
    const path = posix.normalize(each);
    if (known.has(path) || files.has(path)) continue;
    known.add(path);
    const folder = folders.findLast(({ target }) => isWithin(path, target));
    if (folder === undefined) continue;
    const found = await text(folder.from, posix.join(folder.path!, posix.relative(folder.target, path)));
    if (found !== undefined) {
      files.set(path, found);
      wanted.push(...pathsIn(found));
    } else if (isConfiguration(path) && named.includes(path)) unread.add(path);
  }
  return { files, unread: [...unread] };
}

const most = { depth: 2, files: 100 };

/** What is called as configuration in a folder where programs look for such. */
async function settledIn(
  { target, from, path = "" }: Mounted,
  { text, listFolder }: Reading,
): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  const walk = async (below: string, depth: number): Promise<void> => {
    const host = posix.join(posix.isAbsolute(path) ? "" : posix.dirname(from), path, below);
    for (const name of [...((await listFolder?.(host)) ?? [])].sort().slice(0, most.files)) {
      const [here, there] = [posix.join(below, name), posix.join(target, below, name)];
      if (!isConfiguration(name) && !isScript(there))
        depth < most.depth && /^[\w-]+(?:\.d)?$/.test(name) && (await walk(here, depth + 1));
      else if (found.length < most.files) {
        const own = await text(from, posix.join(path, here));
        if (own !== undefined) found.push([there, own]);
      }
    }
  };
  if (listFolder !== undefined && isSettled(target)) await walk("", 0);
  return found;
}
