/** What a host remembers of its runs, and who holds it. */
import { HardenError } from "../errors.ts";
import { readFact } from "../facts/probe.ts";
import { type RunFact, runs } from "../facts/runs.ts";
import type { Answer } from "../host/executor.ts";
import { type Next, nextAt } from "../next.ts";
import { nextFor } from "../plan/unsettled.ts";
import type { Transport } from "../transports/transport.ts";
import { collect } from "./collect.ts";
import type { Ports } from "./ports.ts";

/** What can be known of a host without runs. */
export const noRecord =
  "There is no record of harden on this host: it was never applied here, or was uninstalled.";

/** All runs that the host remembers, oldest first. */
export async function runsOf(transport: Transport, ports: Ports): Promise<readonly RunFact[]> {
  const fact = readFact(await collect(transport, [runs], ports), runs);
  if (fact.state === "present") return fact.value;
  if (fact.state === "absent") return [];
  throw new HardenError("host", `The runs could not be read: ${fact.why}.`, {
    hint: "Try again; if it stays, look at /var/lib/harden on the host.",
  });
}

/** The run of that id. Throws HardenError `host` where there is none. */
export function theRun(all: readonly RunFact[], id: string, target: string): RunFact {
  const found = all.find((run) => run.id === id);
  if (found !== undefined) return found;
  throw new HardenError("host", `There is no run ${id} on ${target}.`, {
    hint: all.length === 0 ? noRecord : `It has ${all.map((run) => run.id).join(", ")}.`,
  });
}

/** For what a host answers at once: ms. */
export const timeoutMs = 60_000;

/** Whoever holds the host, as far as it tells. */
export function held(target: string, holder: Answer["holder"], next: Next): HardenError {
  const { by = "-", who = "", since = "", state = "" } = holder ?? {};
  if (by === "-")
    return new HardenError(
      "locked",
      `The lock of harden's journal on ${target} is held by another process.`,
      {
        hint: "Try again; if it stays, see on the host who holds it: lsof /var/lib/harden",
        hostState: "nothing was changed",
      },
    );
  return new HardenError("locked", `${target} is held by run ${by} of ${who}, since ${since} (${state}).`, {
    hint: nextFor({ state, run: by }, nextAt(next, target)),
    hostState: "nothing was changed",
  });
}
