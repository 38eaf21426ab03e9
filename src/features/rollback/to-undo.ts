/** Which runs a rollback undoes: the one that is named, those since, or the newest in force. */
import { HardenError } from "../../errors.ts";
import { inForce, type RunFact } from "../../facts/runs.ts";
import type { NextThere } from "../../next.ts";
import { type RunsSince, undoneWith } from "../../plan/since.ts";
import { nextFor } from "../../plan/unsettled.ts";
import { noRecord, theRun } from "../../run/records.ts";

/** What somebody named; neither: the pending run, else the newest in force, never an undo. */
export interface NamedRun {
  readonly run?: string;
  /** This one, with all that are in force since. */
  readonly to?: string;
}

export type ToUndo =
  | { readonly kind: "unsettled"; readonly run: RunFact }
  | ({ readonly kind: "settled" } & RunsSince);

/** The host of these runs. */
interface There {
  readonly target: string;
  readonly next: NextThere;
}

/** `all`: oldest first. Throws HardenError `host` where there is nothing to undo, and `locked` where a later run is unsettled. */
export function toUndo(all: readonly RunFact[], named: NamedRun, there: There): ToUndo {
  const run = chosen(all, named, there);
  if (unsettled(run)) return { kind: "unsettled", run };
  if (!inForce(run)) throw notInForce(run, all, there);
  if (named.to === undefined) return { kind: "settled", runs: [run], findings: [] };
  const held = all.find(unsettled);
  if (held !== undefined) throw heldBy(held, there);
  return { kind: "settled", ...undoneWith(run, all, there.next) };
}

const unsettled = ({ state }: RunFact) => state === "pending" || state === "rolling";

function chosen(all: readonly RunFact[], { run: id, to }: NamedRun, { target, next }: There): RunFact {
  const named = to ?? id;
  if (named !== undefined) return theRun(all, named, target);
  const run = all.findLast(unsettled) ?? all.findLast((run) => inForce(run) && run.undoes === undefined);
  if (run !== undefined) return run;
  const undo = all.findLast((run) => inForce(run) && run.undoes !== undefined);
  throw new HardenError("host", `There is no run in force on ${target} that could be undone.`, {
    hostState: "nothing was changed",
    ...(undo === undefined
      ? all.length === 0
        ? { hint: noRecord }
        : {}
      : {
          hint: `${undo.undoes!.join(", ")} was undone last. To have it again: ${next("rollback", undo.id)}`,
        }),
  });
}

function notInForce(run: RunFact, all: readonly RunFact[], { target, next }: There): HardenError {
  const others = all.filter(inForce).map(({ id }) => id);
  const inForceText =
    others.length === 0 ? "No run is in force there." : `In force there are ${others.join(", ")}.`;
  const hostState = "nothing was changed";
  return run.undoneBy === undefined
    ? new HardenError(
        "host",
        `Run ${run.id} of ${target} is ${run.state}: there is nothing to undo. ${inForceText}`,
        { hostState, hint: `See what each run did: ${next("runs")}` },
      )
    : new HardenError(
        "host",
        `Run ${run.id} of ${target} is undone already, by run ${run.undoneBy}. ${inForceText}`,
        { hostState, hint: `To have it again, undo that: ${next("rollback", run.undoneBy)}` },
      );
}

const heldBy = ({ id, who, time, state }: RunFact, { target, next }: There) =>
  new HardenError("locked", `${target} is held by run ${id} of ${who}, since ${time} (${state}).`, {
    hint: nextFor({ state, run: id }, next),
    hostState: "nothing was changed",
  });
