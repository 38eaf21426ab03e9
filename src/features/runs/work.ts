/** `harden runs`: what was done to a host, by whom, from which profile. */
import type { RunFact } from "../../facts/runs.ts";
import { type Judged, outcomeOf } from "../../results/verdict.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { runsOf, theRun } from "../../run/records.ts";
import { eachAsRoot } from "../../run/session.ts";

/** All runs, or the named one; status 1 where a host doesn't know it. */
export async function runsCommand(
  options: Targets & { readonly run?: string },
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<readonly RunFact[]>[]>> {
  const report = await eachAsRoot(options, ports, async (transport, target) => {
    const all = await runsOf(transport, ports);
    return options.run === undefined ? all : [theRun(all, options.run, target)];
  });
  return outcomeOf(report, () => "pass");
}
