/** Where a value was written: `file` as it is shown to people, `line` and `column` from 1. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Path = readonly (string | number)[];

export type Scalar = string | number | boolean | null;

/** `keys` holds every place that wrote the key, the last one in merge order last. */
export interface ProfileEntry {
  readonly keys: readonly Origin[];
  readonly value: Tree;
}

export interface MapTree {
  readonly kind: "map";
  readonly origin: Origin;
  readonly entries: ReadonlyMap<string, ProfileEntry>;
}

/** A YAML document as plain data in which each node still knows where it was written. */
export type Tree =
  | MapTree
  | { readonly kind: "list"; readonly origin: Origin; readonly items: readonly Tree[] }
  | { readonly kind: "scalar"; readonly origin: Origin; readonly value: Scalar };

export function emptyMap(file: string): MapTree {
  return { kind: "map", origin: { file, line: 1, column: 1 }, entries: new Map() };
}

/** The node at `path`, or undefined. */
export function at(tree: Tree, path: Path): Tree | undefined {
  let node: Tree | undefined = tree;
  for (const step of path) node = child(node, step);
  return node;
}

function child(node: Tree | undefined, step: string | number): Tree | undefined {
  if (node?.kind === "map") return node.entries.get(String(step))?.value;
  if (node?.kind === "list") return node.items[Number(step)];
  return undefined;
}

/** Every place that wrote the key at the end of `path`. */
export function keyOrigins(tree: Tree, path: Path): readonly Origin[] {
  const parent = at(tree, path.slice(0, -1));
  return (parent?.kind === "map" && parent.entries.get(String(path.at(-1)))?.keys) || [];
}

/**
 * The tree as plain values. A null in a map is left out, so that the schema's default applies;
 * a null in a list stays, for the schema to refuse.
 */
export function toValue(tree: Tree): unknown {
  switch (tree.kind) {
    case "scalar":
      return tree.value;
    case "list":
      return tree.items.map(toValue);
    case "map": {
      // No prototype: a key such as __proto__ must be an ordinary, unknown key.
      const value: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of tree.entries) {
        if (!isReset(entry.value)) value[key] = toValue(entry.value);
      }
      return value;
    }
  }
}

/** A null: it takes back what an extended profile says. */
export function isReset(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null;
}

/** The map without these keys. */
export function without(map: MapTree, keys: readonly string[]): MapTree {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))) };
}
