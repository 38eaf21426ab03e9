/** The end of a run on this very machine: nothing here proves that somebody can still log in from elsewhere. */
import { send } from "../host/executor.ts";
import { confirmScript } from "../host/script.ts";
import type { Ended } from "../results/applied.ts";
import type { Ports } from "./ports.ts";
import { prove } from "./prove.ts";
import { ownReason } from "./run-reason.ts";
import type { Runnable } from "./runnable.ts";
import { backNow, waitForHost } from "./way-back.ts";

const timeoutMs = 10 * 60 * 1000;

/**
 * Over ssh only a confirm from another login counts: the session that runs this outlives what shuts out the next
 * one. On a console the checks are shown to hold, and the person there is asked.
 */
export async function settleLocal(
  input: Runnable,
  { ports, deadline }: { readonly ports: Ports; readonly deadline: number },
): Promise<Ended> {
  const { target, route, transport, run } = input;
  const unsettled = { target, route, transport, run: run.id, deadline };
  const links = [transport, "new"] as const;
  const say = (text: string) => ports.emit({ kind: "say", target, level: "info", text });
  const left = Math.ceil((deadline - ports.now()) / 1000);
  if (transport.identity.callerAddress !== undefined) {
    say(
      `log in anew from another terminal within ${left} s, and run there: ${ports.next("confirm", target, run.id)}`,
    );
    return waitForHost(unsettled, "nobody confirmed from another login", ports);
  }
  const proof = await prove(input.proving, ports, deadline);
  if (!proof.ok) {
    if (proof.reached) await proof.transport.close();
    const own = ports.signal.aborted ? undefined : await ownReason(run.id, transport);
    if (own !== undefined) return waitForHost(unsettled, own, ports);
    return backNow(unsettled, proof.why, { ports, links });
  }
  try {
    const keep = await ports.ask(`All proofs hold. Keep run ${run.id}? Without a yes it is rolled back.`);
    if (!keep) return await backNow(unsettled, "not confirmed", { ports, links });
    const answer = await send(proof.transport, confirmScript(run.id), { run: run.id, timeoutMs });
    if (answer.outcome === "confirmed") return { outcome: "confirmed", run: run.id, notes: answer.notes };
    const confirming = answer.outcome === "lost";
    const own = confirming ? undefined : await ownReason(run.id, transport);
    const why = own ?? `the confirm came to nothing (${answer.outcome})`;
    return await waitForHost({ ...unsettled, confirming }, why, ports);
  } finally {
    await proof.transport.close();
  }
}
