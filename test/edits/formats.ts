/** What the properties of edits need of each format: whole texts, keys that hit and miss, hostile words, a reader. */
import fc from "fast-check";
import { parse as parseYaml, stringify } from "yaml";
import type { EditFormat, Key, Value } from "../../src/edits/index.ts";

export interface Case {
  readonly format: EditFormat;
  /** Texts that are no trouble. */
  readonly texts: fc.Arbitrary<string>;
  readonly keys: fc.Arbitrary<Key>;
  readonly values: fc.Arbitrary<Value>;
  /** An independent reader of the whole text. */
  readonly read: (text: string) => Value;
}

const names = ["a", "b", "log-opts", "c d", "__proto__", "constructor", "é", "x.y", "10"];
const hostile = [
  '"',
  "'",
  "\\",
  "\n",
  "\r\n",
  "\u2028",
  "\u0085",
  "\ufeff",
  ": ",
  " #",
  ";",
  "=",
  ",",
  "}",
  "]",
  "{",
  "[x]",
  "- ",
  "&a",
  "*a",
  "!!str",
  "|",
  ">",
  "%",
  "@",
  "`id`",
  "$(id)",
  "\t",
  " ",
  "\0",
  "\u0007",
  "yes",
  "0x1",
  "1e3",
  "~",
  "<<",
  "---",
  "...",
  "é",
  "😀",
  "\ud800",
  "__proto__",
];
export const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...hostile), { maxLength: 4 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const word = fc.stringMatching(/^[a-z][a-z0-9./-]{0,8}$/);
const scalar = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  word,
  hostileText.filter((text) => !/\p{Surrogate}/u.test(text)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
);
const object = (value: fc.Arbitrary<Value>) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), value), { selector: ([name]) => name, maxLength: 4 })
    .map((pairs) => Object.fromEntries(pairs) as Value);
export const treeValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    scalar,
    object(tie("value")),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).value;
const tree = object(treeValue);
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });

const space = fc.constantFrom("", "", "", " ", "\n", "\r\n\t", "  ");
/** JSON with white space anywhere, and with numbers that no reader can hold. */
const looseJson = fc
  .tuple(tree, fc.infiniteStream(space), fc.constantFrom("1e400", "12345678901234567890", "1.50"))
  .map(([value, spaces, number]) => {
    const text = JSON.stringify(value).replace(/("(?:[^"\\]|\\.)*")|([{}[\],:])|([^"{}[\],:]+)/g, (token) => {
      const shown = /^-?\d/.test(token) && token.length > 3 ? number : token;
      return `${spaces.next().value}${shown}`;
    });
    return `${text}${spaces.next().value}`;
  });
const neatJson = fc
  .tuple(tree, fc.constantFrom("  ", "    ", "\t"), fc.constantFrom("\n", "\r\n"), fc.boolean(), fc.boolean())
  .map(([value, indent, eol, last, mark]) => {
    const text = JSON.stringify(value, undefined, indent).replaceAll("\n", eol);
    return `${mark ? "\ufeff" : ""}${text}${last ? eol : ""}`;
  });

export const json: Case = {
  format: "json",
  texts: fc.oneof(
    looseJson,
    neatJson,
    fc.constantFrom("", "\n", "{}", "{ }\n", '{"a":{}}', '{\n  "a": { },\n\n  "b": 1}'),
  ),
  keys: path,
  values: treeValue,
  read: (text) => (text.trim() === "" ? {} : JSON.parse(text.replace(/^\ufeff/, ""))),
};

/** Comments between, after and inside; every line stands for itself, so that they can be put in anywhere between keys. */
const yamlText = fc
  .tuple(
    tree,
    fc.constantFrom(2, 4),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean(),
    fc.infiniteStream(fc.constantFrom("", "", "", "# note\n", "\n", "    # far\n")),
    fc.boolean(),
  )
  .map(([value, indent, eol, last, notes, seqs]) => {
    const lines = stringify(value, {
      indent,
      lineWidth: 0,
      blockQuote: false,
      indentSeq: seqs,
      doubleQuotedMinMultiLineLength: 1e9,
    });
    const noted = lines
      .replace(/(^|\n)(?=[^\n])/g, (start) => `${start}${notes.next().value}`)
      .replaceAll("\n", eol);
    return last ? noted : noted.replace(/(\r?\n)+$/, "");
  });
