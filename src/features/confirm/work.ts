/** `harden confirm`: keeps a pending run, by a connection that is new by its nature. */
import { HardenError } from "../../errors.ts";
import type { RunFact } from "../../facts/runs.ts";
import { type Answer, send } from "../../host/executor.ts";
import { confirmScript } from "../../host/script.ts";
import type { Settled } from "../../results/settled.ts";
import { type Judged, outcomeOf } from "../../results/verdict.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { noRecord, runsOf } from "../../run/records.ts";
import { eachAsRoot } from "../../run/session.ts";
import type { Transport } from "../../transports/transport.ts";

/** `confirmed: false`: the host had rolled back already. */
export interface ConfirmResult {
  readonly run: string;
  readonly confirmed: boolean;
}

/** Status 0 confirmed; 4 the host had rolled back already; 1 there is nothing to confirm. */
export async function confirmCommand(
  options: Targets & { readonly run?: string },
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<ConfirmResult>[]>> {
  const report = await eachAsRoot(options, ports, async (transport, target): Promise<ConfirmResult> => {
    const run = options.run ?? (await pendingRun(transport, target, ports)).id;
    const answer = await send(transport, confirmScript(run), { run, timeoutMs: 10 * 60 * 1000 });
    return resultOf(answer, run, { target, next: ports.next });
  });
  return outcomeOf(report.map(unreached), () => "pass");
}

/** Nobody got in, as after a change that shuts everybody out: a run that waits there goes its own way, and that is told. */
function unreached(settled: Settled<ConfirmResult>): Settled<ConfirmResult> {
  if (settled.ok || settled.error.code !== "connect") return settled;
  const hostState =
    "nothing was confirmed: a run that waits there rolls back by itself when its time is over";
  const { message, details } = settled.error;
  return { ...settled, error: new HardenError("connect", message, { hostState, ...details }) };
}

/** The run that waits on this host. Throws HardenError `host` where there is none. */
export async function pendingRun(transport: Transport, target: string, ports: Ports): Promise<RunFact> {
  const all = await runsOf(transport, ports);
  const pending = all.find(({ state }) => state === "pending");
  if (pending !== undefined) return pending;
  const last = all.at(-1);
  throw new HardenError("host", `No run is pending on ${target}.`, {
    hint: last === undefined ? noRecord : `The last one, ${last.id}, is ${last.state}.`,
    hostState: "nothing was changed",
  });
}

interface Where extends Pick<Ports, "next"> {
  readonly target: string;
}

function stateOf({ rolledBack }: Answer, run: string, { target, next }: Where): string {
  if (rolledBack?.clean) return "as it was before the run";
  const done =
    rolledBack === undefined ? "being rolled back" : "as it was before the run, but for some notes";
  return `${done}; look with: ${next("runs", target, run)}`;
}

function resultOf(answer: Answer, run: string, where: Where): ConfirmResult {
  const { target, next } = where;
  switch (answer.outcome) {
    case "confirmed":
      return { run, confirmed: true };
    case "too-late":
      throw new HardenError(
        "rolled-back",
        `The confirm of ${run} on ${target} came too late: the host ${answer.rolledBack === undefined ? "is rolling" : "has rolled"} back.`,
        {
          hostState: stateOf(answer, run, where),
          hint: "Apply again, with a longer --confirm-timeout if it needs one.",
        },
      );
    case "not-ready":
      throw new HardenError("host", `${run} on ${target} is still being applied.`, {
        hint: "Confirm it when it waits for that.",
      });
    case "unwritable":
      throw new HardenError(
        "host",
        `${run} on ${target} could not be confirmed: its folder in /var/lib/harden/runs takes nothing.`,
        {
          hostState:
            "as the run has left it; once the folder can be written again and the time is over, it is rolled back",
          hint: `Find what is mounted read-only (findmnt -T /var/lib/harden/runs), mount it with -o remount,rw, and confirm again.`,
        },
      );
    case "lost":
      throw new HardenError(
        "unknown-outcome",
        `The link to ${target} was lost while ${run} was being confirmed.`,
        {
          hostState: "confirmed, or rolling back by itself",
          hint: `Look with: ${next("runs", target)}`,
        },
      );
    default:
      throw new HardenError("host", `There is no run ${run} on ${target}.`, {
        hint: `List them: ${next("runs", target)}`,
      });
  }
}
