import { format } from "../../command/formats.ts";
import { targetsOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { agreement, flag, limited, reach, targets } from "../../command/words.ts";

export const renew = onHosts({
  words: "renew",
  summary:
    "certbot renews what is due, or tries to (--dry-run); what goes wrong is told by name, with its mend",
  arguments: targets,
  options: {
    ...reach,
    ...limited,
    ...format,
    dryRun: flag(
      "--dry-run",
      "try all renewals against certbot's test server and keep no certificate; standalone stops the service all the same",
    ),
    ...agreement,
  },
  everyHost: () => "must be typed",
  changes: "at once",
  act: async () => (await import("./work.ts")).renewCommand,
  text: async () => (await import("./text.ts")).renewText,
  input: async ({ given }, outside) => ({
    ...(await targetsOf(given, outside)),
    dryRun: given.dryRun === true,
  }),
});
