import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, openChannel } from "./channel.ts";
import type { ExecOptions, ExecResult } from "./process.ts";

/** QEMU's guest agent: a root shell in the machine that needs neither sshd nor a network. */
export interface Agent {
  /** Ends when nobody holds its output any more: a daemon that its shell left behind would be waited for in vain. */
  exec(script: string, options?: ExecOptions): Promise<ExecResult>;
  /** Forgets what was under way: the machine has been reset. */
  lost(): void;
  close(): void;
}

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly signal?: number;
  readonly "out-data"?: string;
  readonly "err-data"?: string;
}

const environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"];

export async function openAgent(path: string): Promise<Agent> {
  const channel = await openChannel(path);
  let inSync = false;
  let queue: Promise<unknown> = Promise.resolve();

  /** After a reset or a late answer the two sides no longer agree on whose turn it is. */
  async function sync(deadline: number) {
    while (!inSync) {
      const id = randomInt(1 << 30);
      channel.send({ execute: "guest-sync-delimited", arguments: { id } }, Uint8Array.of(0xff));
      inSync = (await channel.receive((message) => message.return === id, 1000)) !== undefined;
      if (!inSync && Date.now() > deadline) throw new Error("the machine's agent does not answer");
    }
  }

  async function callNow(execute: string, args: object, deadline: number): Promise<unknown> {
    await sync(deadline);
    channel.send({ execute, arguments: args });
    const answer = await channel.receive(isAnswer, 10_000);
    if (!answer) {
      inSync = false;
      throw new Error(`the machine's agent does not answer ${execute}`);
    }
    if (answer.error) throw new Error(`${execute}: ${JSON.stringify(answer.error)}`);
    return answer.return;
  }

  function call(execute: string, args: object, deadline: number): Promise<unknown> {
    const answer = queue.then(() => callNow(execute, args, deadline));
    queue = answer.catch(() => undefined);
    return answer;
  }

  return {
    async exec(script, options = {}) {
      const timeoutMs = options.timeoutMs ?? 120_000;
      const deadline = Date.now() + timeoutMs + 10_000;
      const started = (await call(
        "guest-exec",
        {
          path: "/usr/bin/timeout",
          arg: ["-k", "2", String(Math.ceil(timeoutMs / 1000)), "sh", "-c", script],
          env: environment,
          "input-data": Buffer.from(options.stdin ?? "").toString("base64"),
          "capture-output": true,
        },
        deadline,
      )) as { pid: number };
      for (;;) {
        const status = (await call("guest-exec-status", { pid: started.pid }, deadline)) as ExecStatus;
        if (status.exited) return resultOf(status);
        if (Date.now() > deadline) throw new Error(`no end to: ${script.slice(0, 80)}`);
        await sleep(30);
      }
    },
    lost() {
      inSync = false;
    },
    close: () => (channel as Channel).close(),
  };
}

function isAnswer(message: Record<string, unknown>): boolean {
  return "return" in message || "error" in message;
}

function resultOf(status: ExecStatus): ExecResult {
  const text = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString();
  return {
    code: status.exitcode ?? 128 + (status.signal ?? 0),
    stdout: text(status["out-data"]),
    stderr: text(status["err-data"]),
  };
}