const someYaml = [
  "",
  "# only a note\n",
  "---\n# note\n",
  "a: 1 # one\nb: # two\n  # in\n  c d: 2 # three\n  # tail\n# end\n",
  "a:\n- 1\n- 2\nb: |\n  text\n   more\n\nlog-opts: >-\n  folded\n  text\n",
  "a: |+\n  keep\n\n",
  "a: {b: 1, c d: [1, 2]}\nb: {}\nlog-opts: { a: 'x', }\n",
  "{a: 1, b: {a: x}}\n",
  "\ufeffa: 'it''s' # q\nb: \"d\\n\"\nlog-opts:\n    a: yes\n    b: 0o17\n",
  "a: 1\nb: 2",
  "%YAML 1.2\n---\na: 12345678901234567890\nb: .inf\n...\n",
  "a: plain\n  goes on\nb: 'quoted\n\n  goes on'\n",
];
export const yaml: Case = {
  format: "yaml",
  texts: fc.oneof(yamlText, fc.constantFrom(...someYaml)),
  keys: path,
  values: treeValue,
  read: (text) => parseYaml(text) ?? {},
};

const lineText = fc.oneof(word, hostileText);
const line = (keys: readonly string[], separators: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...keys),
      fc.constantFrom(...separators),
      fc.oneof(word, fc.constantFrom('"x"', '"a b"', "1", "caf\xe9")),
      fc.constantFrom("", "", " "),
    )
    .map(([key, separator, value, tail]) => `${key}${separator}${value}${tail}`);
const notes = fc.constantFrom("# note", "; note", "", "#a=1", "  ");
const joined = (parts: fc.Arbitrary<readonly string[]>) =>
  fc
    .tuple(parts, fc.constantFrom("\n", "\r\n"), fc.boolean())
    .map(([lines, eol, last]) => lines.join(eol) + (last && lines.length > 0 ? eol : ""));
const once = (lines: readonly string[], keyOf: (line: string) => string | undefined) => {
  const seen = new Set<string>();
  return lines.filter((one) => {
    const key = keyOf(one);
    const fresh = key === undefined || !seen.has(key);
    if (key !== undefined) seen.add(key);
    return fresh;
  });
};

const keyNames = ["a", "b", "net.ipv4.x", "C_D", "__proto__"];
const keyOf = (text: string) => /^ *([^ \t=#;]+)[ \t]*[= \t]/.exec(text)?.[1];

export const keyvalue = (separator: "=" | " ", quote?: '"'): Case => ({
  format: { separator, ...(quote !== undefined && { quote }) },
  texts: joined(
    fc
      .array(fc.oneof(line(keyNames, separator === "=" ? ["=", " = ", "= "] : [" ", "\t", "   "]), notes), {
        maxLength: 7,
      })
      .map((lines) => once(lines, keyOf)),
  ),
  keys: fc.constantFrom(...keyNames, "new").map((key) => [key]),
  values: lineText,
  read: (text) =>
    Object.fromEntries(
      text.split(/\r?\n/).flatMap((one) => {
        const found = separator === "=" ? /^([^#;=]+?) *= *(.*?)[ \t]*$/s : /^([^#;\s]+)[ \t]+(.*?)[ \t]*$/s;
        const [, key, value] = found.exec(one) ?? [];
        return key === undefined || value === undefined ? [] : [[key, value.replace(/^"(.*)"$/s, "$1")]];
      }),
    ),
});

const iniText = joined(
  fc
    .array(
      fc.tuple(
        fc.constantFrom("[s]", "[t u]", "[__proto__]"),
        fc.array(fc.oneof(line(["a", "b", "C_D", "__proto__"], ["=", " = ", ": "]), notes), { maxLength: 5 }),
        fc.constantFrom("", "  "),
      ),
      { maxLength: 3 },
    )
    .map((sections) =>
      once(
        sections.map(([header]) => header),
        (header) => header,
      ).flatMap((header) => {
        const [, lines, indent] = sections.find(([other]) => other === header)!;
        return [
          header,
          ...once(lines, (one) => /^([^ =:#;]+) *[=:]/.exec(one)?.[1]).map((one) => indent + one),
        ];
      }),
    ),
);
export const ini: Case = {
  format: "ini",
  texts: iniText,
  keys: fc.tuple(
    fc.constantFrom("s", "t u", "new", "__proto__"),
    fc.constantFrom("a", "b", "C_D", "__proto__", "n"),
  ),
  values: lineText,
  read: (text) => {
    const all: [string, [string, string][]][] = [];
    for (const one of text.split(/\r?\n/)) {
      const header = /^\s*\[(.*)\]$/.exec(one)?.[1];
      if (header !== undefined) all.push([header, []]);
      const [, key, value] = /^ *([^#;=:[\s]+) *[=:] *(.*?)[ \t]*$/s.exec(one) ?? [];
      if (key !== undefined && value !== undefined) all.at(-1)?.[1].push([key, value]);
    }
    return Object.fromEntries(all.map(([name, pairs]) => [name, Object.fromEntries(pairs)]));
  },
};
