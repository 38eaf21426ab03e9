import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.ts";
import { problemLines } from "./memory.ts";

const lines = (text: string) => problemLines({ "p.yaml": text });

describe("bad YAML", () => {
  test("every error of the file at once", async () => {
    expect(await lines("ssh: [1\nfirewall: }\n")).toEqual([
      "p.yaml:2:1: bad YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
      "p.yaml:2:11: bad YAML: Unexpected flow-map-end token in YAML stream",
    ]);
  });

  test("what stands before the broken section is checked all the same, and nothing after it", async () => {
    expect(
      await lines("extends: nope\nssh: { prot: 1 }\nfirewall:\n  rules: [\nsysctl: { bad: 1 }\n"),
    ).toEqual([
      expect.stringMatching(/^p\.yaml:1:10: extends: no profile `nope`/),
      "p.yaml:2:8: ssh.prot: unknown key (did you mean `port`?)",
      expect.stringMatching(/^p\.yaml:5:1: bad YAML: Flow sequence in block collection must be/),
    ]);
    expect(await lines('shh: {}\nssh: { port: "1 }\nsysctl: { bad: 1 }\n')).toEqual([
      "p.yaml:1:1: shh: unknown key (did you mean `ssh`?)",
      expect.stringMatching(/^p\.yaml:\d:\d+: bad YAML: Missing closing "quote/),
    ]);
    expect(await lines("shh: {}\n---\nbad: {}\n")).toEqual([
      "p.yaml:2:1: a profile is one YAML document: no second `---`",
    ]);
  });

  test("a tab as indentation", async () => {
    expect(await lines("ssh:\n\tport: 1\n")).toEqual([
      "p.yaml:2:1: bad YAML: Tabs are not allowed as indentation",
    ]);
  });

  test("a key twice", async () => {
    expect(await lines("ssh:\n  port: 1\n  port: 2\n")).toEqual([
      "p.yaml:3:3: the same key stands here twice",
    ]);
  });

  test("a second document", async () => {
    expect(await lines("ssh: {}\n---\nssh: {}\n")).toEqual([
      "p.yaml:2:1: a profile is one YAML document: no second `---`",
    ]);
  });

  test("something other than a map", async () => {
    const message = ["p.yaml:1:1: a profile is a map of sections"];
    expect(await lines("- ssh\n")).toEqual(message);
    expect(await lines("ssh\n")).toEqual(message);
  });
});

describe("YAML that a profile doesn't use", () => {
  test("tags", async () => {
    const why = "is not used in a profile: only plain values";
    expect(await lines("ssh: !foo {}\nupdates:\n  mail: !!binary aGk=\nfail2ban: !!js/function x\n")).toEqual(
      [
        `p.yaml:1:11: ssh: the tag !foo ${why}`,
        `p.yaml:3:18: updates.mail: the tag tag:yaml.org,2002:binary ${why}`,
        `p.yaml:4:25: fail2ban: the tag tag:yaml.org,2002:js/function ${why}`,
      ],
    );
  });

  test("merge keys, and keys that aren't text", async () => {
    expect(await lines("ssh: &x {}\nsysctl: { <<: *x }\n22: a\n? [b]\n: c\n")).toEqual([
      "p.yaml:2:11: sysctl: merge keys (`<<`) are not used in a profile; use `extends`",
      "p.yaml:3:1: a key must be text; put quotes around it",
      "p.yaml:4:3: a key must be text; put quotes around it",
    ]);
  });

  test("aliases without an anchor, or within themselves", async () => {
    expect(await lines("ssh: *y\nsysctl: &x { rpFilter: *x }\n")).toEqual([
      "p.yaml:1:6: ssh: an alias without an anchor before it",
      "p.yaml:2:24: sysctl.rpFilter.rpFilter: an alias that contains itself",
    ]);
  });

  test("numbers that YAML reads otherwise than people do", async () => {
    expect(
      await lines("ssh:\n  maxAuthTries: 03\n  port: 1e400\n  clientAliveInterval: 99999999999999999999\n"),
    ).toEqual([
      "p.yaml:2:17: ssh.maxAuthTries: 03 is read as 3, not as octal: write 3, or put quotes around it",
      "p.yaml:3:9: ssh.port: the number 1e400 can't be kept exactly",
      "p.yaml:4:24: ssh.clientAliveInterval: the number 99999999999999999999 can't be kept exactly",
    ]);
  });

  test("a key without a value: a section that is commented out must not silently become unmanaged", async () => {
    const why =
      "has no value: write {} for a section with its defaults, '' for no text, null to take back what an extended profile says";
    expect(await lines("ssh:\n  # port: 1\nfail2ban: { banTime }\nfirewall:\n  rules:\n    -\n")).toEqual([
      `p.yaml:1:5: ssh: ${why}`,
      `p.yaml:3:13: fail2ban.banTime: ${why}`,
      `p.yaml:6:6: firewall.rules[0]: ${why}`,
    ]);
  });
});

describe("hostile YAML ends soon, as one problem", () => {
  const nine = (what: string) => `[${Array(9).fill(what).join(", ")}]`;
  const bomb = ["a", "b", "c", "d", "e", "f"].map(
    (key, i, all) => `${key}: &${key} ${nine(i ? `*${all[i - 1]}` : "x")}`,
  );

  test("a bomb of aliases", async () => {
    expect(await lines(bomb.join("\n"))).toEqual([
      expect.stringMatching(/^p\.yaml:1:\d+: \S+: too many or too deeply nested values, aliases counted$/),
    ]);
  });

  test("a crowd of aliases", async () => {
    expect(await lines(`ssh: &a {}\nx: [${"*a,".repeat(40_000)}]\n`)).toEqual([
      expect.stringMatching(/^p\.yaml:2:\d+: x\[\d+\]: too many or too deeply nested values/),
    ]);
  });

  test("deep nesting", async () => {
    for (const opening of ["[", "{a: ", "- ", "? "]) {
      expect(await lines(opening.repeat(30_000))).toEqual([
        expect.stringMatching(/^p\.yaml:1:\d+: nested too deeply$/),
      ]);
    }
    expect(await lines(`ssh: ${"[".repeat(40)}${"]".repeat(40)}`)).toEqual([
      "p.yaml:1:38: nested too deeply",
    ]);
  });

  test("a huge file", async () => {
    expect(await lines("#".repeat(300_000))).toEqual([
      "p.yaml:1:1: longer than 131072 characters: not a profile",
    ]);
  });
});

test("an empty file, comments, a byte order mark and CRLF are fine, and don't shift positions", async () => {
  expect(await lines("")).toEqual([]);
  expect(await lines("# nothing\n")).toEqual([]);
  expect(await lines("\uFEFFssh: { x: 1 }\r\nsysctl: { y: 1 }\r\n")).toEqual([
    "p.yaml:1:8: ssh.x: unknown key",
    "p.yaml:2:11: sysctl.y: unknown key",
  ]);
});

test("no text makes the parser throw, and every position is inside the text", () => {
  const fragment = fc.constantFrom(
    "ssh",
    ": ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "!t ",
    '"',
    "'",
    "#",
    "|\n",
    ",",
    "\t",
    "---\n",
    "? ",
    "\0",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fragment, { maxLength: 30 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(text, (yaml) => {
      const count = yaml.split("\n").length;
      for (const { line, column } of parseProfile(yaml, "p.yaml").problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(count);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }),
    { seed: 1, numRuns: 1000 },
  );
});
