import type { CollectorConnection, Forwarder } from "../../facts/logging.ts";
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { oneLine } from "../../text.ts";
import { atNextBoot } from "../next-boot/next-start.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { staleRules } from "../rsyslog-rules.ts";
import { byOthers, inapplicable, verdicts } from "../verdict.ts";
import { dropping } from "./dropping.ts";
import { alonePath, besidePath, queue, unitPath } from "./forward.ts";
import { settingOf } from "./journald.ts";
import type { LoggingParams } from "./params.ts";
import { journalFolder, type LogProbes } from "./probes.ts";
import { trouble } from "./said.ts";
import { isBound, isStored, keepsLogins, type LoggingView, type LogInput } from "./state.ts";

type LogCheck = TestRow<LoggingParams, LogProbes, LoggingView>;

const journalUnits = ({ facts }: LogInput) =>
  [facts.journaldAtBoot, facts.flushAtBoot].map((fact) => ({ fact, target: "sysinit.target" }));

const others = ({ facts }: LogInput) => ({ fact: facts.others, concern: "logging" }) as const;

const unread = ({ facts }: LogInput) =>
  valueOr(facts.unread, []).map(({ path }) => `${path} changed since journald was started`);

/** Fails by a file of somebody's that is read after ours: no change of the plan could alter that; or as ours comes last. */
function audited({ view }: LogInput, key: string, given: CheckResult): CheckResult {
  if (given.verdict !== "fail") return given;
  if (view.winning.some((each) => each.key === key)) return byOthers(given);
  return view.deletes ? { ...given, pending: "finalize" } : given;
}

function persistent(input: LogInput): CheckResult {
  if (!input.params.persistent) return inapplicable("the profile leaves it to the host");
  const files = valueOr(input.facts.journals, []);
  const storage = settingOf(input.view.settings, "Storage");
  const [first] = files;
  const stored = first?.startsWith("/var/log/journal/") === true && files.length === 1;
  const says =
    storage === undefined ? "no file says Storage" : `${storage.path} says Storage=${storage.value}`;
  const level = settingOf(input.view.settings, "MaxLevelStore");
  const leftOut =
    level === undefined || keepsLogins(level.value)
      ? []
      : [`${level.path} says MaxLevelStore=${level.value}, so logins are left out`];
  const lost = [
    ...leftOut,
    ...dropping(input.view.settings, valueOr(input.facts.limits, [[]]), valueOr(input.facts.disk, undefined)),
    ...valueOr(input.facts.heard, []),
  ];
  const found = [files.join(", ") || "no journal", says, ...lost, ...unread(input)].join("; ");
  const { is, fail } = verdicts("journald writes logins and more to /var/log/journal");
  const right = stored && isStored(storage?.value ?? "") && unread(input).length === 0;
  if (right && lost.length > 0) return byOthers(fail(found));
  return atNextBoot(audited(input, "Storage", is(right, found)), journalUnits(input), others(input));
}

function bounded(input: LogInput): CheckResult {
  const { params, view } = input;
  const last = settingOf(view.settings, "SystemMaxUse");
  const says = last === undefined || last.value === "" ? "no bound" : `${last.value} by ${last.path}`;
  const found = [says, ...unread(input)].join("; ");
  const right = isBound(last?.value ?? "", params) && unread(input).length === 0;
  return audited(input, "SystemMaxUse", verdicts(`at most ${params.maxUse}`).is(right, found));
}

function forwarding(input: LogInput): CheckResult {
  const { params, facts, view } = input;
  if (params.forwarding === undefined) return inapplicable("the profile names no collector");
  const { to, port, name = to } = params.forwarding;
  const { pass, fail, error } = verdicts(`a connection to ${to} port ${port}, by TLS, with the name ${name}`);
  const unit = view.rsyslog;
  if (view.isMasked) return byOthers(fail("rsyslog.service is masked"));
  if (!unit?.active) return fail(`rsyslog.service is ${unit?.state ?? "not there"}`);
  const own = view.alone && !unit.execStart.endsWith(` -f ${alonePath}`);
  if (own) return fail(`rsyslog.service runs ${unit.execStart}`);
  const late = valueOr(facts.rsyslogUnread, []).map(({ path }) => path);
  if (late.length > 0) return fail(`${late.join(", ")} changed since rsyslog was started`);
  if (facts.forwarder.state !== "present") return error(unseen(facts.forwarder));
  const { is, found } = connection(facts.forwarder.value, unit.mainPid);
  if (!is) return byOthers({ ...fail(found), remedy });
  const stale = view.alone ? undefined : staleRules(facts.rsyslogRules);
  if (stale !== undefined) return byOthers({ ...fail(stale.found), ...stale });
  const { stops } = facts.forwarder.value;
  if (stops.length > 0) return byOthers({ ...fail(heldBack(stops)), remedy: order });
  const boot = { fact: facts.rsyslogAtBoot, target: "multi-user.target", isKnown };
  return atNextBoot(pass(found), [boot], others(input));
}

