/** What runs on one host, and the files that it should be: all that is judged together. */
import type { Composed } from "../compose/composed.ts";
import type { Images } from "../compose/images.ts";
import type { ComposeProject } from "../compose/project.ts";
import { get, textOf } from "../compose/tree.ts";
import type { Comers, HostPort } from "../controls/firewall/comers.ts";
import type { Container, Containers, Host } from "../facts/containers.ts";
import type { Attempt } from "../facts/service-auth.ts";
import type { EngineTraits } from "./service.ts";

/** A compose file that was read and judged, beside the host. */
export interface File {
  /** As it was typed. */
  readonly file: string;
  /** Name of the folder that it stands in: compose calls a project so that has no name of its own. */
  readonly folder: string;
  readonly project: Pick<ComposeProject, "services" | "tree">;
  readonly checks: Composed["checks"];
}

export interface Running extends EngineTraits {
  /** Paths by which the engine is asked; undefined where they could not be read. */
  readonly sockets: readonly string[] | undefined;
  /** As 2027-01-31, by UTC. */
  readonly today: string;
  /** What services said to who came without a password, or why they were not asked. */
  readonly attempts: readonly Attempt[] | string;
  readonly host: Host;
  /** With the containers of each service. */
  readonly files: readonly MatchedFile[];
  /** What a profile says of images; empty without one. */
  readonly images: Images;
  /** Who comes to a port of the host by the rules in force; undefined where they could not be read. */
  readonly comers: ((port: HostPort) => Comers) | undefined;
}

/** What is known beside what the engine says. */
export interface Beside extends Pick<Running, "attempts" | "comers" | "images" | "today"> {
  readonly files: readonly File[];
}

export interface MatchedFile extends File {
  /** What it is called on this host; undefined where nothing of it runs, or nobody can tell which. */
  readonly runsAs: string | undefined;
  /** Projects that have services of these names, where it can't be told which it is. */
  readonly unclear: readonly string[];
}

export const runningOf = (
  asked: Extract<Containers, { engine: "asked" }>,
  { files, ...beside }: Beside,
): Running => {
  const { engine: _engine, version: _version, containers, ...rest } = asked;
  const matched = files.map((file) => ({ ...file, ...projectOf(file, containers) }));
  return { ...rest, containers, ...beside, files: matched };
};

/** By its own name, else by its folder's, else the only one on the host that has services of its names. */
function projectOf(
  { project, folder }: File,
  containers: readonly Container[],
): Pick<MatchedFile, "runsAs" | "unclear"> {
  const names = project.services.map(({ name }) => name);
  const candidates = [
    ...new Set(containers.filter(({ service }) => names.includes(service)).map((each) => each.project)),
  ].filter((name) => name !== "");
  const named = textOf(get(project.tree, "name"));
  if (named !== undefined) return { runsAs: candidates.find((each) => each === named), unclear: [] };
  const own = folder
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
  if (candidates.includes(own)) return { runsAs: own, unclear: [] };
  return candidates.length > 1
    ? { runsAs: undefined, unclear: candidates }
    : { runsAs: candidates[0], unclear: [] };
}

/** The service of a file that a container is of. */
export function fileOf({ project, service }: Container, files: readonly MatchedFile[]) {
  const found = files.find(
    (file) =>
      project !== "" && file.runsAs === project && file.project.services.some(({ name }) => name === service),
  );
  return found && { ...found, service: found.project.services.find(({ name }) => name === service)! };
}
