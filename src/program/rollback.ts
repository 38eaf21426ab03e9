import { format } from "./formats.ts";
import { runOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { armed, reach, targetAndRun } from "./words.ts";

export const rollback = onHosts({
  words: "rollback",
  summary: "undo a run: a pending one at once, an earlier one as an armed and proven run of its own",
  arguments: targetAndRun,
  options: { ...reach, ...format, ...armed },
  changes: "by a run",
  act: async () => (await import("../commands/rollback.ts")).rollbackCommand,
  text: async () => (await import("../reports/applied.ts")).appliesText,
  plans: async () => (await import("../reports/plan.ts")).plansText,
  input: async ({ given }, outside) => ({
    ...(await runOf(given, outside)),
    confirmTimeout: given.confirmTimeout,
    confirm: true,
  }),
});
