import type { Mutant } from "./table.mjs";

export function onHosts(suite: string): boolean;
export function choose(
  table: readonly Mutant[],
  words: readonly string[],
  o: { readonly isSeen: (row: Mutant) => boolean; readonly seed: string },
): { readonly rows: readonly Mutant[]; readonly about: string };
