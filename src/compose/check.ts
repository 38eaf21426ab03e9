/** A check of compose files: what holds of each service, where it doesn't, and what to write instead. Pure. */
import { type Fault, type ObjectCheck, type ObjectRow, objectCheck, resultOf } from "../checks/object.ts";
import type { Builds } from "./builds.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { Peaks } from "./fix/limits.ts";
import type { Wish } from "./fix/wish.ts";
import type { KnownImage } from "./image-table.ts";
import { type Images, knownImage, ownImage } from "./images.ts";
import type { Kept } from "./kept.ts";
import type { Project, Service } from "./project.ts";
import { get, type Origin, textOf } from "./tree.ts";

export interface Seen extends Project, Builds {
  /** What a profile says of images; empty without one. */
  readonly images: Images;
  readonly kept: Kept;
  /** As 2027-01-31, by UTC. */
  readonly today: string;
}

/** Its command (`look`) shows it of a container that runs; the id is the same of a file and of a container. */
export interface ComposeCheck extends ObjectCheck<Seen> {
  /** The same of an image that a Dockerfile makes. */
  readonly built?: (file: Dockerfile, images: Images) => readonly PlacedFault[];
  /** What would make it hold of a service; empty where a person must decide. */
  readonly fix?: (view: View, peaks?: Peaks) => readonly Wish[];
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

/** A service as checks look at it. */
export interface View extends Service {
  /** As it is written; undefined where it is built alone. */
  readonly image: string | undefined;
  readonly known: KnownImage | undefined;
  readonly isBuilt: boolean;
  /** Undefined also where its Dockerfile can't be read. */
  readonly built: Dockerfile | undefined;
  readonly seen: Seen;
}

export function viewOf(service: Service, seen: Seen): View {
  const image = textOf(get(service.node, "image"));
  const built = seen.dockerfiles.get(service.name);
  const isBuilt = get(service.node, "build") !== undefined;
  // Whoever builds an image under a name of the table's need not build that one; a profile means its own.
  const find = isBuilt ? ownImage : knownImage;
  const known = image === undefined ? undefined : find(image, seen.images);
  return { ...service, image, built, isBuilt, seen, known };
}

export const views = (seen: Seen): readonly View[] => seen.services.map((service) => viewOf(service, seen));

/** A check of each service: what it finds, or why it isn't about that one. */
export const eachService =
  (look: (view: View) => readonly Fault[] | string): ComposeCheck["test"] =>
  (seen) =>
    views(seen).flatMap((view) => {
      const found = look(view);
      if (typeof found === "string")
        return [{ object: view.name, at: view.at, verdict: "not applicable", found } as const];
      if (found.length === 0)
        return [{ object: view.name, at: view.at, verdict: "pass", found: "" } as const];
      return found.map((one) => resultOf(view.name, one));
    });

/** Whether it must call out, as the profile says of its image. */
export const mustCallOut = ({ name, known, of = name }: View): boolean =>
  typeof known?.egress === "object" ? known.egress.includes(of) : known?.egress === true;

/** A service of which something else waits until it has ended, such as a migration. */
export const isJob = ({ name, seen }: View): boolean =>
  seen.services.some(
    ({ node }) => textOf(get(node, "depends_on", name, "condition")) === "service_completed_successfully",
  );
