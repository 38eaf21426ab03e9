/** Live network values of the kernel, and all the files that set them at boot. */
import { type Fact, type Probe, present, type Read, unknown, valueOr } from "./probe.ts";

/** A path below /proc/sys, or one in /sys; with `*` for the name of an interface. */
export type KernelPath = `net/${string}` | `/sys/${string}`;

/** Values by their whole path, as `net/ipv4/conf/eth0.100/rp_filter`. */
export type KernelValues = ReadonlyMap<string, string>;

/** All that a path names; absent where this kernel has none of it. */
export const kernelValues = (path: KernelPath): Probe<KernelValues> => ({
  collector: "kernel_values",
  args: [path],
  parse: (data) => new Map(data.toString("utf8").split("\n").flatMap(kernelValue)),
});

/** Of a line `PATH:VALUE`. */
export function kernelValue(line: string): readonly (readonly [path: string, value: string])[] {
  const [, path, value = ""] = /^(?:\/proc\/sys\/)?([^:]+):(.*)$/.exec(line) ?? [];
  return path === undefined ? [] : [[path, value.trim()]];
}

/** Each by its path. */
export type KernelProbes = Readonly<Record<KernelPath, Probe<KernelValues>>>;

export const kernelProbes = (paths: readonly KernelPath[]): KernelProbes =>
  Object.fromEntries(paths.map((path) => [path, kernelValues(path)]));

/** What such probes have read: all values, or why one of them is unknown. */
export function kernelFact(facts: Read<KernelProbes>, paths: readonly KernelPath[]): Fact<KernelValues> {
  const all = paths.map((path) => facts[path] ?? unknown(`${path} is not collected`));
  const unread = all.find(({ state }) => state === "unknown" || state === "unsupported");
  return unread ?? present(new Map(all.flatMap((fact) => [...valueOr(fact, new Map<string, string>())])));
}

export interface NetState {
  /** False where even root may not write the network settings: in a container without rights of its own. */
  readonly writable: boolean;
  /** Interfaces that are ports of a bridge. */
  readonly ports: readonly BridgePort[];
}

export interface BridgePort {
  readonly bridge: string;
  readonly port: string;
}

export const netState: Probe<NetState> = { collector: "net_state", args: [], parse: parseNet };

function parseNet(data: Buffer): NetState {
  const lines = data.toString("utf8").split("\n");
  const ports = lines.flatMap((line) => {
    const [word, bridge = "", port = ""] = line.split(" ");
    return word === "port" ? [{ bridge, port }] : [];
  });
  return { writable: !lines.includes("read-only"), ports };
}

export interface SysctlFile {
  readonly path: string;
  /** All of them, in order; a comment is an empty one. */
  readonly lines: readonly string[];
}

export interface BootFact {
  /** Every file of the sysctl.d(5) folders, masked ones too, in no order. */
  readonly files: readonly SysctlFile[];
  readonly ufw: {
    /** ufw starts at boot, and sets the values of its own file each time it starts. */
    readonly enabled: boolean;
    /** IPT_SYSCTL of /etc/default/ufw; undefined where ufw sets nothing. */
    readonly file?: SysctlFile;
  };
}

export const bootFiles: Probe<BootFact> = { collector: "sysctl_boot", args: [], parse: parseBoot };

function parseBoot(data: Buffer): BootFact {
  const listed = new Map<string, string[]>();
  const read = new Map<string, string[]>();
  let enabled = false;
  let ufwPath = "";
  let current: string[] = [];
  for (const line of data.toString("utf8").split("\n")) {
    const text = line.slice(2);
    switch (line.slice(0, 2)) {
      case "N ":
        listed.set(text, []);
        break;
      case "E ":
        enabled = text.replace(/["']/g, "").trim().toLowerCase() === "yes";
        break;
      case "P ":
        ufwPath = text;
        break;
      case "F ":
        current = [];
        read.set(text, current);
        break;
      case "L ":
        current.push(text);
    }
  }
  const fileOf = (path: string): SysctlFile => ({ path, lines: read.get(path) ?? [] });
  return {
    files: [...listed.keys()].map(fileOf),
    ufw: { enabled, ...(read.has(ufwPath) ? { file: fileOf(ufwPath) } : {}) },
  };
}
