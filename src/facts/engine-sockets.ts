/** Which mounts of containers give them a socket of the engine, by the kernel's mount tables and the numbers of files. Pure. */
import { posix } from "node:path";
import { isWithin } from "../path.ts";
import {
  type EngineMount,
  type MountEntry,
  type Mounting,
  type MountTables,
  plain,
} from "./containers-mounts.ts";

/** What a mount is to the engine's sockets. */
export interface EngineSocketMount {
  /** Paths of those that the container reaches by it. */
  readonly engine?: readonly string[];
  /** Whether a socket itself is mounted; undefined where nothing runs that has it, or it could not be looked at. */
  readonly isSocket?: boolean;
  /** Why it can't be told whether one lies in it. */
  readonly unsure?: string;
}

/** Something that is mounted in a container. */
interface Found {
  readonly kind: string;
  readonly pid: number;
  readonly point: string;
  /** Of the engine's socket that it is, or of which another name may lie in it. */
  readonly path: string;
}

/** Where a path lies: a file system, and the path in it. */
function placeOf(path: string, host: readonly MountEntry[]): Pick<MountEntry, "device" | "root"> | undefined {
  const around = host.filter(({ point }) => isWithin(path, point));
  const longest = Math.max(...around.map(({ point }) => point.length));
  // Of several at one place the last one is on top.
  const entry = around.filter(({ point }) => point.length === longest).at(-1);
  return entry && { device: entry.device, root: posix.join(entry.root, posix.relative(entry.point, path)) };
}

/** `lines`: those of engine_mounts, undefined of an answer without any. */
export function engineSocketsIn(lines: readonly string[] | undefined, { host, own }: MountTables) {
  const unread = { sockets: undefined, held: () => ({ unsure: "the engine's sockets could not be read" }) };
  if (lines?.at(-1) !== "end") return unread;
  const sockets = lines.flatMap((line) => /^listens (\/.*)$/.exec(line)?.[1] ?? []);
  const places = sockets.map((path) => ({ path, place: placeOf(path, host) }));
  const all = lines.flatMap((line): readonly Found[] => {
    const [, kind, pid, point, path = ""] = /^(socket|linked) (\d+) (\/\S*)(?: (\/.*))?$/.exec(line) ?? [];
    return kind === undefined ? [] : [{ kind, pid: Number(pid), point: plain(point!), path }];
  });
  const held = <M extends EngineMount>(container: Mounting<M>, mount: M): EngineSocketMount => {
    const { pid } = container;
    const entries = own(container, mount);
    const inside = all.filter(
      (each) => each.pid === pid && entries.some(({ point }) => point === each.point),
    );
    const isGiven = ({ path, place }: (typeof places)[number]) =>
      (entries.length === 0 && isWithin(path, mount.source)) ||
      entries.some(({ device, root }) => device === place?.device && isWithin(place.root, root)) ||
      inside.some((each) => each.kind === "socket" && each.path === path);
    const [linked] = inside.filter(({ kind }) => kind === "linked");
    return {
      engine: places.filter(isGiven).map(({ path }) => path),
      ...(pid === 0 ? {} : { isSocket: inside.some(({ kind }) => kind === "socket") }),
      ...(linked === undefined
        ? {}
        : { unsure: `${linked.path} has another name in the same file system (a hard link)` }),
    };
  };
  return { sockets, held };
}
