/** Going back to before a run: which runs must be undone for that. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingOf } from "../checks/finding.ts";
import type { RunFact } from "../facts/runs.ts";
import type { NextThere } from "../next.ts";
import { forgotten, pruned } from "./undo-findings.ts";

export interface RunsSince {
  /** Newest first; the last one is the run itself. */
  readonly runs: readonly RunFact[];
  /** What keeps the host from being as it was then. */
  readonly findings: readonly Finding[];
}

/**
 * All that is in force since `run`, and the run itself. A run and its undo, both since then, are no change; an undo of what
 * is older is undone, too, and what it had undone is then in force again. `all`: oldest first.
 */
export function undoneWith(run: RunFact, all: readonly RunFact[], next: NextThere): RunsSince {
  const since = all.slice(all.indexOf(run));
  const known = new Set(all.map(({ id }) => id));
  const here = new Set(since.map(({ id }) => id));
  const noChange = new Set<string>();
  const runs: RunFact[] = [];
  for (const each of since.toReversed()) {
    if (each.state !== "confirmed" || noChange.has(each.id)) continue;
    if (each.undoes?.every((id) => here.has(id))) for (const id of each.undoes) noChange.add(id);
    else runs.push(each);
  }
  const unknown = runs.flatMap(({ id, undoes = [] }) =>
    id === run.id
      ? []
      : undoes.filter((undone) => !known.has(undone)).map((undone) => unknownUndone(id, undone, next)),
  );
  const gone = since.at(-1)!.number - run.number + 1 - since.length;
  return { runs, findings: [...unknown, ...(gone > 0 ? [prunedSince(gone, run.id)] : [])] };
}

const unknownUndone = (undo: string, undone: string, next: NextThere): Finding =>
  findingOf(
    forgotten,
    "host",
    `Run ${undo} undid run ${undone}, which this host no longer remembers: whether that was in force before can't be told.`,
    `Undo the runs that you mean one by one, newest first: ${next("rollback", "RUN")}`,
  );

const prunedSince = (count: number, run: string): Finding =>
  findingOf(
    pruned,
    "host",
    `${count === 1 ? "A run" : `${count} runs`} since ${run} ${count === 1 ? "is" : "are"} no longer remembered (harden runs prune): what only ${count === 1 ? "it" : "they"} changed stays as it is.`,
  );
