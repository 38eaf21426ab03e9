/** One round trip: a script of probes to the host, facts back. */
import { HardenError } from "../errors.ts";
import { collectScript, parseCollected } from "../facts/collect.ts";
import type { Facts, Probe } from "../facts/probe.ts";
import { library, planLibrary } from "../host/library.ts";
import { packAhead } from "../transports/bootstrap.ts";
import type { RunResult, Transport } from "../transports/transport.ts";
import type { Ports } from "./ports.ts";

const timeoutMs = 60_000;
const maxBytes = 16 * 1024 * 1024;

/** For a caller that waits for a host: the script of its plan will need that. */
export const prepareCollect = (): void => packAhead(planLibrary);

/** Runs the collect script once and parses what came back. Throws `host` where the answer was cut off. */
export async function collect(
  transport: Transport,
  probes: readonly Probe<unknown>[],
  ports: Ports,
): Promise<Facts> {
  const nonce = ports.random();
  const result = await transport.run(collectScript(probes, nonce), {
    library: probes.some(({ deep }) => deep) ? library : planLibrary,
    timeoutMs,
    maxBytes,
    signal: ports.signal,
  });
  const { facts, complete } = parseCollected(probes, { ...result, nonce });
  if (!complete)
    throw new HardenError("host", cutOff(result), {
      hostState: "nothing was changed",
      hint: "Try again; if it stays, look at the host's load and at what its login shell prints.",
    });
  return facts;
}

function cutOff({ truncated, timedOut, aborted, exit }: RunResult): string {
  if (aborted) return "Reading the host was interrupted.";
  if (truncated) return `The host answered with more than ${maxBytes / 1024 / 1024} MiB.`;
  if (timedOut) return `The host did not answer within ${timeoutMs / 1000} seconds.`;
  if (exit.code !== null)
    return `The host's shell ended with status ${exit.code} before it had read everything.`;
  return "The link was lost while the host was being read.";
}
