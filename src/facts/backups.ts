/** The contents of the backups that one run keeps on its host. */
import type { Probe } from "./probe.ts";
import { sections } from "./sections.ts";

/** By the backup's number; an original that was absent has none. At most 1 MiB each. */
export const backups = (run: string): Probe<ReadonlyMap<number, Buffer>> => ({
  collector: "backups",
  args: [run],
  parse: (data) =>
    new Map(
      sections(data)
        .filter(({ words }) => words[0] === "backup")
        .map(({ words, content }) => [Number(words[1]), content]),
    ),
});
