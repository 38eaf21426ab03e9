/** What compose includes into a file: other files, each with the variables that it is given. Pure. */
import { posix } from "node:path";
import { get, isTrue, itemsOf, type MapNode, type Node, type Origin, textOf } from "./tree.ts";

/** Files that are laid over each other as one, as they are written. */
export interface Inclusion {
  readonly at: Origin;
  readonly paths: readonly string[];
  /** Undefined: `.env` of its folder, where there is one. */
  readonly envFiles: readonly string[] | undefined;
  /** Where its relative paths begin, where the file says it. */
  readonly folder: string | undefined;
}

export function inclusionsOf(tree: MapNode): readonly Inclusion[] {
  return itemsOf(get(tree, "include")).map((item) => {
    const { at } = item;
    if (item.kind !== "map")
      return { at, paths: [textOf(item) ?? ""], envFiles: undefined, folder: undefined };
    const given = textsOf(get(item, "env_file"));
    return {
      at,
      paths: textsOf(get(item, "path")),
      folder: textOf(get(item, "project_directory")),
      envFiles: given.length === 0 ? undefined : given,
    };
  });
}

const textsOf = (node: Node | undefined): readonly string[] =>
  (node?.kind === "list" ? node.items : [node]).flatMap((item) => textOf(item) ?? []);

const folderText = (path: string) => posix.normalize(path).replace(/(?<=.)\/$/, "");

/** Whether relative paths of an included file begin elsewhere than in its own folder. */
export const isMoved = ({ folder, paths: [first = ""] }: Inclusion) =>
  folder !== undefined && folderText(folder) !== folderText(posix.dirname(first));

/** A file with a service's variables, as it is written. */
interface EnvFile {
  readonly path: string;
  readonly at: Origin;
  /** Whether it must be there. */
  readonly isRequired: boolean;
}

export function envFilesOf(node: MapNode): readonly EnvFile[] {
  const found = get(node, "env_file");
  const items = found?.kind === "list" ? found.items : found === undefined ? [] : [found];
  return items.flatMap((item) => {
    const required = get(item, "required");
    const path = textOf(item) ?? textOf(get(item, "path"));
    if (path === undefined || path.includes("$")) return [];
    return [{ path, at: item.at, isRequired: required === undefined || isTrue(required) }];
  });
}
