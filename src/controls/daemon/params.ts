import { z } from "zod";
import { engineSize, flag } from "../../profile/types.ts";

export const schema = z.strictObject({
  logMaxSize: engineSize
    .default("10m")
    .describe("Size of one file of a container's log (max-size of json-file)"),
  logMaxFile: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe("Files of a container's log that are kept (max-file of json-file)"),
  liveRestore: flag(
    true,
    "Containers run on while the engine is restarted or upgraded (live-restore); false where the host is part of a swarm",
  ),
  noNewPrivileges: flag(
    true,
    "Nothing in a new container gains privileges by setuid files, unless it says otherwise (no-new-privileges)",
  ),
});

export type DaemonParams = z.output<typeof schema>;
