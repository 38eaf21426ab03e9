/** The claims: journald's drop-in, and what makes rsyslog send messages on. Pure. */
import { type Changed, changedText } from "../../facts/changed.ts";
import { type Fact, valueOr } from "../../facts/probe.ts";
import { type Claim, claimsOf, daemon, debian, rootFile } from "../../plan/claim.ts";
import { packages, units } from "../../platform.ts";
import { alonePath, besidePath, caPath, caText, forwardText, unitPath, unitText } from "./forward.ts";
import { dropInPath } from "./journald.ts";
import type { Forwarding } from "./params.ts";
import type { LogInput } from "./state.ts";

const claim = claimsOf("logging");

export function desired(input: LogInput): readonly Claim[] {
  if (!input.host.systemd || input.view.unreadable !== undefined) return [];
  const { forwarding } = input.params;
  return [...journal(input), ...(forwarding === undefined ? nothingSent(input) : sent(input, forwarding))];
}

/** Why a service must be restarted though no file of ours changes. */
function staleOf(unread: Fact<readonly Changed[]>, who: string): string | undefined {
  const files = valueOr(unread, []);
  return files.length === 0 ? undefined : `${who} has not read ${files.map(changedText).join(", ")}.`;
}

function journal({ params, facts, view }: LogInput): readonly Claim[] {
  const on = [`file:${dropInPath}`];
  const stale = staleOf(facts.unread, "journald");
  const inMemory = valueOr(facts.journals, []).some((path) => path.startsWith("/run/"));
  // Messages that journald deletes don't come back: not before the run is sure to stay.
  const last = view.deletes ? ({ finalize: true } as const) : {};
  const flush = { on, stale: inMemory ? "The journal is in memory." : stale, ...last };
  return [
    claim("The journal outlives a reboot, and never fills the disk.", rootFile(dropInPath, view.text, last)),
    claim("journald reads its files when it starts.", daemon(units.journald, { on, stale, ...last })),
    // journald 257 that had the journal in memory leaves it there until it is told that the disk is there.
    ...(params.persistent
      ? [claim("The journal moves to the disk.", daemon(units.journalFlush, flush))]
      : []),
  ];
}

function sent({ facts, view }: LogInput, forwarding: Forwarding): readonly Claim[] {
  const { alone, ours, isMasked } = view;
  const files = [
    ...(alone
      ? [rootFile(unitPath, unitText), rootFile(alonePath, forwardText(forwarding, true))]
      : [rootFile(besidePath, forwardText(forwarding, false))]),
    rootFile(caPath, caText(forwarding)),
  ];
  const on = files.map(({ path }) => `file:${path}`);
  const stray = ours.filter((path) => !files.some((file) => file.path === path));
  const stale = staleOf(facts.rsyslogUnread, "rsyslog");
  return [
    ...(alone
      ? [claim("It sends messages on.", debian(packages.rsyslog, "rsyslogd, which sends messages on"))]
      : []),
    claim("Nobody on the way reads or changes them.", debian(packages.rsyslogTls, "TLS for rsyslog")),
    ...files.map((file) =>
      claim("Each message goes to the collector, which an intruder here can't reach.", file),
    ),
    ...gone(stray),
    ...(isMasked
      ? []
      : [claim("rsyslog sends from now on, and after each boot.", daemon(units.rsyslog, { on, stale }))]),
  ];
}

const gone = (stray: readonly string[]) =>
  stray.map((path) => claim("The profile asks for it no more.", rootFile(path, "absent")));

/** What we brought goes; somebody's own rsyslog goes on without it. */
function nothingSent({ view: { alone, ours, rsyslog } }: LogInput): readonly Claim[] {
  if (ours.length === 0) return [];
  const reason = "The profile names no collector any more.";
  const on = ours.map((path) => `file:${path}`);
  const service = alone
    ? daemon(units.rsyslog, { enabled: false, active: false })
    : daemon(units.rsyslog, { on });
  return [...gone(ours), ...(rsyslog === undefined ? [] : [claim(reason, service)])];
}
