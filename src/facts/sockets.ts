/** Who listens, and who is connected to them: ss(8). */
import type { Probe } from "./probe.ts";

export interface Listener {
  readonly protocol: "tcp" | "udp";
  /** Without brackets and interface: `0.0.0.0`, `::`, `*` (both families), `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
  /** Undefined where they could not be read, as without root; of several that share it, the first. */
  readonly process?: string;
  readonly pid?: number;
}

/** Connections from one address to one local port on which somebody listens. */
export interface Connected {
  readonly port: number;
  readonly peer: string;
  readonly count: number;
}

export interface SocketsFact {
  readonly listeners: readonly Listener[];
  /** At most 500 of them. */
  readonly connected: readonly Connected[];
}

/** Absent where ss is not installed. */
export const sockets: Probe<SocketsFact> = { collector: "sockets", args: [], parse: parseSockets };

/** `[::1%lo]:22` -> `::1`, 22; an IPv4 address that an IPv6 socket shows as `::ffff:1.2.3.4` is IPv4. */
function split(endpoint: string): { address: string; port: number } {
  const at = endpoint.lastIndexOf(":");
  const address = endpoint
    .slice(0, at)
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .replace(/^::ffff:(?=\d+\.)/, "");
  return { address, port: Number(endpoint.slice(at + 1)) };
}

/** The whole of it: a process names itself, and what it adds to its name must not read as another one. */
const users = /^users:\(\("([^"]*)",pid=(\d+),fd=\d+\)(?:,\("[^"]*",pid=\d+,fd=\d+\))*\)$/;

function parseSockets(data: Buffer): SocketsFact {
  const lines = data
    .toString("utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const listeners: Listener[] = [];
  const connected: Connected[] = [];
  for (const [kind, first = "", second = "", ...rest] of lines) {
    if (kind === "tcp" || kind === "udp") {
      const [, name, pid] = users.exec([second, ...rest].join(" ")) ?? [];
      const { address, port } = split(first);
      const who = name === undefined ? {} : { process: name, pid: Number(pid) };
      if (port > 0) listeners.push({ protocol: kind, address, port, ...who });
    } else if (kind === "connected") {
      connected.push({ port: Number(first), peer: split(`${second}:0`).address, count: Number(rest[0]) });
    }
  }
  return { listeners, connected };
}
