import { InvalidArgumentError } from "commander";
import { format } from "../../command/formats.ts";
import { targetsOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { flag, limited, reach, targets, word } from "../../command/words.ts";
import { sinceOf, sinceWanted } from "./since.ts";

function since(typed: string): string {
  const when = sinceOf(typed);
  if (when === undefined) throw new InvalidArgumentError(`It must be ${sinceWanted}.`);
  return when;
}

function key(typed: string): string {
  if (/^[A-Za-z0-9_][\w.:@/-]{0,63}$/.test(typed)) return typed;
  throw new InvalidArgumentError("It must be a part of a rule's key, such as sudoers or identity.");
}

export const events = onHosts({
  words: "events",
  summary: "what the audit rules have recorded: who, from where, what and when; reads only",
  arguments: targets,
  options: {
    ...reach,
    ...limited,
    ...format,
    key: word<string | undefined>({
      spelled: "--key <key>",
      values: { words: ["root_commands", "identity", "sshd_config", "docker_config", "sudoers"] },
      text: "only what a rule with this in its key has recorded: root_commands, identity, sshd_config, docker_config, sudoers",
      parse: key,
    }),
    since: word<string>({
      spelled: "--since <time>",
      values: { words: ["today", "yesterday", "recent"] },
      text: `by the host's clock: ${sinceWanted}`,
      parse: since,
      initial: "today 00:00",
    }),
    summary: flag("--summary", "count by key, login and command, and failed logins, as aureport does"),
  },
  changes: "nothing",
  act: async () => (await import("./work.ts")).eventsCommand,
  text: async () => (await import("./text.ts")).eventsText,
  input: async ({ given }, outside) => ({
    ...(await targetsOf(given, outside)),
    ...(given.key === undefined ? {} : { key: given.key }),
    since: given.since,
    summary: given.summary === true,
  }),
});
