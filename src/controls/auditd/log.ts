/** How much auditd keeps: keys of auditd.conf(5), which has no folder for files of others. Pure. */
import { type KeyValueStyle, parse } from "../../edits/index.ts";
import { changedText } from "../../facts/changed.ts";
import { valueOr } from "../../facts/probe.ts";
import type { EditResource } from "../../kinds/edit-keys.ts";
import type { CheckResult } from "../../plan/control.ts";
import { packages } from "../../platform.ts";
import { byOthers, verdicts } from "../verdict.ts";
import { confPath } from "./probes.ts";
import { type AuditInput, maskedUnit } from "./state.ts";

/** auditd doesn't start by a line without blanks around its `=`. */
const format: KeyValueStyle = { separator: " = " };

type Key = "max_log_file" | "num_logs" | "max_log_file_action" | "space_left_action";

/** What auditd's own source gives a key that isn't in the file. */
const builtIn: Readonly<Record<Key, string>> = {
  max_log_file: "8",
  num_logs: "0",
  max_log_file_action: "IGNORE",
  space_left_action: "IGNORE",
};

function valuesOf({ facts }: AuditInput): Readonly<Record<Key, string>> {
  const content = valueOr(facts.conf, undefined)?.content ?? Buffer.alloc(0);
  const parsed = parse(format, content);
  const value = (key: Key) => {
    const got = parsed.ok ? parsed.get([key]) : parsed;
    return got.ok && typeof got.value === "string" ? got.value.trim() : builtIn[key];
  };
  return Object.fromEntries(Object.keys(builtIn).map((key) => [key, value(key as Key)])) as Record<
    Key,
    string
  >;
}

/** More than is asked for stays, and so does an action that loses nothing: somebody has thought of it. */
function wantedOf(input: AuditInput): Readonly<Record<Key, string>> {
  const now = valuesOf(input);
  const { logSize, logFiles } = input.params;
  const atLeast = (key: Key, wanted: number) =>
    /^\d{1,6}$/.test(now[key]) && Number(now[key]) >= wanted ? now[key] : String(wanted);
  return {
    max_log_file: atLeast("max_log_file", logSize),
    num_logs: atLeast("num_logs", logFiles),
    max_log_file_action: /^(rotate|keep_logs)$/i.test(now.max_log_file_action)
      ? now.max_log_file_action
      : "ROTATE",
    space_left_action: /^ignore$/i.test(now.space_left_action) ? "SYSLOG" : now.space_left_action,
  };
}

export const logEdit = (input: AuditInput): EditResource => ({
  kind: "edit",
  path: confPath,
  format,
  unset: [],
  set: Object.entries(wantedOf(input)).map(([key, value]) => [[key], value] as const),
  missing: "skip",
  package: packages.auditd,
  mode: "0640",
  owner: "root",
  group: "root",
});

const text = (values: Readonly<Record<Key, string>>) =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");

/** Why auditd doesn't work with its file's values yet; undefined where it does. */
export const unread = ({ facts }: AuditInput): string | undefined =>
  valueOr(facts.kernel, undefined)?.confChanged && valueOr(facts.unit, undefined)?.active
    ? `auditd has not read ${confText(facts)}, and does when it starts`
    : undefined;

function confText({ conf }: AuditInput["facts"]): string {
  const [, seconds] = valueOr(conf, undefined)?.stamp?.split(":") ?? [];
  return seconds === undefined ? confPath : changedText({ path: confPath, changed: Number(seconds) });
}

export function logSize(input: AuditInput): CheckResult {
  const { logSize, logFiles } = input.params;
  const expected = `at least ${logFiles} files of ${logSize} MB, the oldest is overwritten, and a disk that fills up is told`;
  const now = valuesOf(input);
  const wanted = wantedOf(input);
  const waits = unread(input);
  const same = text(now) === text(wanted) && waits === undefined;
  const found = [text(now), ...(waits === undefined ? [] : [waits])].join("; ");
  const given = verdicts(expected).is(same, found);
  return !same && maskedUnit(input) !== undefined ? byOthers(given) : given;
}
