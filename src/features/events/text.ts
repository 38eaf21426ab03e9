/** What the audit rules have recorded, for a person: a sentence an event. */
import type { AuditEvent, AuditUser } from "../../facts/audit-event.ts";
import type { AuditSummary, Counted } from "../../facts/audit-summary.ts";
import { resultsText } from "../../reports/end.ts";
import { fold, type Page } from "../../reports/page.ts";
import { clean, count, indent } from "../../reports/paint.ts";
import { timeText } from "../../reports/time.ts";
import type { Settled } from "../../results/settled.ts";
import { oneLine } from "../../text.ts";
import type { HostEvents } from "./work.ts";

export const eventsText = (report: readonly Settled<HostEvents>[], page: Page): string =>
  resultsText(report, (target, host) => hostText(target, host, page));

type Read = Extract<HostEvents, { auditd: "read" }>;

function hostText(target: string, host: HostEvents, page: Page): string {
  const name = page.paint("strong", target);
  if (host.auditd === "not applicable")
    return fold(`${name}: not applicable: ${clean(host.why)}, so nothing was recorded.`, page);
  const total = "events" in host ? host.events.length : host.summary.events;
  const head = `${name}: ${count(total, "event")} since ${timeText(host.since)}${host.begins === undefined ? "; the log is empty" : ""}.`;
  const lines = "events" in host ? host.events.map(sentence) : summaryLines(host.summary);
  return [head, ...caveats(host), ...lines].map((line) => fold(line, page, 4)).join("\n");
}

const caveats = ({ begins, since, cut, silent }: Read): readonly string[] => [
  ...(silent === undefined
    ? []
    : [
        `  Nothing is being recorded now: ${clean(silent)}. What was done since is not in this list; see it with: systemctl status auditd; auditctl -s`,
      ]),
  ...(begins !== undefined && begins > since
    ? [`  The log begins at ${timeText(begins)}, later than asked: what was before is not in it.`]
    : []),
  ...(cut
    ? [
        "  There is more than 20 MiB since then: the oldest is left out. Ask for a shorter time, or for a key.",
      ]
    : []),
];

/** WHEN  WHO from WHERE, as WHOM: WHAT  [KEYS] */
const sentence = (event: AuditEvent): string =>
  `  ${timeText(event.time)}  ${whoText(event)}: ${whatText(event)}  [${event.keys.map(clean).join(" ")}]`;

function whoText({ login, from, user }: AuditEvent): string {
  const who = login === undefined ? "a daemon" : userText(login);
  const where = from === undefined ? "" : ` from ${clean(from)}`;
  const asWhom = user === undefined || user.uid === login?.uid ? "" : ` as ${userText(user)}`;
  return `${who}${where}${asWhom}`;
}

const userText = ({ uid, name }: AuditUser) => (name === undefined ? `uid ${uid}` : clean(name));

const longest = 300;

function whatText({ kind, command, program, folder, files, change, failed }: AuditEvent): string {
  const line = oneLine(command, longest);
  const at = folder === undefined ? "" : ` in ${oneLine(folder, longest)}`;
  const why = failed === undefined ? "" : ` (${failed})`;
  const by = program === undefined ? "" : `, by ${oneLine(program, longest)}: ${line}${at}`;
  switch (kind) {
    case "command":
      return failed === undefined ? `ran ${line}${at}` : `could not run ${line}${why}${at}`;
    case "files":
      return `${failed === undefined ? "" : "could not do: "}${filesText(files)}${why}${by}`;
    case "rules":
      return `the audit rules: ${oneLine(change ?? "")}${by}`;
  }
}

const filesText = (files: AuditEvent["files"]) =>
  files.map(({ path, how }) => `${how} ${oneLine(path, longest)}`).join(", ") || "changed a file";

const summaryLines = ({ keys, logins, commands, failedLogins }: AuditSummary): readonly string[] => [
  ...table("by key", keys),
  ...table("by login", logins.map(loginName)),
  ...table("by command", commands),
  ...table("failed logins", failedLogins),
];

const loginName = ({ name, user, events }: AuditSummary["logins"][number]): Counted => ({
  name: name === "-1" ? "nobody: daemons" : user === undefined ? `uid ${name}` : `${user} (${name})`,
  events,
});

const table = (title: string, rows: readonly Counted[]): readonly string[] => [
  `  ${title}:${rows.length === 0 ? " none" : ""}`,
  ...rows.map(({ name, events }) => indent(`${String(events).padStart(7)}  ${oneLine(name, longest)}`, 2)),
];
