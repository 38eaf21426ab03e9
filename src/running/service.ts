/** A container as the service of a compose file that it could have come from: what is in force, not what was asked for. Pure. */
import type { EngineSockets } from "../compose/engine-sockets.ts";
import type { Leads } from "../compose/host-mounts.ts";
import { profileIn } from "../compose/seccomp.ts";
import { type Container, type EngineNetwork, isStopped, type Mount, ownerOf } from "../facts/containers.ts";
import type { NamespaceKind, Namespaces } from "../facts/containers-kernel.ts";
import { limitsOf } from "./limits.ts";
import { mapOf, nowhere, type Plain } from "./nodes.ts";

/** What of the engine a container's words stand for. */
export interface EngineTraits {
  readonly cgroupVersion: string;
  /** Such as `name=apparmor`. */
  readonly security: readonly string[];
  readonly networks: readonly EngineNetwork[];
  /** The host's own. */
  readonly namespaces: Namespaces;
  readonly containers: readonly Container[];
  readonly stopped: readonly Container[];
}

export const serviceOf = (container: Container, engine: EngineTraits) => ({
  name: container.name,
  ...(container.service === "" ? {} : { of: container.service }),
  at: nowhere,
  tree: mapOf({ volumes: volumesOf(container) }),
  node: mapOf({
    image: container.image,
    ...privilegesOf(container, engine),
    ...namespacesOf(container, engine),
    devices: devicesOf(container),
    read_only: container.kernel?.rootIsReadOnly ?? container.readOnly,
    tmpfs: Object.entries(container.tmpfs).map(([folder, options]) => `${folder}:${options}`),
    volumes: container.mounts.map((mount) => volumeOf(mount, container)),
    group_add: container.groups,
    ports: portsOf(container),
    expose: Object.keys(container.exposed),
    ...networksOf(container, engine),
    deploy: resourcesOf(container),
    logging: loggingOf(container),
    healthcheck: container.health === null ? undefined : { test: [container.health, ""] },
    restart: container.restart === "" ? "no" : container.restart,
  }),
});

const short = (capability: string) => capability.toUpperCase().replace(/^CAP_/, "");

/** Every capability that a process of it may ever have. */
export const capabilitiesIn = ({ kernel }: Container): readonly string[] => [
  ...new Set(kernel?.processes.flatMap(({ bound, effective }) => [...bound, ...effective])),
];

/** Root's rights, as it has them or can take them back. */
export const isRootIn = (uids: readonly number[]) => uids.slice(0, 3).includes(0);

export const hasAppArmor = ({ security }: Pick<EngineTraits, "security">) =>
  security.some((option) => option.startsWith("name=apparmor"));

function privilegesOf(container: Container, { security }: EngineTraits): Record<string, Plain> {
  const { kernel, capDrop, capAdd, privileged } = container;
  const isAsked = isStopped(container);
  const has = isAsked ? capAdd : capabilitiesIn(container);
  const dropsAll = capDrop.map(short).includes("ALL");
  const root = kernel?.processes.some(({ uids }) => isRootIn(uids));
  const [first] = kernel?.processes ?? [];
  return {
    privileged,
    user: root
      ? "0"
      : first === undefined
        ? container.configuredUser || undefined
        : `${first.uids[0]}:${first.gid}`,
    cap_drop: dropsAll || (has.length === 0 && !isAsked) ? ["ALL"] : capDrop,
    cap_add: dropsAll || has.length === 0 ? has : capAdd,
    security_opt: [
      ...(isAsked ? container.security : container.security.filter((one) => profileIn(one) !== undefined)),
      ...(kernel?.processes.every(({ noNewPrivileges }) => noNewPrivileges)
        ? ["no-new-privileges:true"]
        : []),
      ...(kernel?.processes.some(({ seccomp }) => seccomp === 0) ? ["seccomp:unconfined"] : []),
      ...(hasAppArmor({ security }) && kernel?.label.startsWith("unconfined") ? ["apparmor:unconfined"] : []),
      ...(container.masked === 0 ? ["systempaths:unconfined"] : []),
      ...(isLabelled(container, security) ? [] : ["label:disable"]),
    ],
  };
}

/** The engine itself takes the label from one that has the host's processes. */
const isLabelled = ({ security, pidMode, ipc }: Container, engine: EngineTraits["security"]) =>
  !engine.some((option) => option.startsWith("name=selinux")) ||
  pidMode === "host" ||
  ipc === "host" ||
  !security.some((option) => /^label[:=]disable$/.test(option));

/** With cgroups of the first version the engine gives everybody the host's; who wants another needs a newer host. */
function namespacesOf(container: Container, engine: EngineTraits): Record<string, Plain> {
  const { pidMode, ipc, uts, userns, cgroupns } = container;
  const inForce = (kind: NamespaceKind, mode: string) => modeOf(container, { kind, mode }, engine);
  const mapsUsers = engine.security.some((option) => option.startsWith("name=userns"));
  return {
    pid: inForce("pid", pidMode),
    ipc: inForce("ipc", ipc),
    uts: inForce("uts", uts),
    // Without users of its own the engine gives every container the host's.
    userns_mode: mapsUsers ? inForce("user", userns) : userns,
    cgroup: engine.cgroupVersion === "1" ? undefined : inForce("cgroup", cgroupns),
  };
}

