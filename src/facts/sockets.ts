/** Who listens, and who is connected to them; see `host/collect/sockets.sh`. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface Listener {
  readonly protocol: "tcp" | "udp";
  /** Without brackets and interface: `0.0.0.0`, `::`, `*` (both families), `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
  /** Undefined where the owner was not found, as without root; of several that share it, the first. */
  readonly process?: string;
  readonly pid?: number;
}

/** Of what listens there, or comes from there, nobody else hears. */
export const isLoopback = (address: string) => /^127\./.test(address) || address === "::1";

/** Connections from one address to one address of the host, and a port on which somebody listens. */
export interface Connected {
  readonly port: number;
  readonly peer: string;
  readonly local: string;
  readonly count: number;
}

/** The other end of a connection of the host's own. */
export interface Remote {
  readonly protocol: Listener["protocol"];
  /** A zero address with port 0 is any. */
  readonly address: string;
  readonly port: number;
}

/** What takes in all packets of a protocol: it has no port. */
export interface RawSocket extends Pick<Listener, "address" | "process"> {
  /** protocols(5) */
  readonly protocol: number;
}

export interface SocketsFact {
  /** Of those that others than the host itself may reach: the loopback is left out. */
  readonly listeners: readonly Listener[];
  /** Left out where there are none. */
  readonly raw?: readonly RawSocket[];
  /** At most 500 of them. */
  readonly connected: readonly Connected[];
  /** Some connections are left out: reading them took too long. */
  readonly unread?: true;
  /** Of the process of this host from which the login comes, such as `ssh -R`: what it has gone out to. Left out where there is none, or it was not found. */
  readonly relay?: readonly Remote[];
}

/** All of the host. Any user can have so many of them that it is unknown: no proof and no blocking guard may need it. */
export const sockets: Probe<SocketsFact> = { collector: "sockets", args: [], parse: parseSockets };

/** Where the running sshd listens; nothing where none runs. */
export const sshdSockets: Probe<readonly Listener[]> = {
  collector: "sshd_sockets",
  args: [],
  parse: parseListeners,
};

/** What listens on these TCP ports, the loopback included: without owners, and not all of them. */
export const portTaken = (...ports: readonly number[]): Probe<readonly Listener[]> => ({
  collector: "port_taken",
  args: ports.map(String),
  parse: parseListeners,
});

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

/** A process names itself: the rest of the line. */
const socketLine = /^(tcp|udp|raw) (\S+)(?: (\d+) (.*))?$/;

function socketOf(line: string) {
  const [, protocol, place = "", pid, process = ""] = socketLine.exec(line) ?? [];
  return { protocol, ...split(place), ...(pid === undefined ? {} : { process, pid: Number(pid) }) };
}

function listenerOf(line: string): readonly Listener[] {
  const { protocol, ...socket } = socketOf(line);
  return protocol === "tcp" || protocol === "udp" ? [{ protocol, ...socket }] : [];
}

function rawOf(line: string): readonly RawSocket[] {
  const { protocol, port, ...socket } = socketOf(line);
  return protocol === "raw" ? [{ protocol: port, ...socket }] : [];
}

function parseListeners(data: Buffer): readonly Listener[] {
  return linesOf(data).flatMap(listenerOf);
}

function remoteOf(line: string): readonly Remote[] {
  const [, protocol, place = ""] = /^out (tcp|udp) (\S+)$/.exec(line) ?? [];
  return protocol === "tcp" || protocol === "udp" ? [{ protocol, ...split(place) }] : [];
}

function parseSockets(data: Buffer): SocketsFact {
  const lines = linesOf(data);
  const connected = lines.flatMap((line): readonly Connected[] => {
    const [kind, port, peer, count, local] = line.split(" ");
    if (kind !== "connected") return [];
    const address = (text: string | undefined) => split(`${text}:0`).address;
    return [{ port: Number(port), peer: address(peer), local: address(local), count: Number(count) }];
  });
  const raw = lines.flatMap(rawOf);
  return {
    listeners: lines.flatMap(listenerOf),
    ...(raw.length > 0 ? { raw } : {}),
    connected,
    ...(lines.includes("unread") ? { unread: true } : {}),
    ...(lines.includes("relayed") ? { relay: lines.flatMap(remoteOf) } : {}),
  };
}
