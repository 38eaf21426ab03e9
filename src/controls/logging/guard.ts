/** What keeps messages from where the profile wants them, said before anything changes. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { hintOfWhy, valueOr } from "../../facts/probe.ts";
import { maskedHint } from "../guard-words.ts";
import { bytes, dropInPath } from "./journald.ts";
import { journalFolder } from "./probes.ts";
import type { LogInput } from "./state.ts";

const say = findingsOf("logging", {
  unreadable: ["block", "journald's files could not be read"],
  overridden: ["warn", "A file that is read later says something else of the journal"],
  masked: ["warn", "rsyslog is masked, so that nothing is sent"],
  deletes: ["warn", "journald holds more messages than the profile allows, and would delete the oldest"],
  "deletes-unknown": ["warn", "Whether journald would delete messages could not be read"],
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
      hintOfWhy(view.unreadable),
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
    ...deleting(input),
    ...say(
      "kept",
      params.persistent &&
        inMemory &&
        "The journal moves from memory to /var/log/journal; a rollback leaves that folder, for it holds messages.",
    ),
    ...say("no-systemd", !host.systemd && "systemd does not run here, so there is no journal."),
  ];
}

/** An apply does it after the confirm, so that a run that is rolled back has lost nothing. */
function deleting({ params: { maxUse }, facts: { disk }, host, view }: LogInput): readonly Finding[] {
  if (!view.deletes || !host.systemd || view.unreadable !== undefined) return [];
  const when = "journald is restarted after the confirm, and deletes";
  const lost = "A rollback does not bring them back.";
  if (disk.state !== "present")
    return say(
      "deletes-unknown",
      `How much the journal in ${journalFolder} holds could not be read${"why" in disk ? ` (${disk.why})` : ""}. ${when} the oldest messages where it is more than logging.maxUse (${maxUse}). ${lost}`,
      `See journalctl --disk-usage. ${keep}`,
    );
  const { archived } = disk.value;
  const least = archived - (bytes(maxUse) ?? 0);
  return say(
    "deletes",
    `The journal in ${journalFolder} holds ${mebibytes(archived)} of older messages, and logging.maxUse allows ${maxUse}. ${when} the oldest of them, ${mebibytes(least)} at least. ${lost}`,
    keep,
  );
}

const keep = `To keep them, raise logging.maxUse; or copy them to another disk first: cp -a ${journalFolder} FOLDER`;

const mebibytes = (amount: number) => `${Math.ceil(amount / 1024 ** 2)}M`;
