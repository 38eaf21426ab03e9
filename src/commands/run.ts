/** One host's run: packages, changes, the proof over a new connection, confirm; or the way back. */
import type { HostEvent } from "../host/events.ts";
import { type Answer, send } from "../host/executor.ts";
import { runtimeText } from "../host/runtime.ts";
import {
  beginScript,
  confirmScript,
  consoleCommand,
  continueScript,
  numbered,
  type Run,
} from "../host/script.ts";
import type { Work } from "../plan/steps.ts";
import type { Route, Transport } from "../transports/transport.ts";
import type { Applied } from "./applied.ts";
import type { Ports } from "./ports.ts";
import { type Proof, type Proving, prove } from "./prove.ts";
import { settleLocal } from "./settle-local.ts";
import { backNow, type Unsettled, waitForHost } from "./way-back.ts";

export interface RunOptions {
  /** Seconds from the end of the apply until the host rolls back by itself. */
  readonly confirmTimeout: number;
  /** False: leave the run pending, for `harden confirm`. */
  readonly confirm: boolean;
}

/** A run to be made: from a plan, or from an earlier run that is to be undone. */
export interface Runnable {
  readonly target: string;
  readonly route: Route;
  readonly transport: Transport;
  readonly run: Run;
  readonly prepare: readonly Work[];
  readonly apply: readonly Work[];
  /** After `prepare`: facts anew; the work that is left, or why it goes beyond what was announced. */
  readonly refine: () => Promise<{ readonly work: readonly Work[] } | { readonly beyond: string }>;
  readonly proving: Proving;
}

/** For packages and slow services; the host's own dead-man is renewed before each step. */
export const applyTimeoutSeconds = 600;
const scriptTimeoutMs = 30 * 60 * 1000;

export async function makeRun(input: Runnable, options: RunOptions, ports: Ports): Promise<Applied> {
  const { run, transport } = input;
  const interrupt = backOnInterrupt(input, ports);
  try {
    const began = await changeHost(input, ports);
    const back = await interrupt.done();
    if (back !== undefined) return back;
    if (began.outcome !== "waiting") return ended(began, input, ports);
    const seconds = began.seconds ?? options.confirmTimeout;
    const deadline = ports.now() + seconds * 1000;
    ports.emit({ kind: "say", target: input.target, level: "info", text: waitingText(run.id, seconds) });
    if (!options.confirm) return { outcome: "to be confirmed", run: run.id, seconds };
    if (input.route.kind === "local") return await settleLocal(input, { ports, deadline });
    const proof = await prove(input.proving, ports, deadline);
    const interrupted = await interrupt.done();
    if (interrupted !== undefined) return interrupted;
    return await settle(proof, { input, ports, deadline });
  } finally {
    interrupt.stop();
    await transport.close();
  }
}

const waitingText = (run: string, seconds: number) =>
  `applied; the host rolls back by itself in ${seconds} s unless it is confirmed. From a console: ${consoleCommand(run)}`;

type Talk = (event: HostEvent) => void;

/** Packages first, then facts anew, then the rest; without packages all at once. */
async function changeHost(input: Runnable, ports: Ports): Promise<Answer> {
  const { run, target, transport, prepare, apply } = input;
  const sending = (work: readonly Work[]) => ({
    run: run.id,
    timeoutMs: scriptTimeoutMs,
    onEvent: narrate(target, work, ports),
  });
  const runtime = runtimeText;
  if (prepare.length === 0) return send(transport, beginScript(run, apply, { runtime }), sending(apply));
  const prepared = await send(
    transport,
    beginScript(run, prepare, { runtime, more: true }),
    sending(prepare),
  );
  if (prepared.outcome !== "more") return prepared;
  const refined = await input.refine();
  if ("beyond" in refined) return { ...prepared, outcome: "pending", failures: [beyond(refined.beyond)] };
  return send(transport, continueScript(run, refined.work, { runtime }), sending(refined.work));
}

