import { format } from "./formats.ts";
import { runOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { reach, targetAndRun } from "./words.ts";

export const confirm = onHosts({
  words: "confirm",
  summary: "keep a pending run",
  arguments: targetAndRun,
  options: { ...reach, ...format },
  changes: "at once",
  act: async () => (await import("../commands/confirm.ts")).confirmCommand,
  text: async () => (await import("../reports/runs.ts")).confirmsText,
  input: runOf,
});
