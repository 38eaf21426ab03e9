/** `harden runs`: what was done to a host, by whom, from which profile. */

import { HardenError } from "../errors.ts";
import type { RunFact } from "../facts/runs.ts";
import { type Answer, send } from "../host/executor.ts";
import { runtimeText } from "../host/runtime.ts";
import { uninstallScript } from "../host/script.ts";
import { type Next, nextAt } from "../next.ts";
import { nextFor } from "../plan/unsettled.ts";
import type { Uninstalled } from "../results/runs.ts";
import { type HostVerdict, type Judged, outcomeOf } from "../results/verdict.ts";
import { noRecord, runsOf } from "./confirm.ts";
import type { Outcome, Ports, Targets } from "./ports.ts";
import { eachAsRoot, targetsOf } from "./session.ts";

/** All runs, or the named one; status 1 where a host doesn't know it. */
export async function runsCommand(
  options: Targets & { readonly run?: string },
  ports: Ports,
): Promise<Outcome<readonly Judged<readonly RunFact[]>[]>> {
  const report = await eachAsRoot(options, ports, async (transport, target) => {
    const all = await runsOf(transport, ports);
    return options.run === undefined ? all : [theRun(all, options.run, target)];
  });
  return outcomeOf(report, () => "pass");
}

export function theRun(all: readonly RunFact[], id: string, target: string): RunFact {
  const found = all.find((run) => run.id === id);
  if (found !== undefined) return found;
  throw new HardenError("host", `There is no run ${id} on ${target}.`, {
    hint: all.length === 0 ? noRecord : `It has ${all.map((run) => run.id).join(", ")}.`,
  });
}

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

/** Removes the journal with all backups. What the profile asked for stays; nothing of ours is left. */
export async function uninstallCommand(
  options: Targets,
  ports: Ports,
): Promise<Outcome<readonly Judged<Uninstalled>[]>> {
  const where = options.targets.length === 0 ? "this machine" : options.targets.join(", ");
  if (
    !(await ports.ask(
      `Remove harden's journal and all backups from ${where}? No run can be undone after that.`,
    ))
  )
    return outcomeOf(
      targetsOf(options).map((target) => ({ target, ok: true, value: "declined" })),
      (): HostVerdict => "declined",
    );
  const report = await eachAsRoot(options, ports, async (transport, target): Promise<Uninstalled> => {
    const script = uninstallScript({ runtime: runtimeText });
    const { outcome, holder, notes } = await send(transport, script, { timeoutMs });
    const left = notes.map(({ object, text }) => `${object}: ${text}`);
    if (outcome === "uninstalled") {
      for (const text of left) ports.emit({ kind: "say", target, level: "warn", text });
      return outcome;
    }
    if (outcome === "nothing") return outcome;
    if (outcome === "locked") throw held(target, holder, ports.next);
    throw new HardenError("host", `harden could not be removed whole from ${target} (${outcome}).`, {
      ...(left.length === 0 ? {} : { hostState: left.join("; ") }),
      hint: `See on the host what keeps it (lsattr, findmnt), and try again: ${ports.next("uninstall", target)}`,
    });
  });
  return outcomeOf(report, () => "pass");
}
