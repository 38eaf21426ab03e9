import { format } from "../../command/formats.ts";
import { runOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { reach, targetAndRun } from "../../command/words.ts";

export const confirm = onHosts({
  words: "confirm",
  summary: "keep a pending run",
  arguments: targetAndRun,
  options: { ...reach, ...format },
  changes: "at once",
  act: async () => (await import("./work.ts")).confirmCommand,
  text: async () => (await import("./text.ts")).confirmsText,
  input: runOf,
});
