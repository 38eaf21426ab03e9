/** What a kind of the inventory lists. */
import type { InventoryList } from "../../facts/inventory.ts";
import type { Fact } from "../../facts/probe.ts";

export interface Entry {
  /** Stable, and unique in its kind. */
  readonly name: string;
  /** What it is, for a person. */
  readonly about: string;
  /** What explains it; left out where only the profile's list could. */
  readonly by?: string;
  /** It could not be told whether it is one of this kind. */
  readonly isDoubtful?: true;
}

export interface ListedEntries {
  readonly entries: readonly Entry[];
  /** Why there may be more. */
  readonly unread: readonly string[];
  /** Why a host like this has none of the kind. */
  readonly none?: string;
}

/** What a collector has listed of a kind. */
export function listIn<K extends string>(
  fact: Fact<Readonly<Record<K, InventoryList>>>,
  kind: K,
): InventoryList {
  if (fact.state === "present") return fact.value[kind];
  return { entries: [], unread: ["why" in fact ? fact.why : "it was not read"] };
}

/** The last one of each name. */
export const eachOnce = (entries: readonly Entry[]): readonly Entry[] => [
  ...new Map(entries.map((entry) => [entry.name, entry])).values(),
];
