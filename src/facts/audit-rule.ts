/**
 * Audit rules in one canonical form, whoever wrote them: rules files and `auditctl -l` spell the same rule
 * differently (`-w` or `-a … -F path=`, `-k` or `-F key=`, unset or -1, syscalls that auditctl 4 adds by itself).
 * Source: auditctl(8) of audit 3.0.9 and 4.0.2, and what their `-l` prints for rules that a real kernel holds.
 */

export interface AuditRule {
  readonly action: string; // always, never
  readonly list: string; // exit, exclude, task, user, filesystem, io_uring
  readonly arch?: string; // b64, b32
  /** Sorted; "all" where the rule names none. */
  readonly syscalls: "all" | readonly string[];
  /** `auid!=unset`, `perm=aw`, `dir=/etc/ssh`; sorted, without arch and key. */
  readonly fields: readonly string[];
  readonly keys: readonly string[];
}

export type AuditLine =
  | { readonly kind: "rule"; readonly rule: AuditRule }
  /** `-d` and `-W`: takes one rule out again. */
  | { readonly kind: "delete"; readonly rule: AuditRule }
  /** `-D`, or `-D -k KEY`. */
  | { readonly kind: "delete all"; readonly key?: string }
  /** `-e 2`, `-b 8192`, `-i`, … */
  | { readonly kind: "control"; readonly flag: string; readonly value: string };

const identities = /^(a|e|s|fs|o|obj_)?[ug]id$/;
const letters = (text: string) => [...new Set(text)].sort().join("");
const withoutSlash = (path: string) => (path === "/" ? path : path.replace(/\/+$/, ""));
const machines: Readonly<Record<string, string>> = {
  x86_64: "b64",
  aarch64: "b64",
  i386: "b32",
  i686: "b32",
  arm: "b32",
};

function canonicalValue(name: string, value: string): string {
  if (name === "path" || name === "dir") return withoutSlash(value);
  if (name === "perm") return letters(value);
  if (name === "arch") return machines[value] ?? value;
  if (!identities.test(name)) return value;
  if (value === "-1" || value === "4294967295") return "unset";
  return value === "root" ? "0" : value;
}

const field = /^([A-Za-z_0-9]+)(!=|>=|<=|&=|=|>|<|&)(.*)$/;

interface Draft {
  verb?: "-a" | "-d" | "-w" | "-W";
  operand: string;
  readonly syscalls: string[];
  readonly fields: [name: string, operator: string, value: string][];
}

function addField(draft: Draft, text: string, compared = false): void {
  const [, given = text, operator = "", value = ""] = field.exec(text) ?? [];
  const name = given.toLowerCase() === "loginuid" ? "auid" : given.toLowerCase();
  if (compared) draft.fields.push([name, operator, `field ${value.toLowerCase()}`]);
  else draft.fields.push([name, operator, canonicalValue(name, value)]);
}

/** What `-w PATH` and a rule with only path or dir, perm and keys have in common: auditctl prints both as `-w`. */
function watchFields(fields: Draft["fields"]): Draft["fields"] {
  const names = fields.map(([name]) => name).filter((name) => name !== "key");
  const isWatch = names.every((name) => ["path", "dir", "perm", "watch"].includes(name));
  if (!isWatch || !names.some((name) => name !== "perm")) return fields;
  const named = fields.map(([name, operator, value]): Draft["fields"][number] => [
    name === "path" || name === "dir" ? "watch" : name,
    operator,
    value,
  ]);
  return names.includes("perm") ? named : [...named, ["perm", "=", "arwx"]];
}

