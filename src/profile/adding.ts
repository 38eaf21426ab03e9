/** Lists that add up over the profiles that make one, such as the rules of an environment and of two roles. Pure. */
import type { Section } from "./schema.ts";
import { type MapTree, type Path, type Tree, toValue } from "./tree.ts";

export type AddsUp = (path: Path) => boolean;

/** Every list that adds up, as paths of a profile. */
export const addingPaths = (sections: readonly Section[]): readonly Path[] => [
  ["waivers"],
  ...sections.flatMap(({ id, adds = [] }) => adds.map((field) => [id, ...field.split(".")])),
];

export function addsUpIn(sections: readonly Section[]): AddsUp {
  const paths = new Set(addingPaths(sections).map((path) => path.join(".")));
  return (path) => paths.has(path.join("."));
}

/** `{default: […]}`: a list that gives way to any other, whichever of the two is merged first. */
function defaultOf(tree: Tree): Tree | undefined {
  if (tree.kind !== "map" || tree.entries.size !== 1) return undefined;
  const list = tree.entries.get("default")?.value;
  return list?.kind === "list" ? list : undefined;
}

/** The later list behind the earlier one, what stands in both once; null takes back all before it. */
export function addLists(under: Tree, over: Tree): Tree {
  if (defaultOf(over)) return under.kind === "list" ? under : over;
  if (under.kind !== "list" || over.kind !== "list") return over;
  const key = (item: Tree) => JSON.stringify(toValue(item));
  const known = new Set(under.items.map(key));
  return { ...over, items: [...under.items, ...over.items.filter((item) => !known.has(key(item)))] };
}

/** With the lists of those defaults that no other list has taken the place of. */
export function withDefaults(tree: MapTree, addsUp: AddsUp, path: Path = []): MapTree {
  const entries = [...tree.entries].map(([key, entry]) => {
    const here = [...path, key];
    const { value } = entry;
    if (addsUp(here)) return [key, { ...entry, value: defaultOf(value) ?? value }] as const;
    return [
      key,
      value.kind === "map" ? { ...entry, value: withDefaults(value, addsUp, here) } : entry,
    ] as const;
  });
  return { ...tree, entries: new Map(entries) };
}
