import { describe, expect, it } from "vitest";
import {
  apply,
  type EditFormat,
  type Key,
  type KeyChanges,
  parse,
  release,
  type Value,
} from "../../src/edits/index.ts";
import { processorMs } from "../setup/processor.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");
const ufw: EditFormat = { separator: "=", quote: '"' };
const sysctl: EditFormat = { separator: "=" };
const logins: EditFormat = { separator: " " };
const run = (format: EditFormat, text: string | undefined, changes: Partial<KeyChanges>) =>
  apply(format, text === undefined ? undefined : latin1(text), { set: [], unset: [], ...changes });
const now = (format: EditFormat, text: string | undefined, changes: Partial<KeyChanges>) => {
  const done = run(format, text, changes);
  return done.ok ? done.content.toString("latin1") : done;
};
type Set = readonly (readonly [Key, Value])[];

describe("a value", () => {
  it.each<[string, EditFormat, string | undefined, Set, string]>([
    [
      "of no file",
      "json",
      undefined,
      [
        [["log-opts", "max-size"], "10m"],
        [["icc"], false],
      ],
      '{\n  "log-opts": {\n    "max-size": "10m"\n  },\n  "icc": false\n}\n',
    ],
    ["of an object in one line", "json", '{"a": 1}', [[["b", "c"], [1]]], '{"a": 1, "b": {"c": [1]}}'],
    [
      "of an object without blanks",
      "json",
      '{"a":1}\n',
      [[["b"], { c: 1, d: 2 }]],
      '{"a":1,"b":{"c":1,"d":2}}\n',
    ],
    [
      "of an object in tabs",
      "json",
      '{\r\n\t"a": {}\r\n}',
      [[["a", "b"], 1]],
      '{\r\n\t"a": {\r\n\t\t"b": 1\r\n\t}\r\n}',
    ],
    [
      "beside numbers that nobody can hold",
      "json",
      '{"a":1e400, "b":12345678901234567890}',
      [[["c"], 1]],
      '{"a":1e400, "b":12345678901234567890, "c":1}',
    ],
    ["behind a byte order mark", "json", "\xef\xbb\xbf{}", [[["a"], 1]], '\xef\xbb\xbf{\n  "a": 1\n}'],
    [
      "that is so already",
      "json",
      '{"a" : {"y":2 , "x":1.0}}',
      [[["a"], { x: 1, y: 2 }]],
      '{"a" : {"y":2 , "x":1.0}}',
    ],
    [
      "named as JavaScript's own",
      "json",
      "{}\n",
      [[["__proto__", "a"], 1]],
      '{\n  "__proto__": {\n    "a": 1\n  }\n}\n',
    ],
    [
      "between comments",
      "yaml",
      "# top\na: 1 # one\nb:\n    c: 'x' # two\n    # tail\nd: 4\n",
      [
        [["a"], 2],
        [["b", "e"], "no"],
        [["b", "c"], "y"],
      ],
      '# top\na: 2 # one\nb:\n    c: "y" # two\n    e: "no"\n    # tail\nd: 4\n',
    ],
    [
      "in place of lines",
      "yaml",
      "a: # note\n  - 1\n  # in\n  - 2\nb: 1\n",
      [[["a"], 0]],
      "a: 0 # note\nb: 1\n",
    ],
    [
      "of lines in place of one",
      "yaml",
      "a: 1 # note\nb: 1\n",
      [[["a"], { c: ["d"] }]],
      "a: # note\n  c:\n    - d\nb: 1\n",
    ],
    [
      "between braces",
      "yaml",
      "a: {b: 1}\n",
      [
        [["a", "c"], "d, e"],
        [["a", "b"], 2],
      ],
      'a: {b: 2, "c": "d, e"}\n',
    ],
    ["in an empty mapping", "yaml", "a: {} # note\n", [[["a", "b"], 1]], "a: # note\n  b: 1\n"],
    [
      "of a key without one",
      "yaml",
      "a: # note\nb:",
      [
        [["a"], 1],
        [["b"], "x"],
      ],
      "a: 1 # note\nb: x",
    ],
    ["that older readers take for lines", "yaml", "", [[["a"], "x\u2028b: 1"]], 'a: "x\\u2028b: 1"\n'],
    ["that older readers end at a tab", "yaml", "", [[["a\tb"], "c\td"]], '"a\\tb": "c\\td"\n'],
    ["with quotes and lines", "yaml", "", [[["a"], 'x\n"y"']], 'a: "x\\n\\"y\\""\n'],
    ["of a new section", "ini", "[a]\nx = 1", [[["b", "y"], "2"]], "[a]\nx = 1\n\n[b]\ny = 2\n"],
    [
      "in the last place of its section",
      "ini",
      "[a]\n  x = 1\n; note\n\n[b]\nx:2\n",
      [[["a", "y"], "2"]],
      "[a]\n  x = 1\n  y = 2\n; note\n\n[b]\nx:2\n",
    ],
    ["under a header alone", "ini", "[a]\n#x=1\n[b]\n", [[["a", "x"], "2"]], "[a]\nx=2\n#x=1\n[b]\n"],
    [
      "in quotes, its comment stays",
      ufw,
      '# caf\xe9\r\nA="b" # c\r\nB=c\r\n',
      [
        [["A"], "x y"],
        [["B"], "d"],
      ],
      '# caf\xe9\r\nA="x y" # c\r\nB="d"\r\n',
    ],
    [
      "quoted before",
      sysctl,
      'a = "1" \n',
      [
        [["a"], "1"],
        [["b"], "2"],
      ],
      'a = "1" \nb=2\n',
    ],
    ["after a last line without its end", sysctl, "#a=0\na=1", [[["b"], "2"]], "#a=0\na=1\nb=2\n"],
    [
      "behind tabs",
      logins,
      "UMASK\t\t022\n#UMASK 077\n",
      [
        [["UMASK"], "027"],
        [["ENCRYPT"], "yes"],
      ],
      "UMASK\t\t027\n#UMASK 077\nENCRYPT yes\n",
    ],
    ["in UTF-8 beside bytes of any encoding", sysctl, "#\xff\n", [[["a"], "é"]], "#\xff\na=\xc3\xa9\n"],
  ])("%s", (_, format, text, set, expected) => {
    expect(now(format, text, { set })).toBe(expected);
  });
});

