/** Which storage outlives a reset of the host. */
import { isWithin } from "../path.ts";
import type { Fact, Probe } from "./probe.ts";
import { rowsOf } from "./rows.ts";

/** Storage whose content the next boot does not have (`gone`), or may not have (`unsure`). */
export interface Lost {
  readonly fate: "gone" | "unsure";
  /** A clause: what it is on. */
  readonly why: string;
}

/** What the host says of the storage below a path: nothing of ordinary storage. */
export interface Place {
  readonly path: string;
  /** Undefined where it lasts, below a place that does not. */
  readonly lost?: Lost;
}

/** Where nothing is meant to last, and what is read there is not meant to. */
export const isPassing = (path: string) => /^\/(proc|sys|dev|run|tmp)\//.test(path);

/** What is known of all paths that were asked for, and of every other tmpfs: each of these probes gets the whole answer. */
export const storageOf = (path: string): Probe<readonly Place[]> => ({
  collector: "storage",
  args: [path],
  parse,
});

/** Of the journal, and so of everything: it is asked for in every collection of a plan. */
export const storage = storageOf("/var/lib/harden");

function parse(data: Buffer): readonly Place[] {
  const rows = rowsOf(data);
  return [
    ...(["gone", "unsure"] as const).flatMap((fate) =>
      rows(fate).map(([path = "", why = ""]) => ({ path, lost: { fate, why } })),
    ),
    ...rows("lasts").map(([path = ""]) => ({ path })),
  ];
}

/** Why what is at a path may not be there after a reset; undefined where its storage lasts. */
export function lostAt(fact: Fact<readonly Place[]>, path: string): Lost | undefined {
  if (fact.state !== "present")
    return {
      fate: "unsure",
      why: `the storage of ${path} is not known${"why" in fact ? `: ${fact.why}` : ""}`,
    };
  const above = fact.value.filter((place) => isWithin(path, place.path));
  return above.sort((a, b) => b.path.length - a.path.length)[0]?.lost;
}
