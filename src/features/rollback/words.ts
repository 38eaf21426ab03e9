import { format } from "../../command/formats.ts";
import { toUndoOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { armed, planned, reach, shorter, stopping, targetAndRun, value } from "../../command/words.ts";

export const rollback = onHosts({
  words: "rollback",
  summary: "undo a run: a pending one at once, an earlier one as an armed and proven run of its own",
  arguments: targetAndRun,
  options: {
    ...reach,
    ...format,
    ...planned,
    ...armed,
    ...stopping,
    ...shorter,
    to: value(
      "--to <run>",
      "undo RUN itself and every run in force since, newest first, in one run: back to how the host was before RUN",
    ),
  },
  changes: "by a run",
  act: async () => (await import("./work.ts")).rollbackCommand,
  text: async () => (await import("./text.ts")).undonesText,
  plans: async () => (await import("../../reports/plan.ts")).plansText,
  input: async (line, outside) => ({
    ...(await toUndoOf(line, outside)),
    confirmTimeout: line.given.confirmTimeout,
    confirm: true,
    stopContainers: line.given.stopContainers ?? false,
  }),
});
