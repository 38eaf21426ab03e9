import { format } from "../../command/formats.ts";
import { runOf, targetsOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { agreement, limited, reach, targetAndRun, targets, wholeNumber, word } from "../../command/words.ts";

export const runs = onHosts({
  words: "runs",
  summary: "what was done to a host: who, when, which profile, and what each run changed",
  arguments: targetAndRun,
  options: { ...reach, ...format },
  changes: "nothing",
  act: async () => (await import("./work.ts")).runsCommand,
  async text() {
    const { runsText } = await import("./text.ts");
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
  act: async () => (await import("./prune.ts")).pruneCommand,
  text: async () => (await import("./text.ts")).prunedText,
  input: async ({ given }, outside) => ({ ...(await targetsOf(given, outside)), keep: given.keep }),
});
