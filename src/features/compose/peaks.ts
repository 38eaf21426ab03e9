/** What the services of a compose file were seen to take on a host that runs them; only reads. */
import { basename, dirname, resolve } from "node:path";
import type { JudgedFile } from "../../audit/files.ts";
import type { Peaks } from "../../compose/fix/limits.ts";
import { HardenError } from "../../errors.ts";
import { containers } from "../../facts/containers.ts";
import { host } from "../../facts/host.ts";
import { readFact } from "../../facts/probe.ts";
import { collect } from "../../run/collect.ts";
import type { Ports, Targets } from "../../run/ports.ts";
import { eachAsRoot } from "../../run/session.ts";
import { sizeText, wantedFor } from "../../running/limits.ts";
import { fileOf, runningOf } from "../../running/running.ts";

/** Of several containers of a service the largest. Throws HardenError where the host can't be read, or its engine says nothing. */
export async function peaksOn(
  options: Targets,
  { file, judged: { seen } }: { readonly file: string; readonly judged: JudgedFile },
  ports: Ports,
): Promise<Peaks> {
  const [settled] = await eachAsRoot(options, ports, (transport) =>
    collect(transport, [host, containers], ports),
  );
  if (settled?.ok !== true) throw settled!.error;
  const fact = readFact(settled.value, containers);
  if (fact.state !== "present" || fact.value.engine !== "asked")
    throw new HardenError("host", `${settled.target} has no engine that says what its containers take.`, {
      hint: "Without --from the limits are the usual ones.",
      hostState: "nothing was changed, and the file is as it was",
    });
  const folder = basename(dirname(resolve(file)));
  const files = [{ file, folder, project: seen, checks: [] }];
  const { today, images } = seen;
  const running = runningOf(fact.value, { files, attempts: [], comers: undefined, today, images });
  const largest = new Map<string, number>();
  for (const container of running.containers) {
    const name = fileOf(container, running.files)?.service.name;
    const { peak } = container.cgroup;
    if (name !== undefined && peak !== undefined) largest.set(name, Math.max(peak, largest.get(name) ?? 0));
  }
  return {
    from: settled.target,
    services: new Map(
      [...largest].map(([name, peak]) => [name, { peak: sizeText(peak), limit: sizeText(wantedFor(peak)) }]),
    ),
  };
}
