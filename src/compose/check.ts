/** A check of compose files: what holds of each service, where it doesn't, and what to write instead. Pure. */
import { type Fault, type ObjectCheck, type ObjectRow, objectCheck, resultOf } from "../checks/object.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { Peaks } from "./fix/limits.ts";
import type { Wish } from "./fix/wish.ts";
import type { Images } from "./images.ts";
import type { Origin } from "./tree.ts";
import { type ProjectSeen, type ServiceView, views } from "./view.ts";

/** Its command (`look`) shows it of a container that runs; the id is the same of a file and of a container. */
export interface ComposeCheck extends ObjectCheck<ProjectSeen> {
  /** The same of an image that a Dockerfile makes. */
  readonly built?: (file: Dockerfile, images: Images) => readonly PlacedFault[];
  /** What would make it hold of a service; empty where a person must decide. */
  readonly fix?: (view: ServiceView, peaks?: Peaks) => readonly Wish[];
  /** What whoever uses a file that the fix has mended must do or heed first. */
  readonly heed?: string;
}

/** A check of compose files as its module writes it. */
export type ComposeRow = ObjectRow<ComposeCheck>;

/** The checks of those rows, by name. */
export const checksOf = <Name extends string>(rows: Readonly<Record<Name, ComposeRow>>) =>
  Object.fromEntries(
    Object.entries<ComposeRow>(rows).map(([name, row]) => [name, objectCheck<ComposeCheck>(row)]),
  ) as Readonly<Record<Name, ComposeCheck>>;

/** A command that shows what the engine has of a container. */
export const inspect = (what: string) => `docker inspect -f '${what}' CONTAINER`;

/** A fault in a file. */
export interface PlacedFault extends Fault {
  readonly at: Origin;
}

/** A check of each service: what it finds, or why it isn't about that one. */
export const eachService =
  (look: (view: ServiceView) => readonly Fault[] | string): ComposeCheck["test"] =>
  (seen) =>
    views(seen).flatMap((view) => {
      const found = look(view);
      if (typeof found === "string")
        return [{ object: view.name, at: view.at, verdict: "not applicable", found } as const];
      if (found.length === 0)
        return [{ object: view.name, at: view.at, verdict: "pass", found: "" } as const];
      return found.map((one) => resultOf(view.name, one));
    });
