/** In the spelling that fail2ban has, too. */
import { InvalidArgumentError } from "commander";
import { format } from "../../command/formats.ts";
import { targetsOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { agreement, limited, reach, targets, word } from "../../command/words.ts";
import { formatAddress, parseNetwork } from "../../profile/network.ts";

function address(typed: string): string {
  const network = typed.includes("/") ? undefined : parseNetwork(typed);
  if (network === undefined)
    throw new InvalidArgumentError("It must be an address, such as 203.0.113.7 or 2001:db8::7.");
  return formatAddress(network);
}

export const bans = onHosts({
  words: "bans",
  summary: "whom fail2ban has banned, in each jail, and until when; lets an address in again",
  arguments: targets,
  options: {
    ...reach,
    ...limited,
    ...format,
    unban: word<string | undefined>({
      spelled: "--unban <address>",
      text: "let an address in again, in every jail; no run, so there is nothing to undo",
      parse: address,
    }),
    ...agreement,
  },
  changes: ({ unban }) => (unban === undefined ? "nothing" : "at once"),
  act: async () => (await import("./work.ts")).bansCommand,
  text: async () => (await import("./text.ts")).bansText,
  input: async ({ given }, outside) => ({
    ...(await targetsOf(given, outside)),
    ...(given.unban === undefined ? {} : { unban: given.unban }),
  }),
});