/** The host's where the kernel says so; another container's, by its name here, or as the engine names one that is gone. */
function modeOf(
  container: Container,
  { kind, mode }: { readonly kind: NamespaceKind; readonly mode: string },
  { namespaces, containers, stopped }: EngineTraits,
): string {
  const own = container.kernel?.namespaces[kind];
  const isKnown = own !== undefined && namespaces[kind] !== undefined;
  if (isKnown && own === namespaces[kind]) return "host";
  const [, named] = /^container:(.+)$/.exec(mode) ?? [];
  if (named === undefined) return mode;
  const owner = ownerOf(named, [...containers, ...stopped]);
  if (owner !== undefined) return `service:${owner.name}`;
  // It is known not to be the host's, and no service of a file.
  return isKnown ? `service:${named}` : mode;
}

const devicesOf = ({ devices, deviceRules, deviceRequests }: Container): Plain => [
  ...devices.map(({ PathOnHost, PathInContainer }) => `${PathOnHost}:${PathInContainer}`),
  ...deviceRules,
  ...(deviceRequests > 0 ? ["a graphics card"] : []),
];

/** A volume that the engine mounts from elsewhere, as a file would have it. */
const volumesOf = ({ mounts }: Container): Plain =>
  Object.fromEntries(
    mounts.flatMap(({ type, name, leads, engine = [] }) => {
      const [device] = [...leads, ...engine];
      return type === "volume" && device !== undefined ? [[name, { driver_opts: { device } }]] : [];
    }),
  );

/** By the source of a mount, or what its volume has as the device. */
export function leadsOf(containers: readonly Container[]): Leads {
  const found = new Map<string, readonly string[]>();
  for (const { type, source, leads, engine = [] } of containers.flatMap(({ mounts }) => mounts)) {
    const all = [...leads, ...engine];
    const key = type === "volume" ? (all[0] ?? "") : source;
    found.set(key, [...(found.get(key) ?? []), ...all]);
  }
  return found;
}

/** `paths`: those by which the engine is asked. */
export function engineSocketsOf(paths: readonly string[], containers: readonly Container[]): EngineSockets {
  const all = containers.flatMap(({ mounts }) => mounts);
  const placeOf = ({ source, target }: Mount) => `${source}:${target}`;
  const sockets = new Set(all.filter(({ isSocket }) => isSocket !== false).map(placeOf));
  return {
    paths: new Set(paths),
    others: new Set(all.map(placeOf).filter((place) => !sockets.has(place))),
    unsure: new Map(
      all.flatMap(({ type, name, source, unsure }) =>
        unsure === undefined || source === "" ? [] : [[type === "volume" ? name : source, unsure] as const],
      ),
    ),
  };
}

const anonymous = /^[0-9a-f]{64}$/;

function volumeOf(
  { type, name, source, target, writable, propagation, leads }: Mount,
  { sized }: Container,
): Plain {
  const size = sized.find((each) => each.target === target)?.size ?? 0;
  switch (type) {
    case "volume":
      return {
        type,
        target,
        read_only: !writable,
        ...(leads.length === 0 && anonymous.test(name) ? {} : { source: name }),
      };
    case "tmpfs":
      return { type, target, ...(size > 0 ? { tmpfs: { size } } : {}) };
    default:
      return { type, source, target, read_only: !writable, bind: { propagation } };
  }
}

/** What is published on all addresses is so for both families: one line of it. */
function portsOf({ ports }: Container): readonly string[] {
  const all = Object.entries(ports).flatMap(([target, bound]) =>
    (bound ?? []).map(({ HostIp, HostPort }) => {
      const host = ["", "0.0.0.0", "::"].includes(HostIp)
        ? ""
        : HostIp.includes(":")
          ? `[${HostIp}]:`
          : `${HostIp}:`;
      return `${host}${HostPort}:${target.replace(/\/tcp$/, "")}`;
    }),
  );
  return [...new Set(all)];
}

/** The engine's own bridge, or the networks that it is on; one that compose makes unasked counts as none that was named. */
function networksOf(container: Container, engine: EngineTraits): Record<string, Plain> {
  const { networks: joined } = container;
  const { networks } = engine;
  const mode = modeOf(container, { kind: "net", mode: container.network }, engine);
  if (/^(host$|none$|service:|container:)/.test(mode)) return { network_mode: mode };
  const names = Object.keys(joined);
  const isUnasked = (name: string) =>
    networks.some((each) => each.name === name && each.role === "default" && !each.internal);
  const own = names.filter((name) => name !== "bridge");
  return {
    network_mode: names.includes("bridge") ? "bridge" : undefined,
    networks: own.every(isUnasked) ? undefined : own,
  };
}

const given = (value: number) => (Number.isFinite(value) && value > 0 ? String(value) : undefined);

function resourcesOf(container: Container): Plain {
  const { memory, cpus, pids } = limitsOf(container);
  return {
    resources: {
      limits: { memory: given(memory), cpus: given(cpus), pids: given(pids) },
      reservations: { memory: given(container.reserved) },
    },
  };
}

/** As the engine resolved them when it made the container; json-file keeps one file where it isn't told how many. */
const loggingOf = ({ log: { driver, size, files } }: Container): Plain => ({
  driver,
  options: size === "" || size === "-1" ? {} : { "max-size": size, "max-file": files || "1" },
});
