import type { Mutant } from "./table.mjs";

export function digestOf(root: string, row: Mutant): string;
export function readSeen(root: string): Record<string, string>;
export function writeSeen(
  root: string,
  seen: Readonly<Record<string, string>>,
  table: readonly Mutant[],
): void;
