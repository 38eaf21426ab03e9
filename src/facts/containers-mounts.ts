/** Where mounts of containers really lead on the host, by the kernel's mount tables: links and bind mounts are resolved in them. Pure. */
import { posix } from "node:path";
import { isWithin } from "../path.ts";
import { kernelFolders, layersIn } from "../volumes.ts";

/** A line of /proc/PID/mountinfo: proc_pid_mountinfo(5). */
interface Entry {
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
interface Mount {
  readonly name: string;
  readonly source: string;
  readonly target: string;
}

interface Container<M extends Mount> {
  readonly id: string;
  readonly pid: number;
  readonly mounts: readonly M[];
}

const plain = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

function tablesOf(lines: readonly string[]): ReadonlyMap<number, readonly Entry[]> {
  const tables = new Map<number, Entry[]>();
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
const pathsOf = ({ device, root }: Entry, host: readonly Entry[]): readonly string[] =>
  host
    .filter(
      (each) =>
        each.device === device &&
        each.root.startsWith("/") &&
        isWithin(root, each.root) &&
        !isVolume.test(each.point),
    )
    .map((each) => posix.join(each.point, posix.relative(each.root, root)));

/** `lines`: `/proc/PID/mountinfo:LINE`, the host's as those of process 1. */
export function leadsIn(lines: readonly string[]) {
  const tables = tablesOf(lines);
  const host = tables.get(1) ?? [];
  /** Paths of the host besides its source, mounts below it included. */
  return <M extends Mount>({ id, pid, mounts }: Container<M>, mount: M): readonly string[] => {
    const { name, source, target } = mount;
    const others = mounts.filter((each) => each.target !== target && isWithin(each.target, target));
    const own = (tables.get(pid) ?? []).filter(
      ({ point }) => isWithin(point, target) && !others.some((each) => isWithin(point, each.target)),
    );
    // What the engine has mounted for the volume.
    const mounted = host.filter((each) => name !== "" && each.point === source && each.root === "/");
    const disks = mounted.flatMap((each) => [
      ...(each.source.startsWith("/dev/") ? [each.source] : []),
      ...layersIn(each.options),
      ...(kernelFolders[each.type] ?? []),
    ]);
    const isEngines = (path: string) =>
      path.includes(`/${id}/`) || (name !== "" && `${path}/`.includes(`/volumes/${name}/_data/`));
    const paths = [...new Set([...own.flatMap((entry) => pathsOf(entry, host)), ...disks])].filter(
      (path) => !isWithin(path, source) && !isEngines(path),
    );
    // Who has a folder has what is mounted below it.
    return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)));
  };
}
