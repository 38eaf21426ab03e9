/** What `docker compose config --format json` says of a project. Pure. */

export type Definition = Readonly<Record<string, unknown>>;
export type Definitions = Readonly<Record<string, Definition>>;

/** Resolved: variables put in, files merged, paths absolute, each value in its long spelling. */
export interface Config {
  readonly services: Definitions;
  readonly volumes: Definitions;
  readonly networks: Definitions;
  readonly secrets: Definitions;
  readonly configs: Definitions;
}

export const mapOf = (value: unknown): Definition =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Definition) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const stringOf = (value: unknown): string => (typeof value === "string" ? value : "");

const namedOf = (value: unknown): Definitions =>
  Object.fromEntries(Object.entries(mapOf(value)).map(([name, one]) => [name, mapOf(one)]));

/** Compose doubles each `$` of what it prints, for it would put variables in again. Throws where it is no JSON. */
export function parseConfig(text: string): Config {
  const { services, volumes, networks, secrets, configs } = mapOf(JSON.parse(text.replaceAll("$$", "$")));
  return {
    services: namedOf(services),
    volumes: namedOf(volumes),
    networks: namedOf(networks),
    secrets: namedOf(secrets),
    configs: namedOf(configs),
  };
}

/** As compose reads it back. */
export const configText = (project: Definition): string =>
  JSON.stringify(project, (_key, value) =>
    typeof value === "string" ? value.replaceAll("$", "$$$$") : value,
  );

/** A path of the host that a service would be given. */
export interface MountSource {
  readonly path: string;
  /** By one of those who mount it. */
  readonly writable: boolean;
}

/** All that would be bound: mounts, and the files of secrets and configs; each path once. */
export function sourcesOf({ services, secrets, configs }: Config): readonly MountSource[] {
  const found = new Map<string, boolean>();
  const add = (path: string, writable: boolean) => {
    if (path !== "") found.set(path, writable || found.get(path) === true);
  };
  for (const service of Object.values(services))
    for (const mount of listOf(service.volumes).map(mapOf))
      if (mount.type === "bind") add(stringOf(mount.source), mount.read_only !== true);
  for (const each of [...Object.values(secrets), ...Object.values(configs)]) add(stringOf(each.file), false);
  return [...found].map(([path, writable]) => ({ path, writable }));
}
