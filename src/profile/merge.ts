import type { Entry, MapTree, Tree } from "./tree.ts";
import { emptyMap } from "./tree.ts";

/**
 * Merges profiles, the later over the earlier: maps key by key, everything else replaced whole (a
 * list too: what is allowed in must be readable in one place). Each leaf keeps its origin.
 *
 * A null replaces like any value and then counts as not written: a field gets the schema's default
 * back, a section becomes unmanaged. A map written over a null starts empty.
 */
export function mergeAll(layers: readonly MapTree[]): MapTree {
  return layers.reduce(mergeMaps, layers[0] ?? emptyMap(""));
}

function mergeMaps(under: MapTree, over: MapTree): MapTree {
  if (under === over) return over;
  const entries = new Map<string, Entry>(under.entries);
  for (const [key, entry] of over.entries) {
    const below = under.entries.get(key);
    entries.set(
      key,
      below ? { keys: [...below.keys, ...entry.keys], value: mergeTrees(below.value, entry.value) } : entry,
    );
  }
  return { ...over, entries };
}

function mergeTrees(under: Tree, over: Tree): Tree {
  return under.kind === "map" && over.kind === "map" ? mergeMaps(under, over) : over;
}
