import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { nearest } from "../../src/profile/nearest.ts";
import { printable } from "../../src/profile/text.ts";
import * as types from "../../src/profile/types.ts";

const texts = {
  singleLine: types.singleLine,
  comment: types.comment,
  userName: types.userName,
  groupName: types.groupName,
  email: types.email,
  mailTo: types.mailTo,
  absolutePath: types.absolutePath,
  unitName: types.unitName,
};

const good: Record<keyof typeof texts, readonly string[]> = {
  singleLine: ["", "Grüße, 世界 😀", "$(id) `x` {{y}} %h '\" \\"],
  comment: ["ssh", "web {{x}} $(id)", "für alle", "x".repeat(200)],
  userName: ["root", "john.doe", "_apt", "A-b_c.d", "0x", "x".repeat(32)],
  groupName: ["sudo", "ssl-cert"],
  email: ["admin@example.org", "a.b+c@x-y.example", "root@localhost"],
  mailTo: ["", "root", "admin@example.org"],
  absolutePath: ["/", "/etc/ssh/sshd_config", "/a b/c", "/..a/b..", "/ü"],
  unitName: ["ssh.service", "getty@tty1.service", "dev-disk\\x2d1.mount"],
};

const bad: Record<keyof typeof texts, readonly string[]> = {
  singleLine: [
    "a\nb",
    "a\0",
    "\x1b[31m",
    "\u0085",
    "\u2028",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\ud800",
    "x".repeat(501),
  ],
  comment: ["", " a", "a ", "it's", 'a"b', "a`b", "a\\b", "a\tb", "x".repeat(201), "ü".repeat(101)],
  userName: ["", "-x", ".x", "1000", "a b", "a$", "a:b", "x".repeat(33), "ü", "root\n"],
  groupName: ["", "%wheel", "a,b"],
  email: ["", "root", "@x", "a@", "-f@x", "a b@x", "a@x\n", "a@-x", 'a"@x', "a%n@x", "$(id)@x"],
  mailTo: [" ", "-s", "a;b", "root\n"],
  absolutePath: ["", "etc", "/etc/", "//etc", "/etc/../x", "/..", "/./x", "/a\nb", "/a\0", "~/x"],
  unitName: [
    "ssh",
    "ssh.service\n",
    "-x.service",
    "a b.service",
    "a/b.service",
    ".service ",
    "x.exe",
    `${"x".repeat(250)}.service`,
  ],
};

describe.each(Object.keys(texts) as (keyof typeof texts)[])("%s", (name) => {
  test.each(good[name])("takes %j", (text) => expect(texts[name].parse(text)).toBe(text));
  test.each(bad[name])("refuses %j", (text) => expect(texts[name].safeParse(text).success).toBe(false));
});

/** Likely to be taken, were it not for one nasty character somewhere. */
function nearly(samples: readonly string[]): fc.Arbitrary<string> {
  const nasty = fc.constantFrom(
    ..."\n\r\0\t\x1b\x7f\x85\u2028\u2029\u202e\u2066\u200b\ufeff\ud800'\"`$\\;|&{}%#, ".split(""),
  );
  return fc.tuple(fc.constantFrom(...samples), nasty, fc.nat()).map(([text, char, seed]) => {
    const at = seed % (text.length + 1);
    return text.slice(0, at) + char + text.slice(at);
  });
}

test("no accepted value holds a newline, NUL, control or invisible character; each is taken as it is", () => {
  for (const [name, type] of Object.entries(texts) as [keyof typeof texts, z.ZodType<string>][]) {
    let accepted = 0;
    const given = fc.oneof(
      nearly(good[name]),
      fc.string({ unit: "binary" }),
      fc.string(),
      fc.constantFrom(...good[name]),
    );
    fc.assert(
      fc.property(given, (text) => {
        const result = type.safeParse(text);
        if (!result.success) return;
        accepted += 1;
        expect(result.data).toBe(text);
        for (const char of text) {
          const code = char.codePointAt(0)!;
          expect(code >= 0x20 && !(code >= 0x7f && code <= 0x9f), `${name}: U+${code.toString(16)}`).toBe(
            true,
          );
        }
        expect(text).toBe(printable(text));
        expect(text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(1);
      }),
      { seed: 1, numRuns: 2000 },
    );
    expect(accepted, `${name} was never accepted: the property says nothing`).toBeGreaterThan(100);
  }
});

test("nearest: small mistakes only", () => {
  const keys = ["maxAuthTries", "port", "usePam", "from"];
  expect(nearest("MaxAuthTries", keys)).toBe("maxAuthTries");
  expect(nearest("max_auth_trys", keys)).toBe("maxAuthTries");
  expect(nearest("form", keys)).toBe("from");
  expect(nearest("prot", keys)).toBe("port");
  expect(nearest("xyz", keys)).toBeUndefined();
  expect(nearest("", keys)).toBeUndefined();
  expect(nearest("x".repeat(100_000), keys)).toBeUndefined();
});
