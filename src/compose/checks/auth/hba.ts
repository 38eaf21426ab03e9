/** PostgreSQL's host-based authentication: whom a pg_hba.conf lets in over the network without a password. Pure. */
import { posix } from "node:path";

interface Token {
  readonly text: string;
  /** In quotes a word has no special meaning. */
  readonly isQuoted: boolean;
}

type Field = readonly Token[];

interface Lines {
  readonly lines: readonly (readonly Field[])[];
  /** What it includes, and that could not be read. */
  readonly unread: readonly string[];
}

export interface Admission {
  /** That asks for no password, of the first such rule that a client from elsewhere reaches. */
  readonly method: string | undefined;
  /** Paths of what it includes, and that could not be read. */
  readonly unread: readonly string[];
}

/** Fields between blanks, tokens between commas. https://www.postgresql.org/docs/17/auth-pg-hba-conf.html */
function fieldsOf(line: string): readonly Field[] {
  const fields: Token[][] = [];
  let isList = false;
  for (const [whole, token, comma] of line.matchAll(/((?:"(?:[^"]|"")*(?:"|$)|[^\s,"#])+)(,?)|#.*/g)) {
    if (token === undefined) break;
    if (!isList) fields.push([]);
    const text = token.replace(/"((?:[^"]|"")*)"?/g, (_all, inner: string) => inner.replaceAll('""', '"'));
    fields.at(-1)!.push({ text, isQuoted: whole.startsWith('"') });
    isList = comma === ",";
  }
  return fields;
}

type Texts = ReadonlyMap<string, string>;

const nested = 10;

function linesOf(path: string, files: Texts, depth = 0): Lines {
  const text = files.get(path);
  if (text === undefined || depth > nested) return { lines: [], unread: [path] };
  const parts = text
    .replace(/\\\r?\n/g, "")
    .split(/\r?\n/)
    .map((line): Lines => {
      const fields = fieldsOf(line);
      const [directive, target] = fields.length === 2 ? fields.map(([first]) => first!.text) : [];
      const there = posix.resolve(posix.dirname(path), target ?? "");
      if (directive === "include" || directive === "include_if_exists")
        return linesOf(there, files, depth + 1);
      if (directive === "include_dir") return folderOf(there, files, depth + 1);
      const lists = fields.map((field) => listOf(field, path, files, depth));
      // Whom a rule without a password is for makes no difference.
      const unread = lists.slice(4).flatMap((list) => list.unread);
      return { lines: [lists.map(({ field }) => field)], unread };
    });
  return joined(parts);
}

const joined = (parts: readonly Lines[]): Lines => ({
  lines: parts.flatMap(({ lines }) => lines),
  unread: parts.flatMap(({ unread }) => unread),
});

function folderOf(folder: string, files: Texts, depth: number): Lines {
  const names = [...files.keys()]
    .filter((path) => posix.dirname(path) === folder && /^[^.].*\.conf$/.test(posix.basename(path)))
    .sort();
  return names.length === 0
    ? { lines: [], unread: [folder] }
    : joined(names.map((name) => linesOf(name, files, depth)));
}

/** A field with what its `@file` lists in place of that. */
function listOf(field: Field, path: string, files: Texts, depth: number) {
  const parts = field.map((token): { readonly field: Field; readonly unread: readonly string[] } => {
    if (token.isQuoted || !/^@./.test(token.text)) return { field: [token], unread: [] };
    const { lines, unread } = linesOf(
      posix.resolve(posix.dirname(path), token.text.slice(1)),
      files,
      depth + 1,
    );
    return { field: lines.flat(2), unread };
  });
  return { field: parts.flatMap((part) => part.field), unread: parts.flatMap(({ unread }) => unread) };
}

/** `ident` over the network asks a program of the client's own machine. */
const isUnasked = (method: string | undefined) => method === "trust" || method === "ident";

/** The families of addresses that a rule is for: 4, 6 or both. */
const familiesOf = (address: string) =>
  /^\d+\.[\d.]+/.test(address) ? [4] : address.includes(":") ? [6] : [4, 6];

const hasAll = (field: Field = []) => field.some(({ text, isQuoted }) => text === "all" && !isQuoted);

/** The first rule that matches counts. */
export function admissionOf(path: string, files: Texts): Admission {
  const { lines, unread } = linesOf(path, files);
  const shut = new Set<number>();
  for (const [type, database, user, address, ...rest] of lines) {
    const [kind = "", place = ""] = [type?.[0]?.text, address?.[0]?.text];
    if (!kind.startsWith("host") || /^(?:127\.|::1|localhost$|samehost$)/.test(place)) continue;
    const [mask = "", method] = rest.map(([first]) => first?.text);
    const hasMask = /^[\d.]+$|:/.test(mask);
    const families = familiesOf(place);
    const own = hasMask ? method : mask;
    if (isUnasked(own) && families.some((each) => !shut.has(each))) return { method: own, unread };
    const isAnybody = hasAll(address) || /^(?:0\.0\.0\.0\/0|::\/0)$/.test(place);
    if (kind === "host" && hasAll(database) && hasAll(user) && isAnybody)
      for (const each of families) shut.add(each);
  }
  return { method: undefined, unread };
}