describe("a key that goes", () => {
  it.each<[string, EditFormat, string, Key, string]>([
    ["first", "json", '{\n  "a": 1,\n  "b": 2\n}\n', ["a"], '{\n  "b": 2\n}\n'],
    ["last", "json", '{\n  "a": 1,\n  "b": 2\n}\n', ["b"], '{\n  "a": 1\n}\n'],
    ["alone", "json", '{"a": {"b": 1}}', ["a", "b"], '{"a": {}}'],
    ["with its lines", "yaml", "# a\na: # b\n  c: 1 # d\n# e\nf: 1\n", ["a"], "# a\n# e\nf: 1\n"],
    ["alone in its mapping", "yaml", "a: # b\n  # c\n  d: 1\ne: 1\n", ["a", "d"], "a: {} # b\n  # c\ne: 1\n"],
    ["between braces", "yaml", "{a: 1, b: 2, c: 3}\n", ["b"], "{a: 1, c: 3}\n"],
    ["of a section", "ini", "[a]\n# n\nx=1 \n\ny=2\n", ["a", "x"], "[a]\n# n\n\ny=2\n"],
    ["of a line", ufw, '#A\nA="1" # n\r\nB=2', ["A"], "#A\nB=2"],
    ["that was never there", "json", '{ "a":1 }', ["b", "c"], '{ "a":1 }'],
  ])("%s", (_, format, text, key, expected) => {
    expect(now(format, text, { unset: [key] })).toBe(expected);
  });

  it("takes its parents along where they are named", () => {
    const text = '{"a": {"b": {"c": 1}}, "d": {}}';
    expect(now("json", text, { unset: [["a", "b", "c"]], prune: [["a"], ["a", "b"], ["d", "x"]] })).toBe(
      '{"d": {}}',
    );
    expect(now("ini", "[a]\nx=1\n\n[b]\ny=1\n", { unset: [["b", "y"]], prune: [["b"]] })).toBe("[a]\nx=1\n");
  });
});

