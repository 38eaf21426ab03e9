/** How long a channel may take to close once its shell has ended: milliseconds. */
import type { ClientChannel } from "ssh2";
import { HardenError } from "../errors.ts";
import { oneLine } from "../text.ts";
import { holdKeepalive } from "./link.ts";
import { exitGraceMs, linkLost, type Pipe } from "./session.ts";
import type { SshClient } from "./ssh2.ts";

const closeTimeoutMs = 2000;

/** When a command that has not started yet is told of: milliseconds. */
const slowMs = 10_000;

const suspects =
  "A login waits for systemd and its bus, which any user of the host can keep busy. This shows on a console who does: ss -xpH | grep -o '\"[^,]*,pid=[0-9]*' | sort | uniq -c | sort -n | tail -n 3";

/** sshd may count the session before as open for a moment after its channel was closed: waits in ms between tries. */
const retryAfterMs = [10, 30, 100, 300];

export interface ChannelOptions {
  readonly signal?: AbortSignal;
  /** This connection has had a session before, so a refusal may be MaxSessions and pass by. */
  readonly again: boolean;
  /** How long the command may take to start. */
  readonly timeoutMs: number;
  /** Is told once that it takes long, and what may be waited for. */
  readonly onSlow: (text: string) => void;
}

/**
 * Starts a command on a new channel.
 * @throws HardenError `connect` when the link is gone, `host` when sshd refuses the channel
 */
export async function openChannel(client: SshClient, command: string, o: ChannelOptions): Promise<Pipe> {
  for (const ms of o.again ? retryAfterMs : []) {
    const pipe = await tryChannel(client, command, o).catch((error: HardenError) => {
      if (error.code !== "host") throw error;
    });
    if (pipe !== undefined) return pipe;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  return tryChannel(client, command, o);
}

function tryChannel(client: SshClient, command: string, o: ChannelOptions): Promise<Pipe> {
  const { signal, timeoutMs } = o;
  return new Promise((resolve, reject) => {
    const done = (act: () => void) => {
      clearTimeout(timer);
      clearTimeout(slow);
      quiet?.stop();
      client.off("close", lost);
      signal?.removeEventListener("abort", abort);
      act();
    };
    const lost = () => done(() => reject(linkLost()));
    const abort = () =>
      done(() => reject(new HardenError("connect", "Cancelled.", { cause: signal?.reason })));
    const timer = setTimeout(() => {
      client.destroy();
      done(() =>
        reject(
          new HardenError("host", `The host did not start a command within ${timeoutMs / 1000} s.`, {
            hint: `${suspects}. Or it is under heavy load (top). Then try again.`,
          }),
        ),
      );
    }, timeoutMs);
    const slow = setTimeout(() => {
      const left = Math.round((timeoutMs - slowMs) / 1000);
      o.onSlow(
        `sshd let the login in ${slowMs / 1000} s ago, and starts no command; ${left} s are left. ${suspects}`,
      );
    }, slowMs);
    const quiet = o.again ? undefined : holdKeepalive(client);
    client.once("close", lost);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) return abort();
    try {
      client.exec(command, (error, channel) => {
        if (error) done(() => reject(refused(error)));
        else done(() => resolve(pipeOf(client, channel)));
      });
    } catch (error) {
      done(() => reject(linkLost(error)));
    }
  });
}

function pipeOf(client: SshClient, channel: ClientChannel): Pipe {
  let signal: string | undefined;
  const exited = new Promise<void>((resolve) => {
    channel.on("exit", (_code: number | null, name?: string) => {
      signal = name;
      resolve();
    });
  });
  const closed = new Promise<{ signal?: string }>((resolve) => {
    const end = () => {
      client.off("close", end);
      resolve(signal === undefined ? {} : { signal });
    };
    channel.on("close", end);
    client.on("close", end);
    void exited.then(() => setTimeout(end, exitGraceMs).unref());
  });
  channel.on("error", () => {});

  /** sshd counts a session until its shell has ended and its channel is closed, in this order. */
  const drop = (patienceMs: number) => {
    for (const stream of [channel, channel.stderr]) {
      stream.removeAllListeners("data");
      stream.resume(); // ssh2 closes a channel only once it is read to its end.
    }
    const timer = setTimeout(() => channel.close(), patienceMs);
    // A host that sends on and never answers the close loses the whole connection.
    const last = setTimeout(() => client.destroy(), 2 * patienceMs);
    for (const each of [timer, last]) each.unref();
    void exited.then(() => channel.close());
    void closed.then(() => {
      clearTimeout(timer);
      clearTimeout(last);
    });
  };
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    closed,
    kill() {
      try {
        channel.signal("KILL");
      } catch {
        // Closed already.
      }
      drop(closeTimeoutMs);
    },
    // It has said its last line: a host under load may take its time over the rest.
    release: () => drop(5 * closeTimeoutMs),
  };
}

function refused(error: Error): HardenError {
  if (/no response|not connected/i.test(error.message)) return linkLost(error);
  return new HardenError("host", `sshd refused to start a command: ${oneLine(error.message)}.`, {
    hint: "Is MaxSessions 0 on the host, or the login restricted to forwarding?",
    hostState: "nothing was started",
    cause: error,
  });
}
