/** Live network values of the kernel, and all the files that set them at boot. */
import type { Probe } from "./probe.ts";

export interface NetFact {
  /** Values by path below /proc/sys, such as `net/ipv4/conf/eth0.100/rp_filter`; a bridge's own by their path in /sys. */
  readonly values: ReadonlyMap<string, string>;
  /** False where even root may not write them: in a container without rights of its own. */
  readonly writable: boolean;
  /** Interfaces that are ports of a bridge. */
  readonly ports: readonly BridgePort[];
}

interface BridgePort {
  readonly bridge: string;
  readonly port: string;
}

export const netValues: Probe<NetFact> = { collector: "sysctl_net", args: [], parse: parseNet };

function parseNet(data: Buffer): NetFact {
  const lines = data.toString("utf8").split("\n");
  const pairs = lines.flatMap((line): (readonly [string, string])[] => {
    const [, path, value] = /^(?:\/proc\/sys\/)?([^:]+):(.*)$/.exec(line) ?? [];
    return path === undefined ? [] : [[path, value!.trim()]];
  });
  const ports = lines.flatMap((line) => {
    const [word, bridge = "", port = ""] = line.split(" ");
    return word === "port" ? [{ bridge, port }] : [];
  });
  return { values: new Map(pairs), writable: !lines.includes("read-only"), ports };
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