describe("blocked, with where and what to do", () => {
  const at = (line: number, column: number) => ({ ok: false, line, column });
  it.each<[string, EditFormat, string, Key, RegExp, number, number]>([
    ["a comment", "json", '{\n  "a": 1 // no\n}', ["b"], /no comments/, 2, 10],
    ["a trailing comma", "json", '{"a": 1,}', ["b"], /not JSON/, 1, 9],
    ["an unfinished text", "json", '{"a": [1', ["b"], /ends too early/, 1, 9],
    ["a number that isn't one", "json", '{"a": 01}', ["b"], /not JSON/, 1, 7],
    ["text behind the end", "json", '{"a": 1} x', ["b"], /not JSON/, 1, 10],
    ["a key twice", "json", '{"x": {"a": 1,\n"\\u0061": 2}}', ["b"], /stands twice/, 2, 1],
    ["a child of a number", "json", '{"a": 1}', ["a", "b"], /no object/, 1, 7],
    ["a list as a document", "json", "[]", ["a"], /no object/, 1, 1],
    ["bytes that aren't UTF-8", "json", '{\n"a": "\xff"}', ["a"], /not UTF-8/, 2, 7],
    [
      "nesting without end",
      "json",
      `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`,
      ["b"],
      /Nested deeper/,
      1,
      506,
    ],
    ["an alias", "yaml", "a: &x {b: 1}\nc: *x\n", ["c", "b"], /alias/, 2, 4],
    ["an anchor", "yaml", "a: &x 1\nc: *x\n", ["a"], /anchor/, 1, 7],
    ["a value with another's anchor", "yaml", "p: &y 1\na: {x: &y 2}\nb: *y\n", ["a"], /would change/, 1, 1],
    ["a value with the only anchor", "yaml", "a: {x: &y 2}\nb: *y\n", ["a"], /would change/, 1, 1],
    ["a tag", "yaml", "a: !!str 1\n", ["a"], /tag/, 1, 10],
    ["a merge", "yaml", "x: &x {b: 1}\na:\n  <<: *x\n", ["a", "b"], /merge/, 3, 3],
    ["a key twice", "yaml", "a: 1\na: 2\n", ["b"], /unique/, 2, 1],
    ["a child of a word", "yaml", "a: b\n", ["a", "c"], /no object/, 1, 4],
    ["a child of nothing", "yaml", "a:\n", ["a", "c"], /no object/, 1, 3],
    ["two documents", "yaml", "a: 1\n---\nb: 1\n", ["a"], /documents/, 2, 1],
    ["a document that has ended", "yaml", "---\n...\n", ["a"], /ends before/, 1, 1],
    ["an open bracket", "yaml", "a: [1\n", ["b"], /not YAML/, 2, 1],
    ["a key twice", "ini", "[a]\nx=1\n[b]\n[a]\nx=2\n", ["a", "x"], /more than once/, 5, 1],
    ["a value over two lines", "ini", "[a]\nx = 1\n  2\n", ["a", "x"], /one line/, 2, 1],
    ["a line that may be another's value", "ini", "[a]\nx = 1\n  y = 2\n", ["a", "y"], /one line/, 3, 3 - 2],
    ["a line that goes on", "ini", "[a]\ny=1 \\\nx=2\n", ["a", "x"], /one line/, 3, 1],
    ["a new line after one that goes on", "ini", "[a]\ny=1\\\n", ["a", "x"], /backslash/, 2, 4],
    [
      "a key without a value",
      "ini",
      "[mysqld]\nskip-networking\n",
      ["mysqld", "skip-networking"],
      /without a value/,
      2,
      1,
    ],
    ["a key in another case", "ini", "[a]\nX=1\n", ["a", "x"], /case alone/, 2, 1],
    ["a key without its section", "ini", "x=1\n", ["x"], /a section and a name/, 1, 1],
    ["a key twice", sysctl, "a=1\na = 2\n", ["a"], /more than once/, 2, 1],
    ["no key at all", "json", "{}", [], /without a key/, 1, 1],
  ])("%s (%s)", (_, format, text, key, why, line, column) => {
    const done = run(format, text, { set: [[key, "v"]] });
    expect(done).toMatchObject(at(line, column));
    expect(done.ok ? "" : done.why).toMatch(why);
  });

  it.each<[EditFormat, Key, string]>([
    ["ini", ["a", "x"], "1\n[b]"],
    ["ini", ["a\n[b]", "x"], "1"],
    ["ini", ["a]", "x"], "1"],
    ["ini", ["a", "#x"], "1"],
    ["ini", ["a", "x=y"], "1"],
    ["ini", ["a", "x"], " 1"],
    ["ini", ["a", "x"], "1\\"],
    [sysctl, ["a"], "1\r"],
    [sysctl, ["a=b"], "1"],
    ["ini", ["a", "\u2028x"], "1"],
    ["ini", ["a", "x"], "1\u0085"],
    ["ini", ["a", "x"], "\u00a0"],
    [sysctl, ["a"], '"1"'],
    [sysctl, ["a"], "\0"],
    [sysctl, ["a"], "\ud800"],
    [ufw, ["a"], 'x"; id; "'],
    [ufw, ["a"], "$(id)"],
    [ufw, ["a"], "`id`"],
    [ufw, ["a"], "x\\"],
    [logins, ["a"], ""],
    [logins, ["a b"], "1"],
  ])("%j: %j with %j, which no line can say", (format, key, value) => {
    const done = run(format, "", { set: [[key, value]] });
    expect(done.ok ? "" : done.why).toMatch(/can't be written/);
  });

  it("gives all or nothing", () => {
    expect(
      run("json", '{"a": 1}', {
        set: [
          [["b"], 1],
          [["a", "c"], 1],
        ],
      }).ok,
    ).toBe(false);
  });
});

describe("reading", () => {
  const read = (format: EditFormat, text: string, key: Key) => {
    const parsed = parse(format, latin1(text));
    return parsed.ok ? parsed.get(key) : parsed;
  };
  it.each<[EditFormat, string, Key, Value | undefined]>([
    ["json", '{"a": {"b": [1, null]}}', ["a", "b"], [1, null]],
    ["json", '{"a": null}', ["a"], null],
    ["json", "", ["a"], undefined],
    ["json", "{}", ["__proto__"], undefined],
    ["yaml", "a: yes\n", ["a"], "yes"],
    ["yaml", "10: {b: 0x1f}\n", ["10", "b"], 31],
    ["ini", "[a]\n#x=0\nx : 1 ; 2 \n", ["a", "x"], "1 ; 2"],
    [ufw, 'A="b c" # d\n', ["A"], "b c"],
    [ufw, "A=b  # d\n", ["A"], "b"],
    [logins, "A \t b\n", ["A"], "b"],
  ])("%j %j: %j is %j", (format, text, key, value) => {
    expect(read(format, text, key)).toEqual({ ok: true, value });
  });

  it("takes a line of a hundred thousand blanks in no time", () => {
    const blanks = " ".repeat(100_000);
    const edit = (format: EditFormat) =>
      run(format, `[s]\na=b${blanks}x\nb = "c"${blanks}x${blanks}\n${blanks}\nc${blanks}x`, {
        set: [[format === "ini" ? ["s", "d"] : ["d"], "1"]],
      });
    expect(processorMs(() => (["ini", ufw, sysctl, logins] as const).forEach(edit))).toBeLessThan(2000);
  });
});

describe("letting go", () => {
  const left = (
    format: EditFormat,
    original: string | undefined,
    current: string,
    gone: readonly Key[],
    kept: readonly Key[] = [],
  ) => {
    const files = {
      current: latin1(current),
      original: original === undefined ? undefined : latin1(original),
    };
    const done = release(format, files, { gone, kept });
    return done.ok ? done.content?.toString("latin1") : done;
  };

  it("gives the very original where nobody else came", () => {
    expect(left("json", '{"a":1e400 }', '{"a":5 ,"b":2}', [["b"], ["a"]])).toBe('{"a":1e400 }');
    expect(left("json", "", '{\n  "a": 1\n}\n', [["a"]])).toBe("");
    expect(left("json", undefined, '{\n  "a": 1\n}\n', [["a"]])).toBeUndefined();
    expect(left("ini", "x=1\n\n\n", "x=1\n\n\n\n[a]\ny=1\n", [["a", "y"]])).toBe("x=1\n\n\n");
  });

  it("keeps what others own, on the original", () => {
    expect(left("json", '{"a":1 }', '{"b":{"c":3},"a":2}', [["a"]], [["b", "c"]])).toBe(
      '{"a":1,"b":{"c":3} }',
    );
  });

  it("keeps another's change, a comment as well, and restores by key what was written there", () => {
    expect(left("json", '{"a":1e400}', '{"a":5,"x":1}', [["a"]])).toBe('{"a":1e400,"x":1}');
    expect(left(sysctl, "a=\xe9\n", "# mine\na=1\n", [["a"]])).toBe("# mine\na=\xe9\n");
    expect(left(sysctl, "a=1\nb=2\n", "# mine\na=3\n", [["a"], ["b"]])).toBe("# mine\na=1\nb=2\n");
    expect(
      left("yaml", "p:\n  a: # n\n    - 0x1f\n", "x: 1\np:\n    b: 1\n", [["p", "a"]], [["p", "b"]]),
    ).toBe("x: 1\np:\n    b: 1\n    a:\n      - 0x1f\n");
  });

  it("takes parents along that only edits had made, and no other's", () => {
    expect(
      left("json", '{"p":{}}', '{"p":{"a":1},"q":{"r":{"b":1}},"x":1}', [
        ["p", "a"],
        ["q", "r", "b"],
      ]),
    ).toBe('{"p":{},"x":1}');
    expect(left("json", "{}", '{"q":{"b":1,"theirs":2}}', [["q", "b"]])).toBe('{"q":{"theirs":2}}');
    expect(left("json", undefined, '{"q":{"b":1},"theirs":2}', [["q", "b"]])).toBe('{"theirs":2}');
  });
});