function finish(draft: Draft): AuditRule {
  const isWatch = draft.verb === "-w" || draft.verb === "-W";
  const words = isWatch ? ["always", "exit"] : draft.operand.split(",");
  const action = words.find((word) => word === "always" || word === "never") ?? "";
  const own = isWatch
    ? [["watch", "=", withoutSlash(draft.operand)] as [string, string, string], ...draft.fields]
    : draft.fields;
  const arch = own.find(([name]) => name === "arch")?.[2];
  const all = draft.syscalls.length === 0 || draft.syscalls.includes("all");
  const fields = arch === undefined && all ? watchFields(own) : own;
  return {
    action,
    list: words.find((word) => word !== action) ?? "",
    ...(arch === undefined ? {} : { arch }),
    syscalls: all ? "all" : [...new Set(draft.syscalls)].sort(),
    fields: fields
      .filter(([name]) => name !== "arch" && name !== "key")
      .map((parts) => parts.join(""))
      .sort(),
    keys: own.filter(([name]) => name === "key").map(([, , value]) => value),
  };
}

/** One line of a rules file, or of `auditctl -l`; undefined for blank lines, comments and other text. */
export function parseAuditLine(line: string): AuditLine | undefined {
  const words = line.trim().split(/\s+/);
  const [first = "", second = ""] = words;
  if (!first.startsWith("-")) return undefined;
  if (first === "-D")
    return { kind: "delete all", ...(second === "-k" && words[2] ? { key: words[2] } : {}) };
  const draft: Draft = { operand: "", syscalls: [], fields: [] };
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1] ?? "";
    switch (words[at]) {
      case "-a":
      case "-A":
        draft.verb = "-a";
        draft.operand = value;
        break;
      case "-d":
      case "-w":
      case "-W":
        draft.verb = words[at] as "-d" | "-w" | "-W";
        draft.operand = value;
        break;
      case "-S":
        draft.syscalls.push(...value.split(","));
        break;
      case "-F":
        addField(draft, value);
        break;
      case "-C":
        addField(draft, value, true);
        break;
      case "-p":
        addField(draft, `perm=${value}`);
        break;
      case "-k":
        addField(draft, `key=${value}`);
        break;
      default:
        return { kind: "control", flag: first, value: second };
    }
  }
  if (draft.verb === undefined) return { kind: "control", flag: first, value: second };
  return { kind: draft.verb === "-d" || draft.verb === "-W" ? "delete" : "rule", rule: finish(draft) };
}

/** Syscalls that auditctl 4 lists at least for `perm=wa` on every architecture. */
const writing = ["fchmod", "fchown", "ftruncate", "linkat", "openat", "truncate", "unlinkat"];

const sameList = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((each, at) => each === b[at]);

function sameSyscalls(loaded: AuditRule, wanted: AuditRule): boolean {
  if (loaded.syscalls === "all") return true;
  if (wanted.syscalls !== "all") return wanted.syscalls.every((each) => loaded.syscalls.includes(each));
  return wanted.fields.includes("perm=aw") && writing.every((each) => loaded.syscalls.includes(each));
}

/** Whether a rule that the kernel has does all that the wanted one would. */
export function fulfils(loaded: AuditRule, wanted: AuditRule): boolean {
  return (
    loaded.action === wanted.action &&
    loaded.list === wanted.list &&
    (loaded.arch === wanted.arch || loaded.arch === undefined) &&
    sameList(loaded.fields, wanted.fields) &&
    wanted.keys.every((key) => loaded.keys.includes(key)) &&
    sameSyscalls(loaded, wanted)
  );
}

/** Whether two rules are one by all that can be told: values and numbers of system calls may be spelled otherwise. */
export const isAlike = (a: AuditRule, b: AuditRule) => fulfils(a, b) || signature(a) === signature(b);

/** Places, names and keys: equal for two spellings of a rule that {@link fulfils} may not see through. */
export function signature(rule: AuditRule): string {
  const places = rule.fields
    .filter((each) => /^(path|dir|watch)=/.test(each))
    .map((each) => each.replace(/^\w+/, ""));
  const names = rule.fields
    .map((each) => field.exec(each)?.[1] ?? each)
    .filter((name) => !/^(path|dir|watch)$/.test(name));
  return [rule.action, rule.list, rule.arch ?? "", ...places, ...names, ...rule.keys].join(" ");
}
