/** A service as it is tried: with what is named here, and nothing else of what its definition has. Pure. */
import { type Definition, listOf, mapOf, stringOf } from "./config.ts";
import type { Copies } from "./copies.ts";
import { lasting } from "./restart.ts";

export interface TryService {
  readonly service: Definition;
  /** What is not as it will be: a key, or a mount, and why. */
  readonly notes: readonly string[];
}

/** Act within the container, or on what the try itself has made. */
const kept = [
  ...[
    "image",
    "command",
    "entrypoint",
    "environment",
    "user",
    "group_add",
    "working_dir",
    "platform",
    "init",
  ],
  ...[
    "read_only",
    "cap_drop",
    "tmpfs",
    "shm_size",
    "ulimits",
    "sysctls",
    "hostname",
    "domainname",
    "dns_search",
  ],
  ...["dns_opt", "extra_hosts", "expose", "links", "depends_on", "stdin_open", "tty", "stop_signal"],
  ...["stop_grace_period", "mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "cpus"],
  ...["cpu_shares", "cpu_quota", "cpu_period", "cpuset", "pids_limit"],
];

/** Are replaced below, or make no difference to whether a service starts. */
const silent = new Set([
  ...[
    "ports",
    "container_name",
    "labels",
    "logging",
    "restart",
    "env_file",
    "annotations",
    "profiles",
    "scale",
  ],
  ...["networks", "network_mode", "volumes", "volumes_from", "build", "pull_policy", "attach", "deploy"],
  ...["healthcheck", "cap_add", "security_opt", "secrets", "configs", "develop", "oom_score_adj", "dns"],
]);

/** Docker's own fourteen, and what acts within a network of its own. */
const harmless = new Set([
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", "NET_ADMIN", "IPC_LOCK"],
]);

const isHarmless = (capability: unknown) =>
  harmless.has(String(capability).toUpperCase().replace(/^CAP_/, ""));

/** What loosens a container's confinement, or is read from another file, stays out. */
const isRestriction = (option: unknown) =>
  /^(no-new-privileges|apparmor[:=](?!unconfined))/.test(String(option));

/** A namespace of the host's or of a container that isn't tried. */
const isOutside = (mode: string) => mode === "host" || mode.startsWith("container:");

const isEmpty = (value: unknown) =>
  value === null ||
  value === undefined ||
  value === false ||
  value === "" ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** What the whole project has for its services. */
export interface ProjectAround {
  readonly copies: Copies;
  /** Names of its secrets and of its configs that can be had. */
  readonly files: { readonly secrets: ReadonlySet<string>; readonly configs: ReadonlySet<string> };
}

export function triedService(definition: Definition, { copies, files }: ProjectAround): TryService {
  const notes: string[] = [];
  const without = (what: string) => void notes.push(`without ${what}`);
  const only = (key: string, isKept: (item: unknown) => boolean) => {
    for (const item of listOf(definition[key])) if (!isKept(item)) without(`${key} ${String(item)}`);
    return some(key, listOf(definition[key]).filter(isKept));
  };
  const given = (key: "secrets" | "configs") => {
    const [there, missing] = split(listOf(definition[key]).map(mapOf), ({ source }) =>
      files[key].has(String(source)),
    );
    for (const { source } of missing) without(`${key} ${source}, which can't be copied`);
    return some(key, there);
  };
  const mounts = listOf(definition.volumes)
    .map(mapOf)
    .flatMap((mount) => {
      const { tried, note } = triedMount(mount, copies);
      if (note !== undefined) notes.push(note);
      return tried === undefined ? [] : [tried];
    });
  for (const [key, value] of Object.entries(definition))
    if (!kept.includes(key) && !silent.has(key) && !namespaces.includes(key) && !isEmpty(value)) without(key);
  const service: Definition = {
    ...Object.fromEntries(
      kept.flatMap((key) => (definition[key] === undefined ? [] : [[key, definition[key]]])),
    ),
    ...only("cap_add", isHarmless),
    ...only("security_opt", isRestriction),
    ...only("volumes_from", (item) => !String(item).startsWith("container:")),
    ...namespacesOf(definition, without),
    ...networkOf(definition, without),
    ...some("volumes", mounts),
    ...given("secrets"),
    ...given("configs"),
    ...exposed(definition),
    ...resourcesOf(definition),
    ...(isEmpty(definition.healthcheck) ? {} : { healthcheck: soonHealthy(mapOf(definition.healthcheck)) }),
    // What gives up is told from what never ends; nothing of it starts again with the engine.
    restart: lasting(definition) === "no" ? "no" : `on-failure:${retries}`,
    logging: { driver: "json-file", options: { "max-size": "1m", "max-file": "1" } },
  };
  return { service, notes };
}

/** With some 3 s of waiting between them, as the engine doubles it: for a service that waits for another by starting again. */
const retries = 5;

const some = (key: string, items: readonly unknown[]): Definition =>
  items.length === 0 ? {} : { [key]: items };

const split = <T>(all: readonly T[], test: (one: T) => boolean) =>
  [all.filter(test), all.filter((one) => !test(one))] as const;

const namespaces = ["pid", "ipc", "uts", "userns_mode", "cgroup"];

function namespacesOf(definition: Definition, without: (what: string) => void): Definition {
  const modes = namespaces.flatMap((key): [string, string][] => {
    const mode = stringOf(definition[key]);
    if (mode === "") return [];
    if (!isOutside(mode)) return [[key, mode]];
    without(`${key}: ${mode}`);
    return [];
  });
  return Object.fromEntries(modes);
}

/** The engine's own network would lead outside. */
function networkOf(definition: Definition, without: (what: string) => void): Definition {
  const mode = stringOf(definition.network_mode);
  if (mode === "none" || mode.startsWith("service:")) return { network_mode: mode };
  if (mode !== "" && mode !== "default" && mode !== "bridge") without(`network_mode: ${mode}`);
  const networks = Object.entries(mapOf(definition.networks));
  if (networks.length === 0) return {};
  return {
    networks: Object.fromEntries(
      networks.map(([name, options]) => [name, some("aliases", listOf(mapOf(options).aliases))]),
    ),
  };
}

/** A published port is still one that the others reach. */
function exposed({ ports, expose }: Definition): Definition {
  const targets = listOf(ports)
    .map(mapOf)
    .map(({ target, protocol }) => `${target}/${protocol ?? "tcp"}`);
  return some("expose", [...new Set([...listOf(expose).map(String), ...targets])]);
}

/** Once each, without devices. */
function resourcesOf({ deploy }: Definition): Definition {
  const { limits, reservations } = mapOf(mapOf(deploy).resources);
  const { devices: _devices, generic_resources: _generic, ...reserved } = mapOf(reservations);
  const resources = {
    ...(limits === undefined ? {} : { limits }),
    ...(isEmpty(reserved) ? {} : { reservations: reserved }),
  };
  return isEmpty(resources) ? {} : { deploy: { resources } };
}

/** Asked every 2 s at most, and forgiven for as long as before. */
function soonHealthy(check: Definition): Definition {
  const { start_interval: _start, interval, retries: failures, ...rest } = check;
  if (check.test === undefined || check.disable === true) return check;
  const before = secondsOf(stringOf(interval)) || 30;
  const every = Math.min(before, 2);
  return { ...rest, interval: `${every}s`, retries: Math.ceil((before * (Number(failures) || 3)) / every) };
}

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, ns: 1e-9 };

