/** Rules by which the kernel records nothing of what another rule names: auditctl(8) on lists and actions. Pure. */
import { type AuditRule, fulfils } from "../../facts/audit-rule.ts";
import { isWithin } from "../../path.ts";

/** Without one of these records an event says nothing of what was done, or isn't written at all. */
const needed = /^(SYSCALL|PATH|EXECVE|1300|1302|1309)$/;

/** Those of which a rule for writing is; others touch no file. */
const writing =
  /^(open|openat|openat2|creat|truncate|ftruncate|rename|renameat|renameat2|link|linkat|symlink|symlinkat|unlink|unlinkat|chmod|fchmod|fchmodat|fchmodat2|chown|fchown|lchown|fchownat|l?setxattr|fsetxattr|setxattrat|removexattr|lremovexattr|fremovexattr|mkdir|mkdirat|rmdir|mknod|mknodat|write|all)$/;

const valueIn = ({ fields }: AuditRule, name: RegExp) => {
  const found = fields.find((each) => name.test(each));
  return found?.slice(found.indexOf("=") + 1);
};

const place = /^(path|dir|watch)=/;

/** The rules, in the kernel's order, that come before the wanted one and swallow what it names. */
export function swallowing<T extends { readonly rule: AuditRule }>(
  rules: readonly T[],
  wanted: AuditRule,
): readonly T[] {
  const at = rules.findIndex(({ rule }) => fulfils(rule, wanted));
  return rules.filter(({ rule }, index) =>
    rule.list === "exclude"
      ? excludes(rule)
      : rule.list === "exit" && rule.action === "never" && index < at && hides(rule, wanted),
  );
}

/** Some leave out records of a type that nobody needs here. */
function excludes(rule: AuditRule): boolean {
  const type = valueIn(rule, /^msgtype=/);
  return type === undefined || needed.test(type);
}

/** Of one program alone, or of what the wanted one never names, it hides nothing that is promised. */
function hides(rule: AuditRule, wanted: AuditRule): boolean {
  const isKnown = rule.fields.every((each) =>
    /^(auid|uid|euid|gid|egid|perm|path|dir|watch)(=|!=)/.test(each),
  );
  return isKnown && meetsCalls(rule, wanted) && meetsPlaces(rule, wanted) && meetsUsers(rule, wanted);
}

function meetsCalls(rule: AuditRule, wanted: AuditRule): boolean {
  if (rule.arch !== undefined && wanted.arch !== undefined && rule.arch !== wanted.arch) return false;
  if (rule.syscalls === "all") return true;
  const { syscalls } = wanted;
  return rule.syscalls.some((each) => (syscalls === "all" ? writing.test(each) : syscalls.includes(each)));
}

function meetsPlaces(rule: AuditRule, wanted: AuditRule): boolean {
  const [theirs, ours] = [valueIn(rule, place), valueIn(wanted, place)];
  if (theirs === undefined) return true;
  return ours !== undefined && (isWithin(theirs, ours) || isWithin(ours, theirs));
}

/** A field of one of them that rules out the other's: `euid=1001` meets no `euid=0`. */
function meetsUsers(rule: AuditRule, wanted: AuditRule): boolean {
  const ours = wanted.fields.map(partsOf);
  return rule.fields.map(partsOf).every(({ name, isNot, value }) => {
    const other = ours.find((each) => each.name === name);
    if (other === undefined || name === "perm" || place.test(`${name}=`)) return true;
    if (isNot && other.isNot) return true;
    return isNot === other.isNot ? value === other.value : value !== other.value;
  });
}

function partsOf(field: string) {
  const [, name = "", not, value = ""] = /^(\w+)(!?)=(.*)$/.exec(field) ?? [];
  return { name, isNot: not === "!", value };
}
