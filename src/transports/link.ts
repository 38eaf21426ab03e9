/**
 * A dead link is noticed after `interval` × (`count` + 1), in milliseconds. Not sooner: a busy host answers nothing for
 * seconds, and TCP itself survives such a pause.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { NegotiatedAlgorithms } from "ssh2";
import { HardenError } from "../errors.ts";
import { clientAlgorithms, hostKeyOrder } from "./algorithms.ts";
import { createAuth } from "./auth.ts";
import { createClock } from "./clock.ts";
import type { HostKeyPolicy } from "./host-key.ts";
import { keyType } from "./host-key.ts";
import type { KeyList } from "./keys.ts";
import { fingerprint, knownName } from "./known-hosts.ts";
import { explainLoss } from "./loss.ts";
import type { SshHost } from "./ssh-config.ts";
import type { Ssh2, SshClient } from "./ssh2.ts";
import type { SshLink } from "./transport.ts";

const keepalive = { interval: 5000, count: 2 };

/**
 * Sends no keepalive until it is stopped: a login that waits for systemd (PAM) answers none, however alive the host is.
 * ssh2 has no public word for it.
 */
export function holdKeepalive(client: SshClient): { readonly stop: () => void } {
  const reset = () => (client as SshClient & { _resetKA?(): void })._resetKA?.();
  const timer = setInterval(reset, keepalive.interval / 2);
  return { stop: () => clearInterval(timer) };
}

type OnRefusal = (protocol: unknown, methods: string[], partial: boolean) => void;

/** Calls `hear` at each answer of the server that is no, or not yet, before ssh2 goes on. ssh2 has no public word for it. */
function onRefusal(client: SshClient, hear: (methods: readonly string[], partial: boolean) => void): void {
  const { _protocol: protocol } = client as SshClient & {
    readonly _protocol: { readonly _handlers: { USERAUTH_FAILURE: OnRefusal } };
  };
  const goOn = protocol._handlers.USERAUTH_FAILURE;
  protocol._handlers.USERAUTH_FAILURE = (from, methods, partial) => {
    hear(methods, partial);
    goOn(from, methods, partial);
  };
}

export interface LinkOptions {
  readonly ssh2: Ssh2;
  /** Connected to `host`: a socket, or a channel through a jump host. */
  readonly stream: Duplex;
  readonly address: string;
  readonly host: SshHost;
  readonly policy: HostKeyPolicy;
  readonly keys: KeyList;
  /** See `SshRoute.password`. */
  readonly password?: string;
  readonly signal?: AbortSignal;
}

export interface Link {
  readonly client: SshClient;
  /** What the connection goes over: the socket, or a channel through a jump host. */
  readonly stream: Duplex;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  readonly identity: SshLink;
}

/**
 * Handshake, host key and login over an open stream; the stream is destroyed when one of them fails.
 * `connectTimeoutMs` holds for each step, not counting the time that a person takes for a passphrase.
 */
export function openLink(o: LinkOptions): Promise<Link> {
  const { ssh2, host } = o;
  const login = `${host.user}@${knownName({ hostname: host.hostname, port: host.port })}`;
  const client = new ssh2.Client();
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  let negotiated: NegotiatedAlgorithms | undefined;
  let hostKey: Buffer | undefined;
  return new Promise<Link>((resolve, reject) => {
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clock.stop();
      o.signal?.removeEventListener("abort", abort);
      act();
    };
    const fail = (error: HardenError) =>
      settle(() => {
        client.destroy();
        o.stream.destroy();
        reject(error);
      });
    const abort = () => fail(new HardenError("connect", "Cancelled.", { cause: o.signal?.reason }));
    const clock = createClock(host.connectTimeoutMs, () =>
      fail(explainLoss({ kind: "timeout", host, negotiated })),
    );
    const auth = createAuth(ssh2, o.keys, {
      user: host.user,
      clock,
      ...(o.password === undefined ? {} : { password: o.password }),
    });

    // Stays for the connection's life: a later error also closes it, and `close` is what others wait for.
    client.on("error", (error: Error & { level?: string }) => {
      if (error.level === "agent") return; // ssh2 goes on with the next key.
      if (error.level === "client-authentication") fail(auth.failure(login));
      else fail(explainLoss({ kind: "error", host, negotiated, error, offered: auth.offered().count }));
    });
    client.on("close", () => fail(explainLoss({ kind: "closed", host, negotiated })));
    client.on("handshake", (algorithms) => {
      negotiated ??= algorithms;
      clock.start();
    });
    client.on("ready", () => {
      const { count, last, password } = auth.offered();
      if (negotiated === undefined || hostKey === undefined || (last === undefined && !password)) {
        fail(
          new HardenError("connect", `${login} let us in without a key or a password.`, {
            hint: "This tool needs a key login, or --ask-password.",
          }),
        );
        return;
      }
      const identity: SshLink = {
        address: o.address,
        port: host.port,
        direct: o.stream instanceof Socket,
        hostKeyFingerprint: fingerprint(hostKey),
        hostKeyType: keyType(hostKey),
        auth: password ? "password" : "publickey",
        ...(password || last === undefined ? {} : { keyFingerprint: last.fingerprint }),
        keysOffered: count,
        keysHeld: o.keys.keys.map(({ fingerprint }) => fingerprint),
        algorithms: {
          kex: negotiated.kex,
          hostKey: negotiated.serverHostKey,
          cipher: negotiated.cs.cipher,
          mac: negotiated.cs.mac,
        },
      };
      settle(() => resolve({ client, stream: o.stream, closed, identity }));
    });
    o.signal?.addEventListener("abort", abort, { once: true });
    if (o.signal?.aborted) return abort();
    if (o.stream.destroyed) return fail(explainLoss({ kind: "closed", host, negotiated }));
    clock.start();
    client.connect({
      sock: o.stream,
      username: host.user,
      readyTimeout: 0,
      keepaliveInterval: keepalive.interval,
      keepaliveCountMax: keepalive.count,
      algorithms: {
        kex: [...clientAlgorithms.kex],
        cipher: [...clientAlgorithms.ciphers],
        hmac: [...clientAlgorithms.macs],
        serverHostKey: hostKeyOrder(o.policy.types),
        compress: ["none"],
      },
      hostVerifier: (key: Buffer, verify: (good: boolean) => void) => {
        if (hostKey?.equals(key)) return verify(true); // A later key exchange.
        clock.stop();
        o.policy.verify(key).then(
          () => {
            hostKey = Buffer.from(key);
            clock.start();
            verify(true);
          },
          (error: HardenError) => {
            fail(error);
            verify(false);
          },
        );
      },
      authHandler: (() => {
        clock.start();
        return auth.next();
      }) as never,
    });
    onRefusal(client, auth.refused);
  });
}
