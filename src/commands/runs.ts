/** `harden runs`: what was done to a host, by whom, from which profile. */

import { HardenError } from "../errors.ts";
import type { RunFact } from "../facts/runs.ts";
import { send } from "../host/executor.ts";
import { runtimeText } from "../host/runtime.ts";
import { pruneScript, uninstallScript } from "../host/script.ts";
import { runsOf } from "./confirm.ts";
import { type Settled, statusOf } from "./each.ts";
import type { Outcome, Ports, Targets } from "./ports.ts";
import { eachConnected } from "./session.ts";

/** All runs, or the named one; status 1 where a host doesn't know it. */
export async function runsCommand(
  options: Targets & { readonly run?: string },
  ports: Ports,
): Promise<Outcome<readonly Settled<readonly RunFact[]>[]>> {
  const report = await eachConnected(options, ports, async (transport, target) => {
    const all = await runsOf(transport, ports);
    return options.run === undefined ? all : [theRun(all, options.run, target)];
  });
  return { report, status: statusOf(report, () => 0) };
}

export function theRun(all: readonly RunFact[], id: string, target: string): RunFact {
  const found = all.find((run) => run.id === id);
  if (found !== undefined) return found;
  throw new HardenError("host", `There is no run ${id} on ${target}.`, {
    hint:
      all.length === 0
        ? "harden has never changed this host."
        : `It has ${all.map((run) => run.id).join(", ")}.`,
  });
}

const timeoutMs = 60_000;

/** Removes settled runs but the newest `keep`, and those that hold an original which is still ours. */
export async function pruneCommand(
  options: Targets & { readonly keep: number },
  ports: Ports,
): Promise<Outcome<readonly Settled<readonly string[]>[]>> {
  const report = await eachConnected(options, ports, async (transport) => {
    const pruned: string[] = [];
    const onEvent = (event: { event: string; id?: string }) => {
      if (event.event === "pruned" && event.id !== undefined) pruned.push(event.id);
    };
    await send(transport, pruneScript(options.keep, { runtime: runtimeText }), { timeoutMs, onEvent });
    return pruned;
  });
  return { report, status: statusOf(report, () => 0) };
}

/** Removes the journal with all backups. What the profile asked for stays; nothing of ours is left. */
export async function uninstallCommand(
  options: Targets,
  ports: Ports,
): Promise<Outcome<readonly Settled<"uninstalled">[]>> {
  const where = options.targets.length === 0 ? "this machine" : options.targets.join(", ");
  if (
    !(await ports.ask(
      `Remove harden's journal and all backups from ${where}? No run can be undone after that.`,
    ))
  )
    throw new HardenError("usage", "Not removed.", { hostState: "nothing was changed" });
  const report = await eachConnected(options, ports, async (transport, target) => {
    const { outcome, holder } = await send(transport, uninstallScript({ runtime: runtimeText }), {
      timeoutMs,
    });
    if (outcome === "uninstalled") return outcome;
    if (outcome === "locked")
      throw new HardenError("locked", `${target} holds the unsettled run ${holder?.by ?? ""}.`, {
        hint: "Confirm it or roll it back first.",
        hostState: "nothing was changed",
      });
    throw new HardenError("host", `harden could not be removed from ${target} (${outcome}).`, {
      hint: "Try again as root.",
    });
  });
  return { report, status: statusOf(report, () => 0) };
}
