import type { ClientChannel } from "ssh2";
import { HardenError } from "../errors.ts";
import { oneLine } from "../text.ts";
import { exitGraceMs, type Pipe } from "./session.ts";
import type { SshClient } from "./ssh2.ts";

/** How long a channel may take to open, and to close once it is to: milliseconds. */
const openTimeoutMs = 10_000;
const closeTimeoutMs = 2000;

/**
 * Starts a command on a new channel.
 * @throws HardenError `connect` when the link is gone, `host` when sshd refuses the channel
 */
export function openChannel(client: SshClient, command: string, signal?: AbortSignal): Promise<Pipe> {
  return new Promise((resolve, reject) => {
    const done = (act: () => void) => {
      clearTimeout(timer);
      client.off("close", lost);
      signal?.removeEventListener("abort", abort);
      act();
    };
    const lost = () => done(() => reject(linkLost()));
    const abort = () =>
      done(() => reject(new HardenError("connect", "Cancelled.", { cause: signal?.reason })));
    const timer = setTimeout(() => {
      client.destroy();
      done(() => reject(new HardenError("host", "The host did not start a command in time.")));
    }, openTimeoutMs);
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
  const drop = () => {
    for (const stream of [channel, channel.stderr]) {
      stream.removeAllListeners("data");
      stream.resume(); // ssh2 closes a channel only once it is read to its end.
    }
    channel.close();
    // A host that sends on and never answers the close loses the whole connection.
    const timer = setTimeout(() => client.destroy(), closeTimeoutMs);
    timer.unref();
    void closed.then(() => clearTimeout(timer));
  };
  const closed = new Promise<{ signal?: string }>((resolve) => {
    let signal: string | undefined;
    channel.on("exit", (_code: number | null, name?: string) => {
      signal = name;
      setTimeout(resolveClosed, exitGraceMs).unref();
    });
    const resolveClosed = () => {
      client.off("close", resolveClosed);
      resolve(signal === undefined ? {} : { signal });
    };
    channel.on("close", resolveClosed);
    client.on("close", resolveClosed);
  });
  channel.on("error", () => {});
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
      drop();
    },
    release: drop,
  };
}

function linkLost(cause?: unknown): HardenError {
  return new HardenError("connect", "The connection was lost before the script was sent.", {
    hostState: "nothing was started",
    ...(cause === undefined ? {} : { cause }),
  });
}

function refused(error: Error): HardenError {
  if (/no response|not connected/i.test(error.message)) return linkLost(error);
  return new HardenError("host", `sshd refused to start a command: ${oneLine(error.message)}.`, {
    hint: "Is MaxSessions 0 on the host, or the login restricted to forwarding?",
    hostState: "nothing was started",
    cause: error,
  });
}
