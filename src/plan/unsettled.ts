/** A run that isn't settled yet: what is there now may not last, and what to do about it. */
import type { Unsettled } from "../facts/unsettled.ts";
import type { NextThere } from "../next.ts";
import type { Finding } from "./plan.ts";

const unsettledId = "host.unsettled";

/** Whether a run is unsettled could not be read. */
export const unsettledUnknownId = "host.unsettled-unknown";

type Judgeable = Pick<Finding, "id" | "level">;

/** Why an apply would refuse. */
export const refusesApply = ({ id, level }: Judgeable) => level === "block" || id === unsettledId;

/** What keeps a report from being green, whatever its changes and checks are: they may not last, or not be all. */
export const hinders = (finding: Judgeable) => refusesApply(finding) || finding.id === unsettledUnknownId;

export function unsettledFindings(runs: readonly Unsettled[], next: NextThere): readonly Finding[] {
  return runs.map(({ state, run, time, who }) => {
    const is =
      state === "pending"
        ? "pending: unless somebody confirms it, the host goes back to what was before"
        : "being rolled back: the host goes back to what was before";
    return {
      control: "host",
      id: unsettledId,
      level: "warn",
      message: `Run ${run} of ${who}, since ${time}, is ${is}.`,
      hint: nextFor({ state, run }, next),
    };
  });
}

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
