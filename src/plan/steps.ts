/** A plan's changes as the runtime's steps, stage by stage. */
import type { Stage, Step } from "../resources/step.ts";
import type { Change } from "./plan.ts";

export interface Batches {
  /** Packages: before anything else, so that facts can be read again. Empty where none is missing. */
  readonly prepare: readonly Step[];
  /** Everything up to the proof, in the order of work. */
  readonly apply: readonly Step[];
  /** After the confirm: can't be taken back. */
  readonly finalize: readonly Step[];
}

export function batches(changes: readonly Change[]): Batches {
  const of = (...stages: Stage[]) =>
    stages.flatMap((stage) => changes.filter((each) => each.stage === stage).flatMap(({ steps }) => steps));
  const files = of("files");
  return {
    prepare: oneInstall(of("prepare")),
    apply: [
      ...files.filter(notCheck),
      ...once(files.filter((step) => !notCheck(step))),
      ...of("checks", "kernel", "services", "access"),
    ],
    finalize: of("finalize"),
  };
}

const notCheck = (step: Step) => step.verb !== "check";

/** Several files may want the same check. */
const once = (steps: readonly Step[]) => [
  ...new Map(steps.map((step) => [JSON.stringify(step), step])).values(),
];

/** apt resolves all packages in one transaction; who owns which stays with the single steps. */
function oneInstall(steps: readonly Step[]): readonly Step[] {
  return steps;
}
