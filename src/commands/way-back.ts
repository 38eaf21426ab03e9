/** Rolling back now, and waiting for a host that rolls back by itself. */
import { type Answer, send } from "../host/executor.ts";
import { rollbackScript, statusScript } from "../host/script.ts";
import type { Route, Transport } from "../transports/transport.ts";
import type { Applied } from "./applied.ts";
import type { Ports } from "./ports.ts";
import { pinned } from "./prove.ts";

/** A run of which nobody knows yet how it ends. */
export interface Unsettled {
  readonly target: string;
  /** The way in as it was before the run. */
  readonly route: Route;
  /** The connection that the run was started over; it often outlives what a new login does not. */
  readonly transport: Transport;
  readonly run: string;
}

const scriptTimeoutMs = 10 * 60 * 1000;

function toApplied(answer: Answer, { run }: Unsettled, why: string): Applied | undefined {
  switch (answer.outcome) {
    case "rolled-back":
      return { outcome: "rolled back", run, why, notes: answer.notes };
    case "confirmed":
      return { outcome: "confirmed", run, checks: [], notes: answer.notes };
    case "unknown-run":
      return {
        outcome: "rolled back",
        run,
        why: `${why}; the host knows no such run: nothing was changed`,
        notes: [],
      };
    default:
      return undefined;
  }
}

/** Runs a script over a new connection, pinned to the host that we know; undefined where there is none to be had. */
async function overNew(unsettled: Unsettled, script: string, ports: Ports): Promise<Answer | undefined> {
  const route = pinned(unsettled.route, unsettled.transport);
  try {
    // Not the command's own signal: this is what an interrupt is for.
    const transport = await ports.connect(route);
    try {
      return await send(transport, script, { run: unsettled.run, timeoutMs: scriptTimeoutMs });
    } finally {
      await transport.close();
    }
  } catch {
    return undefined;
  }
}

/** Asks the host to roll back now; where it can't be reached, it does so by itself. */
export async function backNow(unsettled: Unsettled, why: string, ports: Ports): Promise<Applied> {
  ports.emit({ kind: "say", target: unsettled.target, level: "warn", text: `rolling back now: ${why}` });
  const answer = await overNew(unsettled, rollbackScript(unsettled.run), ports);
  const applied = answer && toApplied(answer, unsettled, why);
  return applied ?? waitForHost(unsettled, why, ports);
}

/** Spaced tries, few: a host counts logins that fail. */
const pauses = [5, 15, 30, 60, 60, 60] as const;

/** Waits until the host says how the run ended: over the old connection while it lasts, else over new ones. */
export async function waitForHost(unsettled: Unsettled, why: string, ports: Ports): Promise<Applied> {
  const script = statusScript(unsettled.run, { until: "run" });
  const old = await send(unsettled.transport, script, {
    run: unsettled.run,
    timeoutMs: scriptTimeoutMs,
  }).catch(() => undefined);
  const seen = old && toApplied(old, unsettled, why);
  if (seen !== undefined) return seen;
  for (const pause of pauses) {
    const text = `waiting for the host, which rolls back by itself; next look in ${pause} s`;
    ports.emit({ kind: "countdown", target: unsettled.target, text });
    await ports.wait(pause * 1000);
    const answer = await overNew(unsettled, script, ports);
    const applied = answer && toApplied(answer, unsettled, why);
    if (applied !== undefined) return applied;
  }
  return { outcome: "unknown", run: unsettled.run, why };
}
