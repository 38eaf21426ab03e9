/** A run that isn't settled yet: what is there now may not last, and what to do about it. */
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import { asRoot } from "../facts/probe.ts";
import type { Unsettled } from "../facts/unsettled.ts";
import type { NextThere } from "../next.ts";

const say = findingsOf("host", {
  unsettled: [
    "warn",
    "A run on this host waits for its confirm, or is being rolled back: what is there may not last",
  ],
  "unsettled-unknown": ["warn", "Whether a run is pending on this host could not be read"],
});

export const findings = say.records;

const [unsettled, unknown] = say.records.map(({ id }) => id);

type Judgeable = Pick<Finding, "id" | "level">;

/** Why an apply would refuse. */
export const refusesApply = ({ id, level }: Judgeable) => level === "block" || id === unsettled;

/** What keeps a report from being green, whatever its changes and checks are: they may not last, or not be all. */
export const hinders = (finding: Judgeable) => refusesApply(finding) || finding.id === unknown;

export function unsettledFindings(runs: readonly Unsettled[], next: NextThere): readonly Finding[] {
  return runs.flatMap(({ state, run, time, who }) => {
    const is =
      state === "pending"
        ? "pending: unless somebody confirms it, the host goes back to what was before"
        : "being rolled back: the host goes back to what was before";
    return say("unsettled", `Run ${run} of ${who}, since ${time}, is ${is}.`, nextFor({ state, run }, next));
  });
}

/** Without root's rights nobody can tell whether what is there now will last. */
export const unsettledUnknown = (why: string): readonly Finding[] =>
  say("unsettled-unknown", `Whether a run is pending on this host could not be read (${why}).`, asRoot);

/** What whoever finds the host held by this run can do. */
export function nextFor(
  { state, run }: { readonly state: string; readonly run: string },
  next: NextThere,
): string {
  switch (state) {
    case "pending":
      return `Keep it: ${next("confirm", run)}. Or undo it now: ${next("rollback", run)}`;
    case "rolling":
      return `See how it ends: ${next("runs", run)}`;
    default:
      return `Try again when it has ended: ${next("runs")}`;
  }
}
