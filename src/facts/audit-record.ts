/**
 * One record of the audit log, a line as `ausearch --raw` prints it. Pure.
 *
 *     type=SYSCALL msg=audit(1795727684.717:377): arch=c000003e … comm="touch" key="x" GS ARCH=x86_64 AUID="anna"
 *
 * What a user may have chosen stands in quotes, or in hexadecimal where it has a quote, a space or a control character
 * in it: audit_log_untrustedstring of the kernel. What is behind GS (0x1d) auditd adds: names for the numbers.
 * Fields: the audit project's field dictionary.
 */

export interface AuditRecord {
  readonly type: string;
  /** Seconds since 1970, to the millisecond. */
  readonly time: number;
  /** With the time it tells one event from another; all records of an event have both. */
  readonly serial: number;
  /** As the kernel or a program of root's said it; decoded where it may be in hexadecimal. */
  readonly fields: ReadonlyMap<string, string>;
  /** What auditd knew the numbers as: `AUID` is the login's name. Empty where its log_format is RAW. */
  readonly names: ReadonlyMap<string, string>;
}

const head = /^(?:node=\S+ )?type=(\S+) msg=audit\((\d{1,12})\.(\d{3}):(\d{1,12})\): ?/;

/** Undefined for what is no record, such as one that is cut off at its beginning. */
export function parseAuditRecord(line: string): AuditRecord | undefined {
  const found = head.exec(line);
  if (found === null) return undefined;
  const [all, type = "", seconds, milliseconds, serial] = found;
  const [said = "", added = ""] = line.slice(all.length).split("\u001d", 2);
  const [, before = said, message = ""] = /^(.*?)\bmsg='(.*)'\s*$/s.exec(said) ?? [];
  return {
    type,
    time: Number(`${seconds}.${milliseconds}`),
    serial: Number(serial),
    fields: fieldsOf(type, `${before} ${message}`),
    names: fieldsOf(type, added),
  };
}

/** The first of a name counts: what the kernel says stands before what a program says. */
function fieldsOf(type: string, text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(/(?<=^|\s)([\w.[\]-]+)=("[^"]*"|[^\s"]*)/g))
    if (!fields.has(name)) fields.set(name, isEncoded(type, name) ? decoded(value) : plain(value));
  return fields;
}

const encoded: ReadonlySet<string> = new Set("comm exe cwd name proctitle key cmd acct data path".split(" "));

/** In other records `a0` is a number in hexadecimal. */
const isEncoded = (type: string, name: string) =>
  encoded.has(name) || (type === "EXECVE" && /^a\d+(\[\d+\])?$/.test(name));

const plain = (value: string) => (value.startsWith('"') ? value.slice(1, -1) : value);

const decoded = (value: string) =>
  /^(?:[0-9A-F]{2})+$/.test(value) ? Buffer.from(value, "hex").toString("utf8") : plain(value);

/** A field's value; undefined where it isn't there, and for the ways in which nothing is said. */
export function said({ fields }: AuditRecord, name: string): string | undefined {
  const value = fields.get(name);
  return value === undefined || /^(?:\?|\(null\)|\(none\)|)$/.test(value) ? undefined : value;
}
