/** A plan's changes as the work that the runtime gets, batch by batch. */
import type { Step } from "../kinds/index.ts";
import type { Change } from "./plan.ts";
import { rowsOf } from "./rows.ts";

/** One address and what is done for it; the runtime works in the order of the list. */
export interface Work extends Pick<Change, "address" | "stage" | "steps"> {
  /** The line by which a person knows it from the plan; several addresses may have one. */
  readonly line: string;
}

export interface Batches {
  /** Packages: before anything else, so that facts can be read again. Empty where none is missing. */
  readonly prepare: readonly Work[];
  /** Everything else, in the order of work; what can't be taken back is last and done after the confirm. */
  readonly apply: readonly Work[];
}

const isCheck = (step: Step) => step.verb === "check";

export function batches(changes: readonly Change[]): Batches {
  const lines = new Map(
    rowsOf(changes).flatMap((row) => row.changes.map(({ address }) => [address, row.line] as const)),
  );
  const work = changes.map(
    ({ address, stage, steps }): Work => ({ address, stage, steps, line: lines.get(address)! }),
  );
  const later = work.filter(({ stage }) => stage !== "prepare");
  const files = later.filter(({ stage }) => stage === "files");
  return {
    prepare: work.filter(({ stage }) => stage === "prepare"),
    apply: [
      ...files.map((each) => ({ ...each, steps: each.steps.filter((step) => !isCheck(step)) })),
      // All files are there before any of them is judged, and an equal check runs once.
      ...once(files.map((each) => ({ ...each, steps: each.steps.filter(isCheck) }))),
      ...later.filter(({ stage }) => stage !== "files"),
    ],
  };
}

function once(checks: readonly Work[]): readonly Work[] {
  const seen = new Set<string>();
  return checks.map((each) => ({
    ...each,
    steps: each.steps.filter((step) => {
      const key = JSON.stringify(step);
      return seen.has(key) ? false : seen.add(key);
    }),
  }));
}