const beyond = (text: string) => ({ code: "beyond", object: "", text, step: 0 });

/** Ctrl-C rolls back now, over a connection of its own, while the apply may still be working. */
function backOnInterrupt(input: Runnable, ports: Ports) {
  let going: Promise<Applied> | undefined;
  const onAbort = () => {
    going = backNow(unsettled(input), "interrupted", ports);
  };
  ports.signal.addEventListener("abort", onAbort, { once: true });
  return {
    done: async () => going,
    stop: () => ports.signal.removeEventListener("abort", onAbort),
  };
}

const unsettled = ({ target, route, transport, run }: Runnable): Unsettled => ({
  target,
  route,
  transport,
  run: run.id,
});

/** An apply that did not come to its proof. */
async function ended(answer: Answer, input: Runnable, ports: Ports): Promise<Applied> {
  const { run } = input;
  const why = answer.failures.map(({ object, text }) => [object, text].filter(Boolean).join(": ")).join("; ");
  switch (answer.outcome) {
    case "refused":
      return { outcome: "refused", reasons: answer.refusals };
    case "locked": {
      const { who = "somebody", since = "", by = "" } = answer.holder ?? {};
      return { outcome: "locked", who, since, holder: by };
    }
    case "nothing":
      return { outcome: "in sync" };
    case "rolled-back":
      return {
        outcome: "rolled back",
        run: run.id,
        why: why || (answer.rolledBack?.why ?? ""),
        notes: answer.notes,
      };
    case "pending":
      return backNow(unsettled(input), why, ports);
    default:
      return waitForHost(unsettled(input), `the link was lost while the host was working`, ports);
  }
}

async function settle(
  proof: Proof,
  { input, ports, deadline }: { input: Runnable; ports: Ports; deadline: number },
): Promise<Applied> {
  if (proof.ok) {
    try {
      const answer = await send(proof.transport, confirmScript(input.run.id), {
        run: input.run.id,
        timeoutMs: scriptTimeoutMs,
        onEvent: narrate(input.target, input.apply, ports),
      });
      if (answer.outcome === "confirmed")
        return { outcome: "confirmed", run: input.run.id, checks: proof.checks, notes: answer.notes };
      return await waitForHost(unsettled(input), `the confirm came to nothing (${answer.outcome})`, ports);
    } finally {
      await proof.transport.close();
    }
  }
  if (proof.reached) {
    await proof.transport.close();
    return backNow(unsettled(input), proof.why, ports);
  }
  const left = Math.max(0, Math.ceil((deadline - ports.now()) / 1000));
  const text = `no new login is possible (${proof.why}); the host rolls back by itself in ${left} s`;
  ports.emit({ kind: "say", target: input.target, level: "warn", text });
  return waitForHost(unsettled(input), proof.why, ports);
}

/** What a person who waits wants to hear of the host's events; `work` is what was sent. */
function narrate(target: string, work: readonly Work[], ports: Ports): Talk {
  const steps = numbered(work);
  const say = (text: string, level: "info" | "warn" = "info") =>
    ports.emit({ kind: "say", target, level, text });
  return (event) => {
    switch (event.event) {
      case "armed":
        return say("armed: from here on the host comes back by itself");
      case "progress":
        return say(`${event.what} ${event.text}`.trim());
      case "step": {
        const verb = steps.find(({ number }) => number === event.number)?.step.verb ?? "";
        return event.phase === "start"
          ? say(`[${event.number}/${steps.length}] ${verb} ${event.address}`)
          : undefined;
      }
      case "lease-taken-over":
        return say(`took over the dead lease of ${event.who}, since ${event.since}`, "warn");
      case "note":
      case "failed":
        return say([event.object, event.text].filter(Boolean).join(": "), "warn");
      case "rolling":
        return say(`rolling back (${event.why})`, "warn");
      case "rolled-back":
        return say(event.clean ? "rolled back: the host is as it was" : "rolled back, with notes", "warn");
      default:
        return undefined;
    }
  };
}
