/** The container engine of the system: how it was started, what it says of itself, and where what runs in it logs to. */
import { z } from "zod";
import { entriesOf, type StatEntry } from "./entries.ts";
import { type Frame, innerFrames } from "./frames.ts";
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface LoggedContainer {
  readonly name: string;
  /** Of new messages: the driver, and its options. */
  readonly log: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
}

export interface Engine {
  /** Arguments of the running dockerd; undefined where none runs. */
  readonly started: readonly string[] | undefined;
  /** Why it could not be asked, though it runs. */
  readonly unasked?: string;
  readonly info?: {
    readonly live: boolean;
    /** Such as `name=seccomp,profile=builtin`. */
    readonly security: readonly string[];
    readonly driver: string;
    readonly swarm: string;
    readonly version: string;
  };
  /** Unix sockets of the engine and of containerd; undefined where they could not be read. */
  readonly sockets?: readonly EngineSocket[];
  /** Where systemd listens for it by units beside docker.socket, other than unix sockets. */
  readonly activated?: readonly string[];
  /** Lines of containerd's configuration that give its sockets to others from its next start on, each as `PATH:LINE TEXT`. */
  readonly pending?: readonly string[];
  /** TCP of containerd by which CRI is served, by the files that it goes by. */
  readonly tcp?: readonly ContainerdHost[];
  /** Containers that a restart of the engine stops, whatever live-restore says; none where it lets all run on. */
  readonly stopping?: readonly Stopping[];
}

/** `verified`: it asks clients for certificates; `stale`: it listens there, and goes by a file that was changed since. */
export type ContainerdHost =
  | { readonly is: "open" | "verified" | "stale"; readonly address: string }
  | { readonly is: "unread"; readonly file: string };

export interface EngineSocket {
  /** Its path, or `@NAME` where it is abstract. */
  readonly name: string;
  /** The socket itself and the folders above it; none of an abstract one, or where the path leads nowhere. */
  readonly way: readonly StatEntry[];
}

export interface Stopping {
  readonly name: string;
  /** It was run with --rm: when it ends it goes, with the data of its own volumes. */
  readonly removed: boolean;
  /** The swarm service that it is a task of. */
  readonly service?: string;
}

/** Absent where there is none, unsupported where it is a snap's or Podman. */
export const docker: Probe<Engine> = { collector: "docker", args: [], parse };

/** Of each that runs: none where the engine doesn't. The same states as those of the engine. */
export const containerLogs: Probe<readonly LoggedContainer[]> = {
  collector: "container_logs",
  args: [],
  deep: true,
  parse: (data) => {
    const lines = linesOf(data);
    if (lines.length === 0) return [];
    if (lines.at(-1) !== "end") throw new Error("the answer is cut off");
    return lines.slice(0, -1).map((line) => {
      const { name, log } = container.parse(JSON.parse(line));
      return { name: name.replace(/^\//, ""), log: { driver: log.Type, options: log.Config ?? {} } };
    });
  },
};

const info = z.object({
  live: z.boolean(),
  security: z.array(z.string()).nullable(),
  driver: z.string(),
  swarm: z.string(),
  version: z.string(),
});

const stopping = z
  .object({
    name: z.string().transform((name) => name.replace(/^\//, "")),
    removed: z.boolean(),
    service: z.string().nullable(),
  })
  .transform(({ service, ...more }): Stopping => (service ? { ...more, service } : more));

const container = z.object({
  name: z.string(),
  log: z.object({ Type: z.string(), Config: z.record(z.string(), z.string()).nullable() }),
});

function containerdHost(line: string): ContainerdHost {
  const [, is, rest = ""] = /^(open|verified|stale|unread) (.*)$/.exec(line) ?? [];
  if (is === "open" || is === "verified" || is === "stale") return { is, address: rest };
  if (is === "unread") return { is, file: rest };
  throw new Error("a host of containerd is not understood");
}

function parse(data: Buffer): Engine {
  const frames = innerFrames(data);
  const lines = (name: string) => {
    const frame = frames.find(({ word }) => word === name);
    return frame && linesOf(frame.content);
  };
  const started = lines("started");
  if (started === undefined) throw new Error("the answer is cut off");
  const some = <T>(name: "activated" | "pending" | "tcp", of: (line: string) => T) => {
    const said = lines(name)?.filter((line) => line !== "") ?? [];
    return said.length > 0 ? { [name]: said.map(of) } : {};
  };
  const asSaid = (line: string) => line;
  const sockets = {
    ...socketsOf(frames),
    ...some("activated", asSaid),
    ...some("pending", asSaid),
    ...some("tcp", containerdHost),
  };
  if (started.length === 0) return { started: undefined, ...sockets };
  const [unasked] = lines("unasked") ?? [];
  if (unasked !== undefined) return { started, unasked, ...sockets };
  const [said] = lines("info") ?? [];
  if (said === undefined) throw new Error("the engine did not answer");
  const ends = lines("stopping");
  if (ends === undefined) throw new Error("the answer is cut off");
  const { security, ...more } = info.parse(JSON.parse(said));
  // docker info has empty words for an engine that it does not reach.
  if (more.version === "") return { started, unasked: "it does not answer", ...sockets };
  return {
    started,
    info: { ...more, security: security ?? [] },
    ...sockets,
    stopping: ends.flatMap((line) => (line === "" ? [] : [stopping.parse(JSON.parse(line))])),
  };
}

/** The frame behind the last one tells that these are all. */
function socketsOf(frames: readonly Frame[]): Pick<Engine, "sockets"> {
  if (!frames.some(({ word }) => word === "sockets")) return {};
  const own = frames.filter(({ word }) => word === "socket");
  return { sockets: own.map(({ rest, content }) => ({ name: rest, way: entriesOf(linesOf(content)) })) };
}
