/** One host's run: packages, changes, the proof over a new connection, confirm; or the way back. */
import { type Answer, send } from "../host/executor.ts";
import { runtimeText } from "../host/runtime.ts";
import { beginScript, confirmScript, consoleCommand, continueScript, type Run } from "../host/script.ts";
import { nextAt } from "../next.ts";
import type { Work } from "../plan/steps.ts";
import { nextFor } from "../plan/unsettled.ts";
import type { Applied, Ended, Looked } from "../results/applied.ts";
import type { Transport } from "../transports/transport.ts";
import { clauseOf } from "./each.ts";
import { narrate, warningOnce } from "./narrate.ts";
import type { Ports } from "./ports.ts";
import { lookAgain, type Proof, prove } from "./prove.ts";
import { reachedLater, reachedOver } from "./reached.ts";
import { ownReason } from "./run-reason.ts";
import type { Runnable, RunOptions } from "./runnable.ts";
import { settleLocal } from "./settle-local.ts";
import { backNow, rolledBack, type UnsettledRun, waitForHost } from "./way-back.ts";

/** For packages and slow services; the host's own dead-man is renewed before each step. */
export const applyTimeoutSeconds = 600;
const scriptTimeoutMs = 30 * 60 * 1000;

export async function makeRun(input: Runnable, options: RunOptions, all: Ports): Promise<Applied> {
  const ports = warningOnce(all);
  const ended = await carryOut(input, options, ports);
  return ended.outcome === "confirmed" ? { ...ended, ...(await looked(input, ports)) } : ended;
}

async function looked({ proving }: Runnable, ports: Ports): Promise<Looked> {
  const seen = await lookAgain(proving, ports);
  return "unseen" in seen ? { checks: [], open: [], unseen: seen.unseen } : seen;
}

async function carryOut(input: Runnable, options: RunOptions, ports: Ports): Promise<Ended> {
  const { run, target, transport } = input;
  // An interrupt before now has met nobody who listens.
  if (ports.signal.aborted) return { outcome: "declined" };
  const interrupt = backOnInterrupt(input, ports);
  try {
    const began = await changeHost(input, ports);
    const back = await interrupt.done();
    if (back !== undefined) return back;
    if (began.outcome !== "waiting") return await notApplied(began, input, ports);
    const seconds = began.seconds ?? options.confirmTimeout;
    const deadline = ports.now() + seconds * 1000;
    ports.emit({ kind: "say", target, level: "info", text: waitingText(run, seconds) });
    if (!options.confirm && !ports.signal.aborted)
      return {
        outcome: "to be confirmed",
        run: run.id,
        seconds,
        ...reachedLater(input, input.proving.routes[0]),
      };
    const ended = await proven(input, { ports, deadline });
    return ended.outcome === "confirmed" ? { ...ended, notes: [...began.notes, ...ended.notes] } : ended;
  } finally {
    interrupt.stop();
    await transport.close();
  }
}

async function proven(
  input: Runnable,
  { ports, deadline }: { ports: Ports; deadline: number },
): Promise<Ended> {
  if (input.route.kind === "local") return settleLocal(input, { ports, deadline });
  const proof = await prove(input.proving, ports, deadline);
  const ended = await settle(proof, { input, ports, deadline });
  if (ended.outcome !== "confirmed" || !proof.reached) return ended;
  const { login: user, ssh } = proof.transport.identity;
  return { ...ended, ...reachedOver(input, { user, ...(ssh && { port: ssh.port }) }) };
}

const waitingText = ({ undoes }: Run, seconds: number) =>
  undoes === undefined
    ? `applied; the host rolls back by itself in ${seconds} s unless it is confirmed`
    : `undone; it comes back in ${seconds} s unless this is confirmed`;

/** Packages first, then facts anew, then the rest; without packages all at once. */
async function changeHost(input: Runnable, ports: Ports): Promise<Answer> {
  const { run, target, transport, prepare, apply } = input;
  const told = (script: string, work: readonly Work[]) =>
    sendTelling({ transport, target, run: run.id, script, work }, ports);
  const runtime = runtimeText;
  if (prepare.length === 0) return told(beginScript(run, apply, { runtime }), apply);
  const prepared = await told(beginScript(run, prepare, { runtime, more: true }), prepare);
  if (prepared.outcome !== "more") return prepared;
  try {
    const refined = await input.refine();
    if ("beyond" in refined) return failing(prepared, refined.beyond);
    const rest = await told(continueScript(run, refined.work, { runtime }), refined.work);
    return { ...rest, notes: [...prepared.notes, ...rest.notes] };
  } catch (error) {
    // The host is armed by now: an error here is no longer one that left everything as it was.
    return failing(prepared, clauseOf(error));
  }
}

interface Telling {
  readonly transport: Transport;
  readonly target: string;
  readonly run: string;
  readonly script: string;
  readonly work: readonly Work[];
}

/** Sends, and says what happens meanwhile. */
async function sendTelling({ transport, target, run, script, work }: Telling, ports: Ports): Promise<Answer> {
  const { hear, end } = narrate(target, work, ports);
  try {
    return await send(transport, script, { run, timeoutMs: scriptTimeoutMs, onEvent: hear });
  } finally {
    end();
  }
}

const failing = (answer: Answer, text: string): Answer => ({
  ...answer,
  outcome: "pending",
  failures: [{ code: "beyond", object: "", text, step: 0 }],
});

