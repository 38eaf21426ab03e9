/** daemon: what the container engine gives every container that doesn't say otherwise. */
import type { DescribedControl } from "../plan/control.ts";
import { checks } from "./daemon/checks.ts";
import { desired } from "./daemon/desired.ts";
import { findings, guard } from "./daemon/guard.ts";
import { schema } from "./daemon/params.ts";
import { probes } from "./daemon/probes.ts";
import { type DaemonInput, idle, viewOf } from "./daemon/view.ts";
import { defineControl } from "./define.ts";

/** What daemon.json gives containers, as the profile's section says it. */
function describe({ view }: DaemonInput): DescribedControl {
  const why = idle(view) ?? view.broken;
  if (why !== undefined) return { why };
  const { says, driver } = view;
  const size = says(["log-opts", "max-size"]);
  const files = says(["log-opts", "max-file"]);
  if (driver === "json-file" && size === undefined) return { why: "nothing bounds the logs of containers" };
  return {
    params: {
      ...(size === undefined ? {} : { logMaxSize: size }),
      // What dockerd has by itself.
      logMaxFile: Number(files ?? 1),
      liveRestore: says(["live-restore"]) === true,
      noNewPrivileges: says(["no-new-privileges"]) === true,
    },
  };
}

export const daemon = defineControl({
  id: "daemon",
  boot: "daemon",
  title: "Bound what containers take and may do where they don't say",
  layer: "runtime",
  criteria: ["CC6.1"],
  rationale:
    "The Docker engine gives a container logs without a bound and lets setuid files raise privileges, and a restart of the engine stops all of them. These keys of daemon.json change that, beside whatever else stands there. live-restore is taken by a reload first, so that the restart that the others need leaves containers running; a rollback takes it away by a reload last, so that none stops either. An engine in a swarm stops all of them with itself, and one before 24.0.8 those with --rm: plan, question and report name them, and where they go with their data nothing is done without --stop-containers. What ran before must run behind it, or the host comes back as it was: a container under its id, one that a unit or a script makes anew under its name and from its image, and of a swarm service as many as before, for which the swarm has 20 seconds. Rootless engines, a snap's and Podman are left alone.",
  schema,
  probes: () => probes,
  view: viewOf,
  desired,
  describe,
  guard,
  findings,
  checks,
});
