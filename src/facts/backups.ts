/** The contents of the backups that one run keeps on its host. */
import { innerFrames } from "./frames.ts";
import { type Facts, type Probe, readFact } from "./probe.ts";

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

/** One backup of a run; undefined where there is none, or it could not be read. */
export function savedIn(
  facts: Facts,
  { run, backup }: { readonly run: string; readonly backup: number },
): Buffer | undefined {
  const saved = readFact(facts, backups(run));
  return saved.state === "present" ? saved.value.get(backup) : undefined;
}
