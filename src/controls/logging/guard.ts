/** What keeps messages from where the profile wants them, said before anything changes. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { asRoot, valueOr } from "../../facts/probe.ts";
import { maskedHint } from "../guard-words.ts";
import { dropInPath } from "./journald.ts";
import type { LogInput } from "./state.ts";

const say = findingsOf("logging", {
  unreadable: ["block", "journald's files could not be read"],
  overridden: ["warn", "A file that is read later says something else of the journal"],
  masked: ["warn", "rsyslog is masked, so that nothing is sent"],
  kept: ["note", "The journal moves from memory to disk, and a rollback leaves it there"],
  "no-systemd": ["note", "systemd does not run here, so that there is no journal"],
});

export const findings = say.records;

export function guard(input: LogInput): readonly Finding[] {
  const { params, facts, host, view } = input;
  const inMemory = valueOr(facts.journals, []).some((path) => path.startsWith("/run/"));
  return [
    ...say(
      "unreadable",
      view.unreadable !== undefined && `journald's files could not be read: ${view.unreadable}.`,
      asRoot,
    ),
    ...say(
      "overridden",
      view.winning.map(
        ({ path, key, value }) =>
          `${path} is read after ${dropInPath} and says ${key}=${value}, so the profile's value doesn't count.`,
      ),
      "Take the setting out, or rename the file so that it sorts before zz-harden.conf.",
    ),
    ...say(
      "masked",
      params.forwarding !== undefined && view.isMasked && "rsyslog.service is masked, so nothing is sent.",
      maskedHint("rsyslog.service"),
    ),
    ...say(
      "kept",
      params.persistent &&
        inMemory &&
        "The journal moves from memory to /var/log/journal; a rollback leaves that folder, for it holds messages.",
    ),
    ...say("no-systemd", !host.systemd && "systemd does not run here, so there is no journal."),
  ];
}
