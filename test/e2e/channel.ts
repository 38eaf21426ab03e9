import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

type Json = Record<string, unknown>;

/** JSON, one object a line, over a Unix socket: what QEMU's monitor and its guest agent both speak. */
export interface Channel {
  send(message: Json, prefix?: Uint8Array): void;
  /** The next object that the test accepts; earlier ones are dropped. Undefined when none came in time. */
  receive(accept: (message: Json) => boolean, timeoutMs: number): Promise<Json | undefined>;
  close(): void;
}

export async function openChannel(path: string): Promise<Channel> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);

  const inbox: Json[] = [];
  let rest = "";
  let closed = false;
  socket.on("close", () => {
    closed = true;
  });
  socket.setEncoding("latin1");
  socket.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      try {
        inbox.push(JSON.parse(line.replace(/^.*\xff/, "")));
      } catch {
        // The tail of an answer that a reset cut off.
      }
    }
  });

  return {
    send(message, prefix) {
      if (prefix) socket.write(prefix);
      socket.write(`${JSON.stringify(message)}\n`);
    },
    async receive(accept, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        while (inbox.length > 0) {
          const message = inbox.shift()!;
          if (accept(message)) return message;
        }
        if (closed || Date.now() > deadline) return undefined;
        await sleep(10);
      }
    },
    close() {
      socket.destroy();
    },
  };
}
