/**
 * Merges profiles, the later over the earlier: maps key by key, lists that add up one behind the other, everything
 * else replaced whole. Each leaf, and each item of such a list, keeps its origin.
 *
 * A null replaces like any value and then counts as not written: a field gets the schema's default
 * back, a section becomes unmanaged. A map written over a null starts empty.
 */
import { type AddsUp, addLists, withDefaults } from "./adding.ts";
import type { MapTree, Path, ProfileEntry, Tree } from "./tree.ts";
import { emptyMap } from "./tree.ts";
export function mergeAll(layers: readonly MapTree[], addsUp: AddsUp): MapTree {
  const [first = emptyMap(""), ...more] = layers;
  const merged = more.reduce((under, over) => mergeMaps(under, over, { addsUp, path: [] }), first);
  return withDefaults(merged, addsUp);
}

interface Place {
  readonly addsUp: AddsUp;
  readonly path: Path;
}

function mergeMaps(under: MapTree, over: MapTree, { addsUp, path }: Place): MapTree {
  const entries = new Map<string, ProfileEntry>(under.entries);
  for (const [key, entry] of over.entries) {
    const below = under.entries.get(key);
    entries.set(
      key,
      below
        ? {
            keys: [...below.keys, ...entry.keys],
            value: mergeTrees(below.value, entry.value, { addsUp, path: [...path, key] }),
          }
        : entry,
    );
  }
  return { ...over, entries };
}

function mergeTrees(under: Tree, over: Tree, place: Place): Tree {
  if (place.addsUp(place.path)) return addLists(under, over);
  return under.kind === "map" && over.kind === "map" ? mergeMaps(under, over, place) : over;
}