/** Ctrl-C rolls back now, over a connection of its own, since that of the apply is at work. */
function backOnInterrupt(input: Runnable, ports: Ports) {
  let going: Promise<Ended | undefined> | undefined;
  const onAbort = () => {
    const links = ["new", input.transport] as const;
    going = backNow(unsettled(input, ports), interrupted, { ports, links }).catch(() => undefined);
  };
  ports.signal.addEventListener("abort", onAbort, { once: true });
  return {
    /** From now on an interrupt is the business of whoever works next. Undefined where the host had not begun. */
    done: () => {
      ports.signal.removeEventListener("abort", onAbort);
      return going;
    },
    stop: () => ports.signal.removeEventListener("abort", onAbort),
  };
}

const interrupted = "interrupted";

/** What is left of an apply when its link is lost, in ms: nobody knows, so this is long enough for most. */
const restOfApplyMs = 60_000;

const unsettled = (
  { target, route, transport, run, prepare }: Runnable,
  ports: Ports,
  deadline = ports.now() + (prepare.length === 0 ? 1 : 5) * restOfApplyMs + run.confirmTimeoutSeconds * 1000,
): UnsettledRun => ({
  target,
  route,
  transport,
  run: run.id,
  deadline,
  soonest: Math.min(deadline, ports.now() + run.confirmTimeoutSeconds * 1000),
});

/** An apply that did not come to its proof. */
async function notApplied(answer: Answer, input: Runnable, ports: Ports): Promise<Ended> {
  const { run } = input;
  const why = answer.failures.map(({ object, text }) => [object, text].filter(Boolean).join(": ")).join("; ");
  switch (answer.outcome) {
    case "refused":
      return { outcome: "refused", reasons: answer.refusals };
    case "locked": {
      const { who = "somebody", since = "", by = "", state = "" } = answer.holder ?? {};
      const next = nextFor({ state, run: by }, nextAt(ports.next, input.target));
      return { outcome: "locked", who, since, holder: by, state, next };
    }
    case "nothing":
      return { outcome: "in sync", checks: [] };
    case "rolled-back":
      return rolledBack(answer, run.id, why || (answer.rolledBack?.why ?? ""));
    case "pending":
      return backNow(unsettled(input, ports), why, { ports, links: [input.transport, "new"] });
    default:
      return waitForHost(unsettled(input, ports), "the link was lost while the host was working", ports);
  }
}

async function settle(
  proof: Proof,
  { input, ports, deadline }: { input: Runnable; ports: Ports; deadline: number },
): Promise<Ended> {
  const { target } = input;
  const waiting = unsettled(input, ports, deadline);
  if (!proof.reached) {
    if (ports.signal.aborted)
      return backNow(waiting, interrupted, { ports, links: [input.transport, "new"] });
    if (proof.heldUp) return waitForHost(waiting, proof.why, ports);
    const left = Math.max(0, Math.ceil((deadline - ports.now()) / 1000));
    const text = `no new login is possible (${proof.why}); the host rolls back by itself in ${left} s. At once, from its console: ${consoleCommand(input.run.id)}`;
    ports.emit({ kind: "say", target, level: "warn", text });
    return waitForHost(waiting, `no new login was possible: ${proof.why}`, ports);
  }
  try {
    if (proof.ok && !ports.signal.aborted) return await confirm(proof, { input, ports, waiting });
    const why = proof.ok || ports.signal.aborted ? interrupted : proof.why;
    // A host that rolls back isn't as planned either, and that is not the reason.
    const own = why === interrupted ? undefined : await ownReason(input.run.id, proof.transport);
    const links = sameLogin(proof.transport, input.transport) ? [proof.transport] : [];
    // A session of a login that goes with the run would be in its way.
    if (links.length === 0) await proof.transport.close();
    if (own === undefined)
      return await backNow(waiting, why, { ports, links: [...links, input.transport, "new"] });
    return await waitForHost({ ...waiting, transport: links[0] ?? input.transport }, own, ports);
  } finally {
    await proof.transport.close();
  }
}

const sameLogin = (one: Transport, other: Transport) => one.identity.login === other.identity.login;

/** The way of the proof, where it is another one than before the run. */
function newWay({ identity }: Transport, input: Runnable): Pick<UnsettledRun, "proven"> {
  const { login: user, ssh } = identity;
  const { routes } = input.proving;
  const route = routes.find((each) => each.kind === "ssh" && each.port === ssh?.port) ?? routes[0];
  const { reachedAs } = reachedOver(input, { user, ...(ssh && { port: ssh.port }) });
  return reachedAs === undefined || route === undefined ? {} : { proven: { route, reachedAs } };
}

async function confirm(
  { transport }: Extract<Proof, { ok: true }>,
  { input, ports, waiting }: { input: Runnable; ports: Ports; waiting: UnsettledRun },
): Promise<Ended> {
  const { run, target, apply } = input;
  // A link that is lost before the confirm was sent is as good as one that is lost after it: the host knows.
  const script = confirmScript(run.id);
  const telling = { transport, target, run: run.id, script, work: apply };
  const answer = await sendTelling(telling, ports).catch(() => undefined);
  if (answer?.outcome === "confirmed") return { outcome: "confirmed", run: run.id, notes: answer.notes };
  if (answer === undefined || answer.outcome === "lost")
    return waitForHost(
      { ...waiting, confirming: true, ...newWay(transport, input) },
      "the link was lost in the confirm",
      ports,
    );
  const own = await ownReason(run.id, transport);
  return waitForHost(waiting, own ?? `the confirm came to nothing (${answer.outcome})`, ports);
}
