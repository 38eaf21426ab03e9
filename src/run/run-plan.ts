/** A plan as a run: its header, its batches, the second planning after packages, and the proof. */
import { announcedOf, beyondAnnounced } from "../plan/announced.ts";
import { batches } from "../plan/steps.ts";
import type { Applied } from "../results/applied.ts";
import { gather } from "./gather.ts";
import type { OpenHost } from "./open.ts";
import type { Ports } from "./ports.ts";
import { proofOf } from "./prove.ts";
import { applyTimeoutSeconds, makeRun } from "./run.ts";
import type { RunOptions } from "./runnable.ts";

/** `20261125-131140-3f9a`: sorts by time, unique enough on one host. */
export function runId(ports: Ports): string {
  const time = new Date(ports.now())
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replace(/[-:]/g, "")
    .replace("T", "-");
  return `${time}-${ports.random().slice(0, 8)}`;
}

export function runPlan(session: OpenHost, options: RunOptions, ports: Ports): Promise<Applied> {
  const { target, route, transport, choice, gathered } = session;
  const { plan } = gathered;
  const { file: _file, ...profile } = plan.profile;
  return makeRun(
    {
      target,
      route,
      transport,
      run: {
        id: runId(ports),
        who: ports.who,
        target,
        profile,
        tool: ports.version,
        confirmTimeoutSeconds: options.confirmTimeout,
        applyTimeoutSeconds,
        noConfirm: !options.confirm,
        ...(plan.folders === undefined ? {} : { folders: plan.folders }),
        stopContainers: options.stopContainers,
      },
      ...batches(plan.changes),
      async refine() {
        const again = await gather(transport, { choice, target, route, ports, depth: "plan" });
        const beyond = beyondAnnounced(plan, again.plan);
        if (beyond.length > 0)
          return {
            beyond: `after the packages the plan went beyond what was announced: ${beyond.join("; ")}`,
          };
        return { work: batches(announcedOf(plan, again.plan)).apply };
      },
      proving: proofOf(session, ports),
    },
    options,
    ports,
  );
}
