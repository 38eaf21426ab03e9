/** A project that can be started beside the one that it is made of: nothing of that one is in it but its images. Pure. */
import { type Config, type Definition, type Definitions, listOf, mapOf, stringOf } from "./config.ts";
import type { Copies } from "./copies.ts";
import { triedService } from "./service.ts";

/** On all that a try makes; its value is the try's name. */
export const label = "harden.try";

export interface TryProject {
  readonly project: Definition;
  /** What is not as it will be, each with its service's name. */
  readonly notes: readonly string[];
  /** Whether images are to be built. */
  readonly builds: boolean;
}

/** `name`: of the try, and so of all that it makes. */
export function tryProject(
  config: Config,
  { name, copies }: { readonly name: string; readonly copies: Copies },
): TryProject {
  const labels = { [label]: name };
  const [secrets, configs] = [filesOf(config.secrets, copies), filesOf(config.configs, copies)];
  const files = { secrets: new Set(Object.keys(secrets)), configs: new Set(Object.keys(configs)) };
  const own = imagesOf(config.services, name);
  const tried = Object.entries(config.services).map(([service, definition]) => {
    const { service: made, notes } = triedService(definition, { copies, files });
    const image = own.get(service) ?? own.get(`image ${stringOf(definition.image)}`);
    const build = isBuilt(definition) ? { build: buildOf(mapOf(definition.build), labels) } : {};
    const from = image === undefined ? { pull_policy: "missing" } : { image, pull_policy: "never" };
    return { service, made: { ...made, ...build, ...from, labels }, notes };
  });
  const services = Object.fromEntries(tried.map(({ service, made }) => [service, made]));
  // None leads outside: a second worker would take the jobs of the first.
  const fresh = (names: readonly string[], more: Definition) =>
    Object.fromEntries([...new Set(names)].map((each) => [each, { ...more, labels }]));
  return {
    project: {
      services,
      networks: fresh(["default", ...Object.keys(config.networks)], { internal: true }),
      volumes: fresh([...Object.keys(config.volumes), ...volumesIn(services)], {}),
      secrets,
      configs,
    },
    notes: tried.flatMap(({ service, notes }) => notes.map((note) => `${service}: ${note}`)),
    builds: own.size > 0,
  };
}

const isBuilt = ({ build }: Definition) => Object.keys(mapOf(build)).length > 0;

/** What each built service's image is called, by the service and by what its definition calls it: others may run it, too. */
function imagesOf(services: Definitions, name: string): ReadonlyMap<string, string> {
  const built = Object.entries(services).filter(([, definition]) => isBuilt(definition));
  return new Map(
    built.flatMap(([service, { image }]) => {
      const own = `${name}-${service.toLowerCase()}`;
      return [[service, own], ...(stringOf(image) === "" ? [] : [[`image ${image}`, own]])] as [
        string,
        string,
      ][];
    }),
  );
}

/** Neither names nor caches of the project's own are written. */
const buildOf = (build: Definition, labels: Definition): Definition => ({
  ...Object.fromEntries(
    [
      "context",
      "dockerfile",
      "dockerfile_inline",
      "args",
      "target",
      "additional_contexts",
      "platforms",
      "extra_hosts",
    ].flatMap((key) => (build[key] === undefined ? [] : [[key, build[key]]])),
  ),
  labels,
});

/** Of secrets and configs what can be had: a file is its copy; an external one is another's. */
const filesOf = (named: Definitions, copies: Copies): Definitions =>
  Object.fromEntries(
    Object.entries(named).flatMap(([name, { file, environment, content }]): [string, Definition][] => {
      if (environment !== undefined) return [[name, { environment }]];
      if (content !== undefined) return [[name, { content }]];
      const path = copies.get(stringOf(file))?.path;
      return path === undefined ? [] : [[name, { file: path }]];
    }),
  );

const volumesIn = (services: Definitions): readonly string[] =>
  Object.values(services).flatMap(({ volumes }) =>
    listOf(volumes)
      .map(mapOf)
      .flatMap(({ type, source }) => (type === "volume" && source !== undefined ? [String(source)] : [])),
  );
