/** A check of compose files: what holds of each service, where it doesn't, and what to write instead. Pure. */
import type { About } from "../controls/about.ts";
import type { Reference, Role, Severity, Verdict } from "../controls/control.ts";
import type { Builds } from "./builds.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { KnownImage } from "./image-table.ts";
import { type Images, knownImage, ownImage } from "./images.ts";
import type { Kept } from "./kept.ts";
import type { Project, Service } from "./project.ts";
import { get, type Origin, textOf } from "./tree.ts";

/** One thing that a check found. */
export interface Finding {
  readonly at: Origin;
  /** Which one, where a service can have several; never a secret. */
  readonly what?: string;
  readonly found: string;
  readonly remedy: string;
  /** It could not be told. */
  readonly unknown?: true;
}

/** What one check gives of one object. */
export interface Result {
  readonly object: string;
  readonly at: Origin;
  readonly verdict: Exclude<Verdict, "until the next boot">;
  readonly found: string;
  readonly remedy?: string;
}

export interface Seen extends Project, Builds {
  /** What a profile says of images; empty without one. */
  readonly images: Images;
  readonly kept: Kept;
  /** As 2027-01-31, by UTC. */
  readonly today: string;
}

export interface ComposeCheck {
  /** Stable; the same of a file and of a container that runs. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly role: Exclude<Role, "proof">;
  readonly references: readonly Reference[];
  readonly expected: string;
  /** Its command shows it of a container that runs. */
  readonly about: Omit<About, "by">;
  readonly test: (seen: Seen) => readonly Result[];
  /** The same of an image that a Dockerfile makes. */
  readonly built?: (file: Dockerfile, images: Images) => readonly Finding[];
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
  (look: (view: View) => readonly Finding[] | string): ComposeCheck["test"] =>
  (seen) =>
    views(seen).flatMap((view) => {
      const found = look(view);
      if (typeof found === "string")
        return [{ object: view.name, at: view.at, verdict: "not applicable", found } as const];
      if (found.length === 0)
        return [{ object: view.name, at: view.at, verdict: "pass", found: "" } as const];
      return found.map((one) => resultOf(view.name, one));
    });

export const resultOf = (name: string, { at, what, found, remedy, unknown }: Finding): Result => ({
  object: what === undefined ? name : `${name} ${what}`,
  ...{ at, found, remedy, verdict: unknown ? "error" : "fail" },
});

/** Whether it must call out, as the profile says of its image. */
export const mustCallOut = ({ name, known, of = name }: View): boolean =>
  typeof known?.egress === "object" ? known.egress.includes(of) : known?.egress === true;

/** A service of which something else waits until it has ended, such as a migration. */
export const isJob = ({ name, seen }: View): boolean =>
  seen.services.some(
    ({ node }) => textOf(get(node, "depends_on", name, "condition")) === "service_completed_successfully",
  );
