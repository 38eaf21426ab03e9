/** Where mounts of containers really lead on the host, by the kernel's mount tables: links and bind mounts are resolved in them. Pure. */
import { posix } from "node:path";
import { isWithin } from "../path.ts";
import { kernelFolders, layersIn } from "../volumes.ts";

/** A line of /proc/PID/mountinfo: proc_pid_mountinfo(5). */
export interface MountEntry {
  /** Number of the file system. */
  readonly device: string;
  /** The folder of the file system that is mounted. */
  readonly root: string;
  readonly point: string;
  /** Such as ext4. */
  readonly type: string;
  /** Such as /dev/sda1, or the name of a kind. */
  readonly source: string;
  /** Of the file system. */
  readonly options: string;
}

/** A mount as the engine has it. */
export interface EngineMount {
  readonly name: string;
  readonly source: string;
  readonly target: string;
}

export interface Mounting<M extends EngineMount> {
  readonly id: string;
  readonly pid: number;
  readonly mounts: readonly M[];
}

export const plain = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

function tablesOf(lines: readonly string[]): ReadonlyMap<number, readonly MountEntry[]> {
  const tables = new Map<number, MountEntry[]>();
  const form = /^\/proc\/(\d+)\/mountinfo:\d+ \d+ (\d+:\d+) (\S+) (\S+) .*- (\S+) (\S+)(?: (\S+))?/;
  for (const line of lines) {
    const [, pid, device = "", root = "", point = "", type = "", source = "", options = ""] =
      form.exec(line) ?? [];
    if (pid === undefined) continue;
    const table = tables.get(Number(pid)) ?? [];
    tables.set(Number(pid), table);
    // Of a file that was replaced or removed meanwhile.
    const path = plain(root).replace(/\/\/deleted$/, "");
    table.push({
      device,
      root: path,
      point: plain(point),
      type,
      source: plain(source),
      options: plain(options),
    });
  }
  return tables;
}

/** Where the engine mounts a volume: everything of a disk would be below that of a volume that is the whole disk. */
const isVolume = /\/volumes\/[^/]+\/_data$/;

/** All paths that the host has of it. */
const pathsOf = ({ device, root }: MountEntry, host: readonly MountEntry[]): readonly string[] =>
  host
    .filter(
      (each) =>
        each.device === device &&
        each.root.startsWith("/") &&
        isWithin(root, each.root) &&
        !isVolume.test(each.point),
    )
    .map((each) => posix.join(each.point, posix.relative(each.root, root)));

export interface MountTables {
  readonly host: readonly MountEntry[];
  /** What the container has of a mount of it, mounts below it included. */
  readonly own: <M extends EngineMount>(container: Mounting<M>, mount: M) => readonly MountEntry[];
}

/** `lines`: `/proc/PID/mountinfo:LINE`, the host's as those of process 1. */
export function tablesIn(lines: readonly string[]): MountTables {
  const tables = tablesOf(lines);
  return {
    host: tables.get(1) ?? [],
    own: ({ pid, mounts }, { target }) => {
      const all = tables.get(pid) ?? [];
      const others = mounts.filter((each) => each.target !== target && isWithin(each.target, target));
      const found = all.filter(
        ({ point }) => isWithin(point, target) && !others.some((each) => isWithin(point, each.target)),
      );
      return found.length > 0 ? found : elsewhere(target, all, mounts);
    },
  };
}

/** Of a mount whose target a link of the image, such as /var/run, led to another place: those that no other mount has, of its name where there are any. */
function elsewhere(
  target: string,
  all: readonly MountEntry[],
  mounts: readonly EngineMount[],
): readonly MountEntry[] {
  const free = all.filter(
    ({ point }) => point !== "/" && !mounts.some((each) => isWithin(point, each.target)),
  );
  const named = free.filter(({ point }) => posix.basename(point) === posix.basename(target));
  return named.length > 0 ? named : free;
}

export function leadsIn({ host, own }: MountTables) {
  /** Paths of the host besides its source, mounts below it included. */
  return <M extends EngineMount>(container: Mounting<M>, mount: M): readonly string[] => {
    const { name, source } = mount;
    // What the engine has mounted for the volume.
    const mounted = host.filter((each) => name !== "" && each.point === source && each.root === "/");
    const disks = mounted.flatMap((each) => [
      ...(each.source.startsWith("/dev/") ? [each.source] : []),
      ...layersIn(each.options),
      ...(kernelFolders[each.type] ?? []),
    ]);
    const isEngines = (path: string) =>
      path.includes(`/${container.id}/`) || (name !== "" && `${path}/`.includes(`/volumes/${name}/_data/`));
    const found = own(container, mount).flatMap((entry) => pathsOf(entry, host));
    const paths = [...new Set([...found, ...disks])].filter(
      (path) => !isWithin(path, source) && !isEngines(path),
    );
    // Who has a folder has what is mounted below it.
    return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)));
  };
}