/** As Go writes a time: `1m30s`. */
const secondsOf = (time: string) =>
  [...time.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)/g)].reduce(
    (sum, [, number, unit = "s"]) => sum + Number(number) * units[unit]!,
    0,
  );

/** Nothing of the host's: a bind is of its copy, or left out. */
function triedMount(
  mount: Definition,
  copies: Copies,
): { readonly tried?: Definition; readonly note?: string } {
  const [type, source, target] = [stringOf(mount.type), stringOf(mount.source), stringOf(mount.target)];
  const common = { type, target, ...(mount.read_only === true ? { read_only: true } : {}) };
  if (type === "tmpfs") return { tried: { ...common, tmpfs: mapOf(mount.tmpfs) } };
  if (type === "volume" && /^([A-Za-z0-9][\w.-]*)?$/.test(source)) {
    const { nocopy, subpath } = mapOf(mount.volume);
    return {
      tried: {
        ...common,
        ...(source === "" ? {} : { source }),
        ...(nocopy === true ? { volume: { nocopy } } : {}),
      },
      ...(subpath === undefined ? {} : { note: `${target} is the whole of a fresh volume` }),
    };
  }
  const copy = type === "bind" ? copies.get(source) : undefined;
  const why = copy?.why === undefined ? "" : ` (${copy.why})`;
  if (copy?.path === undefined) return { note: `without ${source || type} at ${target}${why}` };
  const { selinux } = mapOf(mount.bind);
  return {
    tried: { ...common, source: copy.path, ...(selinux === undefined ? {} : { bind: { selinux } }) },
    ...(why === "" ? {} : { note: `${source} at ${target} is an empty folder${why}` }),
  };
}
