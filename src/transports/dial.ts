/** An open TCP connection and the address that it went to. */
import { connect, isIP, type Socket } from "node:net";
import { HardenError } from "../errors.ts";
import { knownName } from "./known-hosts.ts";
import { explainLoss } from "./loss.ts";
import type { SshHost } from "./ssh-config.ts";
export interface Dialled {
  readonly socket: Socket;
  readonly address: string;
}

/**
 * Connects to the pinned address, or else to the first of the name's addresses that answers.
 * @throws HardenError `connect`, `host.connectTimeoutMs` after the name is resolved at the latest, which may take as long
 */
export async function dial(
  host: SshHost,
  o: { readonly address?: string; readonly signal?: AbortSignal },
): Promise<Dialled> {
  const addresses = o.address === undefined ? await addressesOf(host) : [o.address];
  const deadline = Date.now() + host.connectTimeoutMs;
  let last: unknown;
  for (const [index, address] of addresses.entries()) {
    const share = (deadline - Date.now()) / (addresses.length - index);
    try {
      return { socket: await open(address, host.port, { timeoutMs: share, signal: o.signal }), address };
    } catch (error) {
      if (o.signal?.aborted) throw new HardenError("connect", "Cancelled.", { cause: error });
      last = error;
    }
  }
  throw unreachable(host, last);
}

/** Most configurations name an address: what resolves a name is loaded for names alone. */
async function addressesOf(host: SshHost): Promise<readonly string[]> {
  if (isIP(host.hostname) !== 0) return [host.hostname];
  const { resolve } = await import("./resolve.ts");
  return resolve(host);
}

function open(
  address: string,
  port: number,
  o: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true });
    const done = (error?: unknown) => {
      clearTimeout(timer);
      o.signal?.removeEventListener("abort", abort);
      socket.removeAllListeners();
      socket.on("error", () => {}); // Until ssh2 listens; a reset in between must not end the process.
      if (error === undefined) return resolve(socket);
      socket.destroy();
      reject(error);
    };
    const abort = () => done(o.signal?.reason ?? new Error("aborted"));
    const timer = setTimeout(
      () => done(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })),
      o.timeoutMs,
    );
    socket.once("connect", () => done());
    socket.once("error", done);
    o.signal?.addEventListener("abort", abort, { once: true });
    if (o.signal?.aborted) abort();
  });
}

function unreachable(host: SshHost, cause: unknown): HardenError {
  const name = knownName({ hostname: host.hostname, port: host.port });
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case "ECONNREFUSED":
      return new HardenError("connect", `${name} refuses connections on port ${host.port}.`, {
        // fail2ban's own default answers a banned address like that.
        hint: "Is sshd running there, and is this its port? A ban of fail2ban looks the same: fail2ban-client status sshd, from a console.",
        cause,
      });
    case "ECONNRESET":
      return explainLoss({ kind: "closed", host, negotiated: undefined });
    case "ETIMEDOUT":
      return new HardenError("connect", `${name} did not answer within ${host.connectTimeoutMs / 1000} s.`, {
        hint: "A firewall may drop the packets, or this address may be banned there.",
        cause,
      });
    default:
      return new HardenError("connect", `${name} cannot be reached (${code ?? "unknown error"}).`, {
        hint: "Check the address and the route to it.",
        cause,
      });
  }
}
