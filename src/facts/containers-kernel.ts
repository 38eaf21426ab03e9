/** What /proc and the cgroups say of a container's processes. Pure. */
import { capabilityNames } from "../capabilities.ts";

/** Processes of a container that are alike. */
export interface Processes {
  readonly count: number;
  /** Of the first one, in the host's numbers. */
  readonly pid: number;
  /** As it calls itself. */
  readonly name: string;
  /** Real, effective, saved and of files: the host's numbers. */
  readonly uids: readonly number[];
  readonly gid: number;
  readonly groups: readonly number[];
  /** Names without `CAP_`; one that has none is its number. */
  readonly effective: readonly string[];
  readonly bound: readonly string[];
  readonly noNewPrivileges: boolean;
  /** 0: none, 1: strict, 2: a filter. */
  readonly seccomp: number;
}

const namespaceKinds = ["pid", "net", "ipc", "uts", "user", "cgroup"] as const;
export type NamespaceKind = (typeof namespaceKinds)[number];
/** What each is called by the kernel, such as `pid:[4026531836]`; what could not be read is left out. */
export type Namespaces = Partial<Readonly<Record<NamespaceKind, string>>>;

export interface Kernel {
  /** Never empty. */
  readonly processes: readonly Processes[];
  /** Of AppArmor; empty where the kernel has none. */
  readonly label: string;
  /** Of the process that it began with. */
  readonly namespaces: Namespaces;
  readonly rootIsReadOnly: boolean | undefined;
}

/** In bytes; undefined where the kernel doesn't say it. */
export interface Cgroup {
  readonly peak?: number;
  readonly current?: number;
  /** Of files that nobody has asked for lately: the kernel takes it back before it ends anybody. */
  readonly cache?: number;
  /** Limits are infinite where there is none. */
  readonly memory?: number;
  readonly pids?: number;
  /** Cores. */
  readonly cpus?: number;
}

/** Of a mask as /proc/PID/status has it: capability(7). */
export function capabilitiesOf(mask: string): readonly string[] {
  const bits = BigInt(`0x${mask}`);
  return Array.from({ length: 64 }, (_, bit) => bit).flatMap((bit) =>
    (bits >> BigInt(bit)) & 1n ? [capabilityNames[bit] ?? String(bit)] : [],
  );
}

const numbers = (text: string) => text.trim().split(" ").filter(Boolean).map(Number);

function processesOf(line: string): readonly [string, Processes] {
  const [
    id = "",
    count,
    pid,
    uids = "",
    gids = "",
    groups = "",
    effective = "",
    bound = "",
    nnp,
    seccomp,
    name = "",
  ] = line.split("\t");
  const found: Processes = {
    count: Number(count),
    pid: Number(pid),
    name,
    uids: numbers(uids),
    gid: numbers(gids)[1] ?? -1,
    groups: numbers(groups),
    effective: capabilitiesOf(effective),
    bound: capabilitiesOf(bound),
    noNewPrivileges: nnp === "1",
    seccomp: Number(seccomp),
  };
  return [id, found];
}

interface Said {
  readonly processes: readonly string[];
  readonly labels: readonly string[];
  readonly roots: readonly string[];
  readonly namespaces: (pid: number) => Namespaces;
}

/** By process, of lines such as `/proc/1/ns/pid pid:[4026531836]`. */
export function namespacesIn(lines: readonly string[]): (pid: number) => Namespaces {
  const found = new Map(lines.map((line) => line.split(" ", 2) as [string, string]));
  return (pid) =>
    Object.fromEntries(
      namespaceKinds.flatMap((kind) => {
        const name = found.get(`/proc/${pid}/ns/${kind}`);
        return name === undefined ? [] : [[kind, name]];
      }),
    );
}

/** By container: undefined where nothing runs in it. */
export function kernelOf({ processes, labels, roots, namespaces }: Said) {
  const all = processes.map(processesOf);
  const labelled = byPid(labels, "attr/current");
  const rooted = byPid(roots, "mountinfo");
  return ({ id, pid }: { readonly id: string; readonly pid: number }): Kernel | undefined => {
    const own = all.flatMap(([of, each]) => (of === id ? [each] : [])).sort((a, b) => a.pid - b.pid);
    if (own.length === 0) return undefined;
    const options = / \/ \/ (\S+)/.exec(rooted.get(pid) ?? "")?.[1]?.split(",");
    const label = labelled.get(pid) ?? "";
    return { processes: own, label, namespaces: namespaces(pid), rootIsReadOnly: options?.includes("ro") };
  };
}

const byPid = (lines: readonly string[], file: string): ReadonlyMap<number, string> =>
  new Map(
    lines.flatMap((line) => {
      const [, pid, text] = new RegExp(`^/proc/(\\d+)/${file}:(.*)$`).exec(line) ?? [];
      return pid === undefined || text === undefined ? [] : [[Number(pid), text] as const];
    }),
  );

/** The first version says "no limit" by more than there can be. */
const most = 2 ** 60;
const limit = (text: string | undefined) => {
  if (text === undefined) return undefined;
  const value = Number(text);
  return text === "max" || value < 0 || value >= most ? Number.POSITIVE_INFINITY : value;
};

/** By container; both versions of cgroups. */
export function cgroupsOf(lines: readonly string[]): (id: string) => Cgroup {
  const said = new Map<string, ReadonlyMap<string, string>>();
  for (const line of lines) {
    const [, id, file = "", text = ""] = /([0-9a-f]{64})[^/]*\/([a-z_.]+):(.*)$/.exec(line) ?? [];
    if (id === undefined) continue;
    // Only of memory.stat more than one line is told.
    const [key, value] = file === "memory.stat" ? (text.split(" ") as [string, string]) : [file, text];
    said.set(id, new Map([...(said.get(id) ?? []), [key, value]]));
  }
  return (id) => cgroupOf(said.get(id) ?? new Map());
}

function cgroupOf(files: ReadonlyMap<string, string>): Cgroup {
  const first = (...names: readonly string[]) =>
    names.map((name) => files.get(name)).find((text) => text !== undefined);
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const found = {
    peak: number(first("memory.peak", "memory.max_usage_in_bytes")),
    current: number(first("memory.current", "memory.usage_in_bytes")),
    cache: number(first("total_inactive_file", "inactive_file")),
    memory: limit(first("memory.max", "memory.limit_in_bytes")),
    pids: limit(files.get("pids.max")),
    cpus: coresOf(files),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function coresOf(files: ReadonlyMap<string, string>): number | undefined {
  const [quota, period] = files.get("cpu.max")?.split(" ") ?? [
    files.get("cpu.cfs_quota_us"),
    files.get("cpu.cfs_period_us"),
  ];
  const cores = limit(quota);
  return cores === undefined ? undefined : cores / Number(period);
}
