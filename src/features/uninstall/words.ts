import { format } from "../../command/formats.ts";
import { targetsOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { agreement, limited, reach, targets } from "../../command/words.ts";

export const uninstall = onHosts({
  words: "uninstall",
  summary: "remove harden's journal and backups from a host; what the profile asked for stays",
  arguments: targets,
  options: { ...reach, ...limited, ...format, ...agreement },
  everyHost: () => "must be typed",
  changes: "at once",
  act: async () => (await import("./work.ts")).uninstallCommand,
  text: async () => (await import("./text.ts")).uninstalledText,
  input: ({ given }, outside) => targetsOf(given, outside),
});
