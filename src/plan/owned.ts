/** What is ours on a host, from the manifest that the runs wrote there, and how it is given back. */
import type { Facts, Probe } from "../facts/probe.ts";
import type { Change, Finding } from "./plan.ts";
import type { Managed } from "./planner.ts";

export interface OwnedItem {
  readonly address: string;
  readonly control: string;
  /** The run that made it ours. */
  readonly run: string;
  /** How that run would undo it: the runtime's own words. */
  readonly undo: readonly string[];
}

export type Owned = readonly OwnedItem[];

export const owned: Probe<Owned> = { collector: "owned", args: [], parse: parseManifest };

function parseManifest(data: Buffer): Owned {
  const lines = data
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => {
    const [address = "", control = "", run = "", ...undo] = line.split("\t");
    return { address, control, run, undo };
  });
}

/** Changes that give back what a switched-off control owns. */
export function releases(
  _off: readonly Managed[],
  _owned: Owned,
  _facts: Facts,
): { changes: readonly Change[]; findings: readonly Finding[] } {
  return { changes: [], findings: [] };
}
