/** More jump hosts than this are taken for a loop in the configuration. */
import type { Duplex } from "node:stream";
import { HardenError } from "../errors.ts";
import { oneLine } from "../text.ts";
import { knownName } from "./known-hosts.ts";
import { resolveHost, type SshConfigSource, type SshHost } from "./ssh-config.ts";
import type { SshClient } from "./ssh2.ts";
import { parseTarget } from "./target.ts";

const hopLimit = 8;

/** The jump hosts before `target`, in order; the first one's own ProxyJump comes before it, like in ssh. */
export async function jumpChain(target: SshHost, source: SshConfigSource): Promise<readonly SshHost[]> {
  const hops: SshHost[] = [];
  let jumps = target.jumps;
  while (jumps.length > 0) {
    if (hops.length + jumps.length > hopLimit) {
      throw new HardenError("connect", `${target.alias} has more than ${hopLimit} jump hosts.`, {
        hint: "Does a ProxyJump lead back to itself?",
      });
    }
    const resolved = await Promise.all(jumps.map((jump) => resolveHost(parseTarget(jump), source)));
    hops.unshift(...resolved);
    jumps = resolved[0]?.jumps ?? [];
  }
  return hops;
}

const hint = "See whether the jump host reaches it: ssh JUMP, and ssh from there.";

/** A TCP stream to `host` that the last jump host opens for us. */
export function forward(
  client: SshClient,
  host: SshHost,
  address = host.hostname,
): Promise<{ socket: Duplex; address: string }> {
  const name = knownName({ hostname: host.hostname, port: host.port });
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      client.off("close", lost);
    };
    const lost = () => {
      done();
      reject(new HardenError("connect", `The jump host was lost on the way to ${name}.`, { hint }));
    };
    const timer = setTimeout(() => {
      done();
      reject(new HardenError("connect", `The jump host got no answer from ${name} in time.`, { hint }));
    }, host.connectTimeoutMs);
    client.once("close", lost);
    const opened: Parameters<SshClient["forwardOut"]>[4] = (error, channel) => {
      done();
      if (error === undefined || error === null) {
        channel.on("error", () => {});
        return resolve({ socket: channel, address });
      }
      reject(
        new HardenError("connect", `The jump host cannot connect to ${name}: ${oneLine(error.message)}.`, {
          hint: "Does its sshd allow forwarding (AllowTcpForwarding), and does it reach that address?",
          cause: error,
        }),
      );
    };
    try {
      client.forwardOut("127.0.0.1", 0, address, host.port, opened);
    } catch {
      lost(); // Already.
    }
  });
}
