/** What keeps messages from where the profile wants them, said before anything changes. */
import { asRoot, valueOr } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { findingsOf, maskedHint } from "../findings.ts";
import { dropInPath } from "./journald.ts";
import type { LogInput } from "./state.ts";

const { block, warn, note } = findingsOf("logging");

export function guard(input: LogInput): readonly Finding[] {
  const { params, facts, host, view } = input;
  const inMemory = valueOr(facts.journals, []).some((path) => path.startsWith("/run/"));
  return [
    ...block(
      "unreadable",
      view.unreadable !== undefined && `journald's files could not be read: ${view.unreadable}.`,
      asRoot,
    ),
    ...warn(
      "overridden",
      view.winning.map(
        ({ path, key, value }) =>
          `${path} is read after ${dropInPath} and says ${key}=${value}, so the profile's value doesn't count.`,
      ),
      "Take the setting out, or rename the file so that it sorts before zz-harden.conf.",
    ),
    ...warn(
      "masked",
      params.forwarding !== undefined && view.isMasked && "rsyslog.service is masked, so nothing is sent.",
      maskedHint("rsyslog.service"),
    ),
    ...note(
      "kept",
      params.persistent &&
        inMemory &&
        "The journal moves from memory to /var/log/journal; a rollback leaves that folder, for it holds messages.",
    ),
    ...note("no-systemd", !host.systemd && "systemd does not run here, so there is no journal."),
  ];
}