const unseen = (fact: object) => ("why" in fact ? String(fact.why) : "there is no ss to see its connection");

const isKnown = ({ path }: { readonly path: string }) => path === unitPath;

const heldBack = (rules: readonly string[]) =>
  `rules before ours keep messages back: ${rules.map((rule) => oneLine(rule)).join(", ")}`;

const order = `Move these rules into a file that is read after ${besidePath}, and restart rsyslog.`;

const remedy =
  "Messages wait on the host's disk: see that the collector listens, and that its certificate has the name and is signed by what logging.forwarding.ca names.";

function connection({ connections, queued, said }: Forwarder, pid: number) {
  const open = connections.find((each) => each.pid === pid && hasAnswered(each));
  const waiting = queued > 0 ? `; ${queued} bytes of messages are on the disk` : "";
  const wrong = complaint(said) ?? (open === undefined ? "no connection is open" : stalled(open));
  return wrong === undefined
    ? { is: true, found: `connected to ${open!.address}` }
    : { is: false, found: `${wrong}${waiting}` };
}

function complaint(said: readonly string[]): string | undefined {
  const wrong = trouble(said, queue);
  return wrong === undefined ? undefined : `rsyslog says: ${oneLine(wrong)}`;
}

/** A collector that takes the connection and never answers has none of its certificate seen. */
const hasAnswered = ({ bytesReceived }: CollectorConnection) => bytesReceived > 0;

/** What is sent leaves within a round trip, unless the other side has stopped reading. */
const stallMs = 5000;

function stalled({ address, bytesUnsent, quietMs, isStopped, pid }: CollectorConnection): string | undefined {
  if (isStopped) return `rsyslogd (process ${pid}) was stopped by a signal and sends nothing`;
  if (bytesUnsent === 0 || quietMs < stallMs) return undefined;
  return `${address} has taken nothing for ${Math.floor(quietMs / 1000)} s, and ${bytesUnsent} bytes wait for it`;
}

const about = { role: "proof or audit" } as const;

export const checks: readonly LogCheck[] = [
  {
    ...about,
    id: "logging.persistent",
    reads: ["process", "file", "next start"],
    title: "The journal outlives a reboot",
    severity: "medium",
    why: "A journal in memory is gone after a reboot, and with it what made the host reboot.",
    breaks: "The disk holds as much as `maxUse`.",
    leavesOpen:
      "root can delete it, and change what isn't sealed. Jobs that leave 7 days, 64M or 100 files of it pass, and so do those that rotate it often.",
    stricter:
      "`Seal=yes` and `journalctl --setup-keys`, the key kept elsewhere: what is deleted is gone all the same.",
    look: "journalctl --list-boots; systemd-analyze cat-config systemd/journald.conf",
    references: references({ cis12: "6.1.2.4", cis13: "near 6.1.1", anssi: "near R71" }),
    needs: ["main", "journals", "journald"],
    keptAt: ({ params }) => (params.persistent ? [journalFolder] : []),
    test: persistent,
  },
  {
    ...about,
    id: "logging.bounded",
    reads: ["process", "file"],
    title: "The journal can't fill the disk",
    severity: "low",
    criteria: ["CC7.2", "A1.1"],
    why: "A log without a bound fills the disk, and stops what writes to it.",
    by: ["maxUse"],
    leavesOpen: "Whoever makes noise pushes older messages out.",
    stricter: "More of it (`maxUse: 10G`), and `logging.forwarding`: a disk, and a collector to be kept.",
    look: "journalctl --disk-usage; systemd-analyze cat-config systemd/journald.conf",
    references: references({ cis12: "6.1.1.3", cis13: "near 6.1.1", anssi: "R71" }),
    needs: ["main", "journald"],
    test: bounded,
  },
  {
    ...about,
    id: "logging.forwarding",
    reads: ["process", "kernel", "next start"],
    title: "Messages leave this host",
    severity: "medium",
    answers: ["monitoring.logs"],
    decides: ["monitoring.logs"],
    criteria: ["CC6.7", "CC7.2"],
    why: "Whoever takes the host over deletes its log first; a copy elsewhere stays.",
    breaks: "Nothing here while the collector is away: messages wait on the disk, up to `maxQueue`.",
    leavesOpen:
      "A collector that stops reading is told once its buffers are full, after megabytes; root can delete what waits in the queue.",
    stricter:
      "A certificate of the host's own (`certificate`, `key`), so that nobody speaks for it: it has to be renewed.",
    look: "journalctl -u rsyslog -n 20; ss -tnp | grep rsyslogd",
    references: references({ cis12: "6.1.3.6", cis13: "near 6.1.2", anssi: "R71" }),
    test: forwarding,
  },
];
