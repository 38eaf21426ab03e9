/** How long output may still come after the shell has ended, in milliseconds. */
import type { Readable, Writable } from "node:stream";
import { HardenError } from "../errors.ts";
import { frameScript } from "./bootstrap.ts";
import { createFrame } from "./frame.ts";
import { createLines } from "./lines.ts";
import { notReady, privilegeOf } from "./ready.ts";
import type { Privilege, RunResult, ScriptOptions } from "./transport.ts";
export const exitGraceMs = 1000;

/** A started bootstrap, over ssh or on this machine. */
export interface Pipe {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once both outputs have ended, the shell has been gone for a while, or the link is lost. */
  readonly closed: Promise<{ readonly signal?: string }>;
  /** Stops what can be stopped and stops reading; `closed` follows, but perhaps late. */
  kill(): void;
  /** Lets go of a shell that has ended, even if a child of it still holds the outputs. */
  release(): void;
}

/** A shell that has printed its ready line and waits for one script. */
export interface Session {
  readonly privilege: Privilege;
  /** The first word of the host's SSH_CONNECTION. */
  readonly callerAddress?: string;
  run(script: string, o: ScriptOptions): Promise<RunResult>;
  /** Ends a shell that got no script. */
  cancel(): void;
}

export interface SessionOptions {
  readonly nonce: string;
  readonly sudoPassword?: string;
  /** For the ready line, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What a stream handed over, and what is still to come of it. */
interface Sink {
  accept(bytes: Buffer, stream: "stdout" | "stderr"): void;
}

/**
 * Waits for the ready line, answering sudo's prompt at most once.
 * @throws HardenError `host` when the shell ends, sudo refuses, or nothing comes in time.
 */
export async function openSession(pipe: Pipe, o: SessionOptions): Promise<Session> {
  let sink: Sink | undefined;
  let wake: () => void = () => {};
  const out = createFrame(o.nonce, (bytes) => sink?.accept(bytes, "stdout"));
  const err = createFrame(o.nonce, (bytes) => sink?.accept(bytes, "stderr"));
  let ended: { readonly signal?: string } | undefined;
  const closed = () => ended;
  pipe.stdout.on("data", (chunk: Buffer) => {
    out.push(chunk);
    wake();
  });
  pipe.stderr.on("data", (chunk: Buffer) => {
    err.push(chunk);
    wake();
  });
  pipe.stdin.on("error", () => {}); // A lost link is seen as `closed`; a write into it must not throw.
  void pipe.closed.then((how) => {
    ended = how;
    wake();
  });

  const until = (done: () => boolean, timeoutMs: number, signal?: AbortSignal) =>
    new Promise<"done" | "timeout" | "abort">((resolve) => {
      const finish = (how: "done" | "timeout" | "abort") => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        wake = () => {};
        resolve(how);
      };
      const abort = () => finish("abort");
      const timer = setTimeout(() => finish("timeout"), timeoutMs);
      signal?.addEventListener("abort", abort, { once: true });
      wake = () => {
        if (done()) finish("done");
      };
      if (signal?.aborted) abort();
      else wake();
    });

  const overflow = () => out.overflow() || err.overflow();
  const prompts = () => err.noise().split(`${o.nonce} password`).length - 1;
  let answered = false;
  const how = await until(
    () => {
      if (!answered && o.sudoPassword !== undefined && prompts() > 0) {
        answered = true;
        pipe.stdin.write(`${o.sudoPassword}\n`);
      }
      // sshd may pass on stdout first: what sudo said on stderr is complete only with its ready line.
      return (
        (out.ready() !== undefined && err.ready() !== undefined) ||
        closed() !== undefined ||
        prompts() > 1 ||
        overflow()
      );
    },
    o.timeoutMs,
    o.signal,
  );
  const ready = out.ready();
  if (how !== "done" || ready === undefined) {
    pipe.kill();
    if (how === "abort") throw new HardenError("connect", "Cancelled.", { cause: o.signal?.reason });
    throw notReady({
      how: overflow() ? "overflow" : how,
      prompts: prompts(),
      noise: `${out.noise()}\n${err.noise()}`,
      nonce: o.nonce,
    });
  }
  const [level, caller] = ready.split(" ");

  return {
    privilege: privilegeOf(level, err.noise()),
    ...(caller ? { callerAddress: caller } : {}),
    cancel: () => pipe.stdin.end(),
    async run(script, run) {
      const framed = await frameScript(script, o.nonce, run.library);
      if (closed() !== undefined) {
        throw linkLost();
      }
      const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      const lines = {
        stdout: createLines((line) => run.onLine?.(line, "stdout")),
        stderr: createLines((line) => run.onLine?.(line, "stderr")),
      };
      let bytes = 0;
      let truncated = false;
      sink = {
        accept(data, stream) {
          const room = data.subarray(0, Math.max(0, run.maxBytes - bytes));
          bytes += data.length;
          truncated ||= room.length < data.length;
          if (room.length === 0) return;
          chunks[stream].push(room);
          if (run.onLine !== undefined) lines[stream].push(room);
        },
      };
      pipe.stdin.write(framed);
      const finished = () => closed() !== undefined || (out.end() !== undefined && err.end() !== undefined);
      const how = await until(() => truncated || overflow() || finished(), run.timeoutMs, run.signal);
      truncated ||= overflow();
      sink = undefined;
      lines.stdout.flush();
      lines.stderr.flush();
      const whole = how === "done" && !truncated;
      if (whole) pipe.release();
      else pipe.kill();
      return {
        exit: {
          code: whole ? (out.end() ?? null) : null,
          ...(closed()?.signal === undefined ? {} : { signal: closed()?.signal as string }),
        },
        stdout: Buffer.concat(chunks.stdout),
        stderr: Buffer.concat(chunks.stderr),
        truncated,
        timedOut: how === "timeout",
        aborted: how === "abort",
      };
    },
  };
}

export function linkLost(cause?: unknown): HardenError {
  return new HardenError("connect", "The connection was lost before the script was sent.", {
    hint: "Try again.",
    hostState: "nothing was started",
    ...(cause === undefined ? {} : { cause }),
  });
}
