import { format } from "./formats.ts";
import { targetsOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { agreement, limited, reach, targets } from "./words.ts";

export const uninstall = onHosts({
  words: "uninstall",
  summary: "remove harden's journal and backups from a host; what the profile asked for stays",
  arguments: targets,
  options: { ...reach, ...limited, ...format, ...agreement },
  everyHost: () => "must be typed",
  changes: "at once",
  act: async () => (await import("../commands/runs.ts")).uninstallCommand,
  text: async () => (await import("../reports/runs.ts")).uninstalledText,
  input: ({ given }, outside) => targetsOf(given, outside),
});
