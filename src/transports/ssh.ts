/** How long a polite end of the connection may take, in milliseconds. */
import type { Duplex } from "node:stream";
import { bootstrapCommand, createNonce } from "./bootstrap.ts";
import { openChannel } from "./channel.ts";
import { within } from "./clock.ts";
import { dial } from "./dial.ts";
import { type HostKeyPolicy, knownHostsPolicy, pinnedPolicy } from "./host-key.ts";
import { forward, jumpChain } from "./jump.ts";
import type { Keyring } from "./keyring.ts";
import { findKeys } from "./keys.ts";
import { type Link, openLink } from "./link.ts";
import { openSession, type Pipe } from "./session.ts";
import { createShells } from "./shells.ts";
import { resolveHost, type SshConfigSource, type SshHost } from "./ssh-config.ts";
import { loadSsh2 } from "./ssh2.ts";
import { openWithRights, type SudoPassword } from "./sudo.ts";
import type { ConnectOptions, SshRoute, Transport } from "./transport.ts";

const closeTimeoutMs = 1000;

/**
 * How long a login that sshd has let in may take to start its first command: pam_systemd waits 90 s for the system bus,
 * which any user can keep busy, and then lets it go on without a session of systemd's.
 */
const loginTimeoutMs = 100_000;

const startTimeoutMs = (o: ConnectOptions & { readonly target: SshHost }) =>
  Math.min(Math.max(loginTimeoutMs, o.target.connectTimeoutMs), Math.max(0, o.startsWithinMs ?? Infinity));

export interface SshPorts {
  readonly config: SshConfigSource;
  readonly keyring: Keyring;
  readonly sudo: SudoPassword;
  readonly onSlow: (text: string) => void;
}

/** One new ssh connection, through jump hosts where the configuration names them. */
export async function connectSsh(route: SshRoute, o: SshPorts & ConnectOptions): Promise<Transport> {
  const target = await resolveHost(route, o.config);
  const chain = [...(await jumpChain(target, o.config)), target];
  const links: Link[] = [];
  const closeAll = async () => {
    for (const link of links.reverse()) await end(link);
    links.length = 0;
  };
  try {
    for (const host of chain) {
      links.push(await openHop(host, { route, ports: o, isTarget: host === target, links }));
    }
    return await openTransport(route, {
      ...(links.at(-1) as Link),
      login: target.user,
      target,
      ...o,
      closeAll,
    });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Hop {
  readonly route: SshRoute;
  readonly ports: SshPorts & { readonly signal?: AbortSignal };
  readonly isTarget: boolean;
  /** The links so far; the last one is the way to this host. */
  readonly links: readonly Link[];
}

async function openHop(host: SshHost, o: Hop): Promise<Link> {
  const { route, ports } = o;
  const pin = o.isTarget ? route.pin : undefined;
  const signal = ports.signal === undefined ? {} : { signal: ports.signal };
  const policy: Promise<HostKeyPolicy> =
    pin === undefined
      ? knownHostsPolicy(host, route.acceptNewHostKey === true)
      : Promise.resolve(pinnedPolicy(host, pin));
  const via = o.links.at(-1);
  const address = pin === undefined ? {} : { address: pin.address };
  const dialling: Promise<{ socket: Duplex; address: string }> =
    via === undefined ? dial(host, { ...address, ...signal }) : forward(via.client, host, pin?.address);
  // Loaded while the host answers: its packet has gone out by then.
  const loading = new Promise(setImmediate).then(loadSsh2);
  const prepared = Promise.all([
    loading,
    policy,
    loading.then((ssh2) =>
      findKeys(ssh2, host, {
        identityFiles: o.isTarget ? (route.identityFiles ?? []) : [],
        keyring: ports.keyring,
      }),
    ),
  ]);
  const [dialled, ready] = await Promise.allSettled([dialling, prepared]);
  if (ready.status === "rejected" || dialled.status === "rejected") {
    if (dialled.status === "fulfilled") dialled.value.socket.destroy();
    throw dialled.status === "rejected" ? dialled.reason : (ready as PromiseRejectedResult).reason;
  }
  const [ssh2, trusted, keys] = ready.value;
  return openLink({
    ssh2,
    stream: dialled.value.socket,
    address: dialled.value.address,
    host,
    policy: trusted,
    keys,
    ...(o.isTarget && route.password !== undefined ? { password: route.password } : {}),
    ...signal,
  });
}

async function openTransport(
  route: SshRoute,
  o: Link &
    SshPorts &
    ConnectOptions & {
      readonly login: string;
      readonly target: SshHost;
      readonly closeAll: () => Promise<void>;
    },
): Promise<Transport> {
  let last: Pipe | undefined;
  const open = async (sudoPassword: string | undefined, signal?: AbortSignal) => {
    const again = last !== undefined;
    await last?.closed; // MaxSessions may be 1.
    const nonce = createNonce();
    last = await openChannel(o.client, bootstrapCommand(nonce, sudoPassword !== undefined), {
      again,
      timeoutMs: again ? o.target.connectTimeoutMs : startTimeoutMs(o),
      onSlow: o.onSlow,
      ...(signal === undefined ? {} : { signal }),
    });
    return openSession(last, {
      nonce,
      timeoutMs: o.target.connectTimeoutMs,
      ...(sudoPassword === undefined ? {} : { sudoPassword }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
  const { session: first, password } = await openWithRights((sudoPassword) => open(sudoPassword, o.signal), {
    given: route.sudoPassword,
    sudo: o.sudo,
  });
  const shells = createShells(first, (signal) => open(password, signal));
  let closing: Promise<void> | undefined;
  return {
    identity: {
      login: o.login,
      privilege: first.privilege,
      ...(first.callerAddress === undefined ? {} : { callerAddress: first.callerAddress }),
      ssh: o.identity,
    },
    run: shells.run,
    close() {
      shells.cancel();
      closing ??= o.closeAll();
      return closing;
    },
  };
}

/**
 * In good order where the host answers; else the socket itself goes, for ssh2 destroys none that it has half ended. A
 * channel through a jump host goes with that host's own link, which is next.
 */
async function end({ client, stream, closed }: Link): Promise<void> {
  client.end();
  await within(closeTimeoutMs, closed);
  stream.destroy();
  await within(closeTimeoutMs, closed);
}
