/** An ssh server in this process that does what a test wants, for hosts and links that misbehave. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import { createConnect } from "../../src/transports/connect.ts";
import type { Connect, SshRoute } from "../../src/transports/transport.ts";
import { generateKey } from "./real-sshd.ts";

export interface TestServer {
  readonly route: SshRoute;
  /** Knows the server's key, has one key to offer, and nobody to ask. */
  readonly connect: Connect;
  readonly folder: string;
  readonly knownHosts: string;
  /** Every socket so far, to cut. */
  readonly sockets: readonly Socket[];
  readonly hostKey: { readonly type: string; readonly line: string };
  stop(): Promise<void>;
}

export interface Behaviour {
  /** Gets each exec with its nonce. */
  onExec?: (channel: ServerChannel, o: { nonce: string; client: Connection; count: number }) => void;
  /** Whether the nth exec is accepted at all, and when, or never answered. */
  acceptExec?: (count: number) => boolean | "never" | Promise<boolean>;
  /** Whether a login attempt is accepted. */
  accept?: (attempt: { method: string; count: number }) => boolean;
  readonly connectTimeoutS?: number;
  readonly onSlow?: (login: string, text: string) => void;
}

export async function startServer(behaviour: Behaviour): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "harden-server-"));
  const hostKey = join(folder, "host");
  generateKey(hostKey, "ed25519");
  const line = readFileSync(`${hostKey}.pub`, "utf8").trim();
  const sockets: Socket[] = [];
  let execs = 0;
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    let attempts = 0;
    client.on("error", () => {});
    client.on("authentication", (context) => {
      const signed = context.method !== "publickey" || context.signature !== undefined;
      if (signed) attempts++;
      if (behaviour.accept?.({ method: context.method, count: attempts }) ?? context.method === "publickey") {
        context.accept();
      } else context.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      const session = accept();
      session.on("signal", (acceptSignal) => acceptSignal?.());
      session.on("exec", async (acceptExec, reject, info) => {
        execs++;
        const answer = await behaviour.acceptExec?.(execs);
        if (answer === "never") return;
        if (answer === false) return reject();
        const nonce = /'([0-9a-f]{32})'/.exec(info.command)?.[1] ?? "";
        const channel = acceptExec();
        channel.on("error", () => {});
        behaviour.onExec?.(channel, { nonce, client, count: execs });
      });
    });
  });
  // ssh2's own server keeps its sockets to itself.
  (server as unknown as { _srv: { on(e: "connection", f: (socket: Socket) => void): void } })._srv.on(
    "connection",
    (socket) => sockets.push(socket),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  generateKey(join(folder, "id"), "ed25519");
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${line}\n`);
  const config = join(folder, "config");
  writeFileSync(
    config,
    [
      `UserKnownHostsFile ${knownHosts}`,
      "GlobalKnownHostsFile none",
      `IdentityFile ${join(folder, "id")}`,
      `ConnectTimeout ${behaviour.connectTimeoutS ?? 5}`,
      "",
    ].join("\n"),
  );
  return {
    route: { kind: "ssh", host: "127.0.0.1", port, user: "tester" },
    connect: createConnect({
      askSecret: async () => undefined,
      sshConfig: { file: config, env: {} },
      ...(behaviour.onSlow && { onSlow: behaviour.onSlow }),
    }),
    folder,
    knownHosts,
    sockets,
    hostKey: { type: "ssh-ed25519", line },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Answers the bootstrap as a root shell would, and calls back with the whole script. */
export function rootShell(
  channel: ServerChannel,
  nonce: string,
  onScript: (script: string) => void = () => {},
): void {
  channel.stderr.write(`${nonce} ready\n`);
  channel.write(`${nonce} ready root 10.0.0.1 1 10.0.0.2 22\n`);
  let sent = Buffer.alloc(0);
  channel.on("data", (chunk: Buffer) => {
    sent = Buffer.concat([sent, chunk]);
    const packed = sent.indexOf("\n") + 1;
    if (packed > 0 && sent.length - packed === Number.parseInt(sent.toString("latin1"), 10))
      onScript(gunzipSync(sent.subarray(packed)).toString());
  });
}

/** Ends a run as the stage does. */
export function endRun(channel: ServerChannel, nonce: string, status = 0): void {
  channel.stderr.write(`${nonce} end ${status}\n`);
  channel.write(`${nonce} end ${status}\n`);
  channel.exit(0);
  channel.end();
}
