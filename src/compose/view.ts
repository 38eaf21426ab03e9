/** A compose file as its checks and fixes see it: its services, with what is known of their images. Pure. */
import { once } from "../once.ts";
import type { Builds } from "./builds.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { GivenFiles } from "./given.ts";
import type { KnownImage } from "./image-table.ts";
import { type Images, knownImage, ownImage } from "./images.ts";
import type { KeptFiles } from "./kept.ts";
import type { Port, PortReach } from "./ports.ts";
import type { ComposeProject, Service } from "./project.ts";
import { get, textOf } from "./tree.ts";

export interface ProjectSeen extends ComposeProject, Builds {
  /** What a profile says of images; empty without one. */
  readonly images: Images;
  readonly kept: KeptFiles;
  /** What services are given by files, by their names. */
  readonly given: ReadonlyMap<string, GivenFiles>;
  readonly reach: (port: Port) => PortReach;
  /** As 2027-01-31, by UTC. */
  readonly today: string;
}

/** A service as checks look at it. */
export interface ServiceView extends Service {
  /** As it is written; undefined where it is built alone. */
  readonly image: string | undefined;
  readonly known: KnownImage | undefined;
  readonly isBuilt: boolean;
  /** Undefined also where its Dockerfile can't be read. */
  readonly built: Dockerfile | undefined;
  readonly seen: ProjectSeen;
}

export function viewOf(service: Service, seen: ProjectSeen): ServiceView {
  const image = textOf(get(service.node, "image"));
  const built = seen.dockerfiles.get(service.name);
  const isBuilt = get(service.node, "build") !== undefined;
  // Whoever builds an image under a name of the table's need not build that one; a profile means its own.
  const find = isBuilt ? ownImage : knownImage;
  const known = image === undefined ? undefined : find(image, seen.images);
  return { ...service, image, built, isBuilt, seen, known };
}

/** Each check asks for them. */
export const views = once((seen: ProjectSeen): readonly ServiceView[] =>
  seen.services.map((service) => viewOf(service, seen)),
);

/** Whether it must call out, as the profile says of its image. */
export const mustCallOut = ({ name, known, of = name }: ServiceView): boolean =>
  typeof known?.egress === "object" ? known.egress.includes(of) : known?.egress === true;

/** A service of which something else waits until it has ended, such as a migration. */
export const isJob = ({
  name,
  seen,
}: Pick<ServiceView, "name"> & { readonly seen: Pick<ProjectSeen, "services"> }): boolean =>
  seen.services.some(
    ({ node }) => textOf(get(node, "depends_on", name, "condition")) === "service_completed_successfully",
  );
