import { format } from "./formats.ts";
import { runOf, targetsOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { agreement, limited, reach, targetAndRun, targets, wholeNumber, word } from "./words.ts";

export const runs = onHosts({
  words: "runs",
  summary: "what was done to a host: who, when, which profile, and what each run changed",
  arguments: targetAndRun,
  options: { ...reach, ...format },
  changes: "nothing",
  act: async () => (await import("../commands/runs.ts")).runsCommand,
  async text() {
    const { runsText } = await import("../reports/runs.ts");
    return (report, page, { run }) => runsText(report, page, run !== undefined);
  },
  input: runOf,
});

export const prune = onHosts({
  words: "runs prune",
  summary: "remove old runs and their backups, but what an original still needs",
  arguments: targets,
  options: {
    ...reach,
    ...limited,
    ...format,
    ...agreement,
    keep: word<number>({
      spelled: "--keep <number>",
      text: "the newest runs to keep",
      parse: wholeNumber,
      initial: 10,
    }),
  },
  everyHost: () => "must be typed",
  changes: "at once",
  act: async () => (await import("../commands/prune.ts")).pruneCommand,
  text: async () => (await import("../reports/runs.ts")).prunedText,
  input: async ({ given }, outside) => ({ ...(await targetsOf(given, outside)), keep: given.keep }),
});
