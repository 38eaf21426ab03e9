/** The contents of the backups that one run keeps on its host. */
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

/** By the backup's number; an original that was absent has none. At most 1 MiB each. */
export const backups = (run: string): Probe<ReadonlyMap<number, Buffer>> => ({
  collector: "backups",
  args: [run],
  parse: (data) =>
    new Map(
      innerFrames(data)
        .filter(({ word }) => word === "backup")
        .map(({ rest, content }) => [Number(rest), content]),
    ),
});
