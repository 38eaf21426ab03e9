/** The containers that run, or will from the engine's next start on: what the engine says of each, and what the kernel does. */
import { z } from "zod";
import { valueForms } from "../secrets/index.ts";
import {
  type Cgroup,
  cgroupsOf,
  type Kernel,
  kernelOf,
  type Namespaces,
  namespacesIn,
} from "./containers-kernel.ts";
import { leadsIn, tablesIn } from "./containers-mounts.ts";
import { type ImageHistory, madeOf, type SecretMount, secretsOf, valuesOf } from "./containers-secrets.ts";
import { type EngineSocketMount, engineSocketsIn } from "./engine-sockets.ts";
import { type Frame, innerFrames } from "./frames.ts";
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

/** One that runs, paused and restarting ones included. */
export interface Container extends Omit<z.infer<typeof container>, "mounts"> {
  readonly mounts: readonly Mount[];
  /** Undefined while it is stopped or restarting: there is no process then. */
  readonly kernel: Kernel | undefined;
  readonly cgroup: Cgroup;
  readonly secrets: readonly SecretMount[];
  /** What values of its environment are by their form, by key; the values stay on the host. Undefined where it could not tell. */
  readonly values: ReadonlyMap<string, string> | undefined;
  /** Of its image's history. Undefined where the host could not tell. */
  readonly made: ImageHistory | undefined;
}

export interface Mount extends z.infer<typeof mount>, EngineSocketMount {
  /** Paths of the host that it is besides its source: where links, bind mounts and a volume's options lead to. */
  readonly leads: readonly string[];
}

export interface EngineNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  /** Of the host's bridge, where it has a name of its own. */
  readonly bridge: string;
  /** Its containers may talk to each other. */
  readonly open: boolean;
  /** What compose calls it. */
  readonly role: string;
}

export interface Host {
  /** In bytes. */
  readonly memory: number;
  readonly cores: number;
  /** The number of the group ssl-docker; undefined where there is none. */
  readonly certificateGroup: number | undefined;
  /** Engines whose containers are not looked at, such as Podman. */
  readonly beside: readonly string[];
}

export type Containers =
  | { readonly engine: "stopped"; readonly host: Host; readonly rootless: boolean; readonly left: number }
  | { readonly engine: "unasked"; readonly host: Host; readonly why: string }
  | {
      readonly engine: "asked";
      readonly host: Host;
      readonly version: string;
      readonly cgroupVersion: string;
      readonly security: readonly string[];
      /** Paths by which the engine, containerd and Podman are asked; undefined where they could not be read. */
      readonly sockets: readonly string[] | undefined;
      /** The host's own. */
      readonly namespaces: Namespaces;
      readonly networks: readonly EngineNetwork[];
      readonly containers: readonly Container[];
      /** Those that don't run, and that the engine's next start starts. */
      readonly stopped: readonly Container[];
    };

/** Only what it was made with says what it may do. */
export const isStopped = ({ state }: Pick<Container, "state">) => state === "exited";

/** The container that a mode such as `container:NAME` names: the engine has its id there, or what was typed. */
export const ownerOf = (named: string, all: readonly Container[]): Container | undefined =>
  all.find(({ id, name }) => id === named || name === named) ??
  (/^[0-9a-f]+$/.test(named) ? all.find(({ id }) => id.startsWith(named)) : undefined);

/** Absent where there is no engine, unsupported where it is a snap's or Podman. */
export const containers: Probe<Containers> = {
  collector: "containers",
  args: valueForms.map(([name, { source }]) => `${name}\t${source}`),
  deep: true,
  parse,
};

/** Go has null for an empty list, and "" for a key that a map of words lacks. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((all) => all ?? []);
const map = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string(), value)
    .nullable()
    .transform((all) => all ?? {});
const bytes = z.number();

const mount = z.object({
  type: z.string(),
  name: z.string(),
  source: z.string(),
  target: z.string(),
  writable: z.boolean(),
  propagation: z.string(),
});

const container = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  pid: z.number(),
  state: z.string(),
  name: z.string().transform((name) => name.replace(/^\//, "")),
  image: z.string(),
  configuredUser: z.string(),
  project: z.string(),
  service: z.string(),
  oneoff: z.string(),
  /** Names alone: their values stay on the host. */
  environment: z.array(z.string()),
  /** How it is asked, such as CMD, or NONE. */
  health: z.string().nullable(),
  /** What came of that: starting, healthy or unhealthy; empty where it isn't asked. */
  healthState: z.string(),
  exposed: map(z.unknown()),
  apparmor: z.string(),
  privileged: z.boolean(),
  readOnly: z.boolean(),
  autoRemove: z.boolean(),
  capAdd: list(z.string()),
  capDrop: list(z.string()),
  security: list(z.string()),
  /** How many paths of /proc and /sys are hidden. */
  masked: z.number(),
  network: z.string(),
  pidMode: z.string(),
  ipc: z.string(),
  uts: z.string(),
  userns: z.string(),
  cgroupns: z.string(),
  devices: list(z.object({ PathOnHost: z.string(), PathInContainer: z.string() })),
  deviceRules: list(z.string()),
  deviceRequests: z.number(),
  /** Options by folder. */
  tmpfs: map(z.string()),
  sized: z.array(z.object({ target: z.string(), size: bytes })),
  memory: bytes,
  reserved: bytes,
  nanoCpus: z.number(),
  cpuQuota: z.number(),
  cpuPeriod: z.number(),
  pids: z.number().nullable(),
  restart: z.string(),
  log: z.object({ driver: z.string(), size: z.string(), files: z.string() }),
  groups: list(z.string()),
  /** By port and protocol in the container; null where it is not published. */
  ports: map(z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()),
  mounts: z.array(mount),
  /** Its address by the network's name; empty where it has none. */
  networks: z.record(z.string(), z.string()),
});

