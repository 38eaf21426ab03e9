/** What daemon.json gives containers, as the profile's section says it. Pure. */
import type { Described } from "../../plan/control.ts";
import { type DaemonInput, idle } from "./view.ts";

export function describe({ view }: DaemonInput): Described {
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
