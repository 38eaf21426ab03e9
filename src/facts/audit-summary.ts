/** Counts of the audit log, each as aureport(8) counts it. Pure. */
import { grouped, keysOf } from "./audit-event.ts";
import { type AuditRecord, said } from "./audit-record.ts";

export interface Counted {
  readonly name: string;
  readonly events: number;
}

export interface AuditSummary {
  readonly events: number;
  /** `aureport --key --summary`. */
  readonly keys: readonly Counted[];
  /** By the number of whoever logged in: `aureport --user --summary`; -1 is nobody, as daemons have it. */
  readonly logins: readonly (Counted & { readonly user?: string })[];
  /** `aureport --comm --summary`. */
  readonly commands: readonly Counted[];
  /** By the name that was tried, and from where: `aureport --login --failed`. */
  readonly failedLogins: readonly Counted[];
}

export function summaryOf(records: readonly AuditRecord[]): AuditSummary {
  const groups = grouped(records);
  return {
    events: groups.length,
    keys: counted(groups.flatMap((group) => keysOf(group))),
    logins: counted(groups.flatMap(loginOf)).map((each) => ({ ...each, ...userOf(records, each.name) })),
    commands: counted(groups.flatMap(commandOf)),
    failedLogins: counted(groups.flatMap(failedLoginOf)),
  };
}

function counted(names: readonly string[]): readonly Counted[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, events]) => ({ name, events }))
    .sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1));
}

type Group = ReturnType<typeof grouped>[number];

function loginOf(group: Group): readonly string[] {
  const record = group.find((each) => said(each, "auid") !== undefined);
  if (record === undefined) return [];
  const uid = said(record, "auid")!;
  return [uid === "4294967295" ? "-1" : uid];
}

/** Its name, where auditd has written one beside the number. */
function userOf(records: readonly AuditRecord[], uid: string): { readonly user?: string } {
  const record = records.find((each) => said(each, "auid") === uid && each.names.has("AUID"));
  return record === undefined ? {} : { user: record.names.get("AUID")! };
}

const commandOf = (group: Group): readonly string[] =>
  group.flatMap((record) => said(record, "comm") ?? []).slice(0, 1);

const failedLoginOf = (group: Group): readonly string[] =>
  group.flatMap((record) =>
    record.type === "USER_LOGIN" && /^(failed|no|0)$/.test(said(record, "res") ?? "")
      ? [`${said(record, "acct") ?? "?"} from ${said(record, "addr") ?? said(record, "hostname") ?? "?"}`]
      : [],
  );
