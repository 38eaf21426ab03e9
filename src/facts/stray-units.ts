/** Units of runs that the host has no journal of any more: they do nothing, and would stay for ever. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface StrayUnits {
  readonly run: string;
  /** Its units, and the links that start them. */
  readonly paths: readonly string[];
}

const runOf = (path: string) => /\/harden-(?:early|deadman)-([0-9A-Za-z-]+)\.service$/.exec(path)?.[1];

export function parseStrayUnits(data: Buffer): readonly StrayUnits[] {
  const byRun = new Map<string, string[]>();
  for (const path of linesOf(data)) {
    const run = runOf(path);
    if (run !== undefined) byRun.set(run, [...(byRun.get(run) ?? []), path]);
  }
  return [...byRun].map(([run, paths]) => ({ run, paths }));
}

export const strayUnits: Probe<readonly StrayUnits[]> = {
  collector: "stray_units",
  args: [],
  parse: parseStrayUnits,
};
