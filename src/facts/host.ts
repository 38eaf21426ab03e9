/** Which host this is: os-release(5), machine-id(5), kernel, and what keeps a run from working here. */
import type { Probe } from "./probe.ts";

/** What identifies the host that a plan was made of. */
export interface HostFacts {
  readonly hostname: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly distro: string; // ID of os-release(5): debian, ubuntu
  readonly version: string; // VERSION_ID
  readonly codename: string;
  readonly kernel: string;
  readonly architecture: string; // dpkg's: amd64
  readonly systemd: boolean; // PID 1
  readonly container: string; // systemd-detect-virt -c: none, docker, lxc, …
  readonly uid: number; // that the facts were read with
}

export const host: Probe<HostFacts> = { collector: "host", args: [], parse: parseHost };

/** The host's clock, ms since 1970; undefined where it said none. Of the same answer, and in no plan: it is another each time. */
export const hostClock: Probe<number | undefined> = {
  ...host,
  parse(data) {
    const seconds = assignments(data.toString("utf8")).get("harden_clock") ?? "";
    return /^\d{1,11}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
  },
};

/** `KEY=value` lines as os-release(5) quotes them. */
function assignments(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").map((line) => /^([A-Za-z_]+)=(.*)$/.exec(line.trim()));
  return new Map(
    lines.flatMap((line) => (line ? [[line[1]!, line[2]!.replace(/^(["'])(.*)\1$/, "$2")]] : [])),
  );
}

function parseHost(data: Buffer): HostFacts {
  const values = assignments(data.toString("utf8"));
  const get = (key: string) => values.get(key) ?? "";
  return {
    hostname: get("harden_hostname"),
    machineId: get("harden_machine_id"),
    bootId: get("harden_boot_id"),
    distro: get("ID"),
    version: get("VERSION_ID"),
    codename: get("VERSION_CODENAME"),
    kernel: get("harden_kernel"),
    architecture: get("harden_architecture"),
    systemd: get("harden_systemd") === "yes",
    container: get("harden_container") || "none",
    uid: Number(get("harden_uid") || "-1"),
  };
}
