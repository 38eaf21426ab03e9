/** Records of the audit log put together to events: who, from where, what, when. Pure. */
import { posix } from "node:path";
import { getSystemErrorName } from "node:util";
import { type AuditRecord, said } from "./audit-record.ts";

/** A user by number, and by name where auditd has written it into the log. */
export interface AuditUser {
  readonly uid: number;
  readonly name?: string;
}

export interface AuditedFile {
  /** Absolute where the log says in which folder the command was at work. */
  readonly path: string;
  readonly how: "changed" | "created" | "removed" | "replaced";
}

export interface AuditEvent {
  /** Seconds since 1970. */
  readonly time: number;
  readonly serial: number;
  readonly keys: readonly string[];
  /** `command`: a program was started; `files`: files were touched; `rules`: the audit rules themselves. */
  readonly kind: "command" | "files" | "rules";
  /** Whoever logged in, whatever he has become since; undefined for daemons. */
  readonly login?: AuditUser;
  /** The address that the login's session came from. */
  readonly from?: string;
  /** As whom it was done: the effective user. */
  readonly user?: AuditUser;
  /**
   * Of a command its words, quoted as a shell reads them, or its path where it could not be started; of anything else the
   * title of the process, which it may set itself.
   */
  readonly command: string;
  /** Path of the program. */
  readonly program?: string;
  readonly folder?: string;
  readonly files: readonly AuditedFile[];
  /** Of the rules: `add_rule`, `remove_rule`, or `updated_rules` where the kernel itself follows a file to a new one. */
  readonly change?: string;
  /** Such as EACCES: it was tried, and not done. */
  readonly failed?: string;
}

type Group = readonly AuditRecord[];

