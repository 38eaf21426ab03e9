/** A TCP proxy on loopback between the tool and a host's sshd: a link that can be cut, swallowed, and come back. */
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { TestHost } from "./hosts.ts";

export interface TestLink {
  /** What the tool is told to connect to: a Host alias of the host's ssh configuration. */
  readonly alias: string;
  /** Connections so far, refused ones too. */
  readonly count: () => number;
  /** Ends every open connection by a reset, and refuses new ones until `mend`. */
  cut(): void;
  /** Ends every open connection; new ones pass. */
  reset(): void;
  /** From now on nothing passes, and nobody is told: neither on open connections nor on new ones. */
  swallow(): void;
  mend(): void;
  /** The address that the next connections to the host come from. */
  from(localAddress: string): void;
  /** Calls back once, at the byte from the host that is number `bytes` on connection `number`, counted from 1. */
  after(number: number, bytes: number, act: () => void): void;
  close(): Promise<void>;
}

interface Pair {
  readonly inner: Socket;
  readonly outer: Socket;
}

export async function startLink(host: TestHost, alias = "proxied"): Promise<TestLink> {
  const open = new Set<Pair>();
  /** Taken while the link is a black hole: nothing is ever read of them, not even their end. */
  const held = new Set<Socket>();
  const watched: { number: number; bytes: number; act: () => void }[] = [];
  let state: "open" | "cut" | "swallowing" = "open";
  let localAddress: string | undefined;
  let count = 0;

  const server: Server = createServer((inner) => {
    count++;
    const number = count;
    inner.on("error", () => undefined);
    if (state === "cut") return void inner.resetAndDestroy();
    if (state === "swallowing") {
      held.add(inner);
      inner.on("close", () => held.delete(inner));
      return void inner.pause();
    }
    const outer = connect({ host: host.address, port: host.port, ...(localAddress && { localAddress }) });
    const pair = { inner, outer };
    open.add(pair);
    let received = 0;
    const passes = () => state !== "swallowing";
    inner.on("data", (chunk) => passes() && outer.write(chunk));
    outer.on("data", (chunk) => {
      received += chunk.length;
      const due = watched.filter((each) => each.number === number && each.bytes <= received);
      for (const each of due) {
        watched.splice(watched.indexOf(each), 1);
        each.act();
      }
      if (passes() && !inner.destroyed) inner.write(chunk);
    });
    outer.on("error", () => inner.resetAndDestroy());
    const end = (other: Socket) => () => {
      open.delete(pair);
      if (passes()) other.destroy();
    };
    inner.on("close", end(outer));
    outer.on("close", end(inner));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  name(host, { alias, port });

  const drop = () => {
    for (const inner of held) inner.destroy();
    for (const { inner, outer } of open) {
      inner.resetAndDestroy();
      outer.destroy();
    }
  };
  return {
    alias,
    count: () => count,
    cut() {
      state = "cut";
      drop();
    },
    reset: drop,
    swallow: () => {
      state = "swallowing";
      // Not even an end passes.
      for (const { inner, outer } of open) for (const each of [inner, outer]) each.pause();
    },
    mend() {
      state = "open";
      drop();
    },
    from(address) {
      localAddress = address;
    },
    after: (number, bytes, act) => void watched.push({ number, bytes, act }),
    close() {
      state = "cut";
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The host's key is known under the host's own name; a connection that is swallowed is given up soon. */
function name(host: TestHost, { alias, port }: { readonly alias: string; readonly port: number }): void {
  const config = join(host.home, ".ssh/config");
  const lines = [
    ...[`Host ${alias}`, "  HostName 127.0.0.1", `  Port ${port}`, `  HostKeyAlias ${host.address}`],
    ...["  User root", "  ConnectTimeout 4", ""],
  ];
  // The first value counts, so a port of before must not be found first.
  writeFileSync(config, lines.join("\n") + readFileSync(config, "utf8"));
}