const network = z
  .object({
    id: z.string(),
    name: z.string(),
    driver: z.string(),
    internal: z.boolean(),
    bridge: z.string(),
    icc: z.string(),
    role: z.string(),
  })
  .transform(({ icc, ...rest }) => ({ ...rest, open: icc !== "false" }));

const info = z.object({ version: z.string(), cgroup: z.string(), security: list(z.string()) });

function parse(data: Buffer): Containers {
  const frames = innerFrames(data);
  const lines = (name: string) => linesIn(frames, name);
  const host = hostOf(lines("host") ?? []);
  const stopped = lines("stopped");
  if (stopped !== undefined) {
    const [, left = "0"] = /^left (\d+)$/m.exec(stopped.join("\n")) ?? [];
    return { engine: "stopped", host, rootless: stopped.includes("rootless"), left: Number(left) };
  }
  const unasked = lines("unasked");
  if (unasked !== undefined) return { engine: "unasked", host, why: unasked.join(" ") };
  const [said] = lines("info") ?? [];
  if (said === undefined || lines("cgroups") === undefined) throw new Error("the answer is cut off");
  const { version, cgroup, security } = info.parse(JSON.parse(said));
  const returning = new Set(lines("returning"));
  const tables = tablesIn(lines("mounts") ?? []);
  const engine = engineSocketsIn(lines("sockets"), tables);
  const namespaces = namespacesIn(lines("namespaces") ?? []);
  const all = containersIn(lines, { leads: leadsIn(tables), held: engine.held, namespaces });
  const waiting = all.filter((each) => isStopped(each) && returning.has(each.id));
  return {
    engine: "asked",
    host,
    version,
    cgroupVersion: cgroup,
    security,
    sockets: engine.sockets,
    namespaces: namespaces(1),
    networks: (lines("networks") ?? []).map((line) => network.parse(JSON.parse(line))),
    containers: all.filter((each) => !waiting.includes(each)),
    stopped: waiting,
  };
}

interface Beside {
  readonly leads: ReturnType<typeof leadsIn>;
  readonly held: ReturnType<typeof engineSocketsIn>["held"];
  readonly namespaces: ReturnType<typeof namespacesIn>;
}

function containersIn(
  lines: (name: string) => readonly string[] | undefined,
  { leads, held, namespaces }: Beside,
): readonly Container[] {
  const gone = new Set(lines("gone"));
  const kernel = kernelOf({
    namespaces,
    processes: lines("processes") ?? [],
    labels: lines("labels") ?? [],
    roots: (lines("mounts") ?? []).filter((line) => / \/ \/ /.test(line)),
  });
  const cgroups = cgroupsOf(lines("cgroups") ?? []);
  const files = lines("secrets") ?? [];
  const values = lines("values") ?? [];
  const history = lines("history") ?? [];
  return (lines("containers") ?? [])
    .map((line) => container.parse(JSON.parse(line)))
    .filter(({ id }) => !gone.has(id))
    .map((each) => ({
      ...each,
      mounts: each.mounts.map((one) => ({ ...one, leads: leads(each, one), ...held(each, one) })),
      kernel: kernel(each),
      cgroup: cgroups(each.id),
      secrets: secretsOf(each, files),
      values: valuesOf(each, values),
      made: madeOf(each, history),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function linesIn(frames: readonly Frame[], name: string): readonly string[] | undefined {
  const frame = frames.find(({ word }) => word === name);
  return frame && linesOf(frame.content);
}

function hostOf(lines: readonly string[]): Host {
  const said = (word: string) =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const [memory, cores] = [Number(said("memory")[0]), Number(said("cores")[0])];
  if (!(memory > 0 && cores > 0)) throw new Error("the host does not say what memory and cores it has");
  const [group] = said("group");
  return {
    memory,
    cores,
    certificateGroup: group === undefined ? undefined : Number(group),
    beside: said("beside"),
  };
}