/** Records of one event each, in the order in which the events begin. */
export function grouped(records: readonly AuditRecord[]): readonly Group[] {
  const groups = new Map<string, AuditRecord[]>();
  for (const record of records) {
    const id = `${record.time}:${record.serial}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [record]);
    else group.push(record);
  }
  return [...groups.values()];
}

/** Of a session, from when on: its numbers begin anew at each boot. */
type Sessions = ReadonlyMap<string, readonly { readonly time: number; readonly from: string }[]>;

/** From where sessions were opened: records of pam, which have the address. */
export function sessionsOf(records: readonly AuditRecord[]): Sessions {
  const sessions = new Map<string, { time: number; from: string }[]>();
  for (const record of records.filter(({ type }) => type === "USER_START" || type === "USER_LOGIN")) {
    const [session, from] = [said(record, "ses"), said(record, "addr")];
    if (session === undefined || session === unset || from === undefined) continue;
    sessions.set(session, [...(sessions.get(session) ?? []), { time: record.time, from }]);
  }
  return sessions;
}

const unset = String(2 ** 32 - 1);

/** The keys under which an event was recorded: several are one text with 0x01 between them. */
export const keysOf = (group: Group): readonly string[] => [
  ...new Set(group.flatMap((record) => said(record, "key")?.split("\u0001") ?? [])),
];

/** Undefined for what no rule has recorded. */
export function eventOf(group: Group, sessions: Sessions): AuditEvent | undefined {
  const keys = keysOf(group);
  const main = group.find(({ type }) => type === "SYSCALL") ?? group.find((each) => said(each, "key"));
  if (keys.length === 0 || main === undefined) return undefined;
  const kind = kindOf(group, main);
  const login = userOf(main, "auid");
  const from = fromOf(main, sessions);
  const user = userOf(main, "euid");
  const [program, failed] = [said(main, "exe"), failureOf(main)];
  const folder = first(group, "CWD", "cwd");
  return {
    time: main.time,
    serial: main.serial,
    keys,
    kind,
    ...(login === undefined ? {} : { login }),
    ...(from === undefined ? {} : { from }),
    ...(user === undefined ? {} : { user }),
    command: commandOf(group, main, kind),
    ...(kind === "rules" ? { change: first(group, "CONFIG_CHANGE", "op") ?? "changed" } : {}),
    ...(program === undefined ? {} : { program }),
    ...(folder === undefined ? {} : { folder }),
    files: kind === "files" ? filesOf(group, folder) : [],
    ...(failed === undefined ? {} : { failed }),
  };
}

const first = (group: Group, type: string, field: string) =>
  group.flatMap((record) => (record.type === type ? (said(record, field) ?? []) : []))[0];

/** Numbers of execve and execveat by architecture, where auditd has written no name: x86-64, i386, arm64, arm. */
const starts: ReadonlySet<string> = new Set(
  ["c000003e 59", "c000003e 322", "40000003 11", "40000003 358"].concat([
    ...["c00000b7 221", "c00000b7 281", "40000028 11", "40000028 387"],
  ]),
);

function kindOf(group: Group, main: AuditRecord): AuditEvent["kind"] {
  if (group.some(({ type }) => type === "CONFIG_CHANGE")) return "rules";
  const call = main.names.get("SYSCALL");
  const isStart =
    call === undefined
      ? starts.has(`${said(main, "arch")} ${said(main, "syscall")}`)
      : call.startsWith("execve");
  return isStart || group.some(({ type }) => type === "EXECVE") ? "command" : "files";
}

function userOf(record: AuditRecord, field: "auid" | "euid"): AuditUser | undefined {
  const uid = said(record, field);
  if (uid === undefined || uid === unset || uid === "-1" || !/^\d+$/.test(uid)) return undefined;
  const name = record.names.get(field.toUpperCase());
  return { uid: Number(uid), ...(name === undefined || name.startsWith("unknown(") ? {} : { name }) };
}

const fromOf = (main: AuditRecord, sessions: Sessions) =>
  (sessions.get(said(main, "ses") ?? unset) ?? []).findLast(({ time }) => time <= main.time)?.from;

function failureOf(main: AuditRecord): string | undefined {
  if (said(main, "success") !== "no") return undefined;
  const exit = Number(said(main, "exit"));
  return Number.isInteger(exit) && exit < 0 && exit > -4096 ? getSystemErrorName(exit) : "failed";
}

const plainWord = /^[\w@%+=:,./-]+$/;
const shellWord = (word: string) => (plainWord.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function commandOf(group: Group, main: AuditRecord, kind: AuditEvent["kind"]): string {
  const words = wordsOf(group.filter(({ type }) => type === "EXECVE"));
  if (words.length > 0) return words.map(shellWord).join(" ");
  const tried = kind === "command" ? first(group, "PATH", "name") : undefined;
  if (tried !== undefined) return shellWord(tried);
  const title = first(group, "PROCTITLE", "proctitle")?.replace(/\0+$/, "").split("\0");
  return title?.map(shellWord).join(" ") ?? said(main, "comm") ?? said(main, "op") ?? "";
}

/** A long word comes in pieces, `a1[0]` and on, in records of their own. */
function wordsOf(records: Group): readonly string[] {
  const words = new Map<number, string>();
  for (const { fields } of records)
    for (const [name, value] of fields) {
      const at = /^a(\d+)(?:\[\d+\])?$/.exec(name)?.[1];
      if (at !== undefined) words.set(Number(at), (words.get(Number(at)) ?? "") + value);
    }
  return [...words].sort(([a], [b]) => a - b).map(([, word]) => word);
}

/** What was touched, without the folders that it is in; a path that went and came in one call was replaced. */
function filesOf(group: Group, folder: string | undefined): readonly AuditedFile[] {
  const files = new Map<string, AuditedFile["how"]>();
  for (const record of group) {
    const [name, type] = [said(record, "name"), said(record, "nametype")];
    if (record.type !== "PATH" || name === undefined || type === "PARENT") continue;
    const path = folder === undefined ? name : posix.resolve(folder, name);
    const how = type === "CREATE" ? "created" : type === "DELETE" ? "removed" : "changed";
    const was = files.get(path);
    files.set(path, was !== undefined && was !== how ? "replaced" : how);
  }
  return [...files].map(([path, how]) => ({ path, how }));
}
