/** The audit log since a moment, as the host's ausearch(8) reads it. */
import { gunzipSync } from "node:zlib";
import { redactOutput } from "../secrets/index.ts";
import { type AuditRecord, parseAuditRecord } from "./audit-record.ts";
import { type Frame, innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

export interface AuditLog {
  /** Seconds since 1970, by the host's clock: what was asked for. */
  readonly since: number;
  /** Of the log's first record; undefined where it is empty. */
  readonly begins?: number;
  /** There was more than 20 MiB: the oldest records are left out. */
  readonly cut: boolean;
  readonly records: readonly AuditRecord[];
  /** Records of sessions that were opened, from the log's beginning on. */
  readonly sessions: readonly AuditRecord[];
}

export interface AuditLogQuestion {
  /** As date(1) reads it. */
  readonly since: string;
  /** A part of a rule's key. */
  readonly key?: string;
}

/** Absent where auditd isn't installed, unsupported where it has no log. */
export const auditLog = ({ since, key = "" }: AuditLogQuestion): Probe<AuditLog> => ({
  collector: "audit_log",
  args: [since, key],
  parse: parseLog,
});

const most = 20_971_520;

function parseLog(data: Buffer): AuditLog {
  const frames = innerFrames(data);
  const at = (word: string) => frames.findIndex((frame) => frame.word === word);
  const frame = (word: string): Frame => {
    const found = frames[at(word)];
    if (found === undefined) throw new Error(`the answer has no ${word}`);
    const told = frames[at(word) + 1];
    if (word !== "since") check(told?.word === "told" ? told.content.toString("utf8") : "status -1");
    return found;
  };
  const since = Number(frame("since").rest);
  if (!Number.isSafeInteger(since)) throw new Error("the answer has no time");
  const [first] = recordsOf(frame("first").content);
  const raw = unpacked(frame("records").content);
  const cut = raw.length >= most;
  const records = recordsOf(raw);
  const [oldest] = records;
  return {
    since,
    ...(first === undefined ? {} : { begins: first.time }),
    cut,
    // Of the oldest event a part may be missing.
    records: cut
      ? records.filter(({ time, serial }) => time !== oldest?.time || serial !== oldest.serial)
      : records,
    sessions: recordsOf(unpacked(frame("sessions").content)),
  };
}

/** What ausearch told: that it found nothing is its status 1, in silence but for what it thinks of the log's mode. */
function check(told: string): void {
  const status = /status (-?\d+)$/.exec(told)?.[1];
  const said = told
    .replace(/status -?\d+$/, "")
    .split("\n")
    .filter((line) => !/permissions should be|^<no matches>$|^\s*$/.test(line))
    .join("; ");
  if (status === undefined || (status === "1" && said === "")) return;
  if (status === "124") throw new Error("ausearch did not come to its end within 18 s");
  throw new Error(`ausearch failed: ${redactOutput(said) || `status ${status}`}`);
}

const unpacked = (content: Buffer) => gunzipSync(content, { maxOutputLength: most + 1 });

const recordsOf = (raw: Buffer) =>
  raw
    .toString("utf8")
    .split("\n")
    .flatMap((line) => parseAuditRecord(line) ?? []);
