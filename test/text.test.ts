import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText, oneLine, stripControl } from "../src/text.ts";

fc.configureGlobal({ seed: 831610384 });

const pieces = fc.constantFrom(
  "\x1b[31m",
  "\x1b[2J",
  "\x1b]0;title\x07",
  "\x1b]8;;http://x\x1b\\",
  "\x1bP1$q\x1b\\",
  "\x1b(B",
  "\x1bc",
  "\x1b",
  "\x9b1m",
  "\x9d0;t\x9c",
  "\x90q\x9c",
  "\x85",
  "\r",
  "\b",
  "\x07",
  "\0",
  "\x7f",
  "\u202e",
  "\u2066",
  "\u2069",
  "\u200b",
  "\u200f",
  "\u2028",
  "\u2029",
  "\ufeff",
  "\u00ad",
  "\u{e0041}",
  "[",
  "]",
  "a",
  "é",
  "日",
  "\t",
  "\n",
  "0;",
);

// Everything that a terminal acts on, or that hides or reorders text; tab and newline may stay.
const forbidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\p{Cf}\p{Zl}\p{Zp}]/u;

test("nothing that a terminal acts on survives, however it is put together", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 20 }), (parts) => {
      const text = stripControl(parts.join(""));
      expect(text).not.toMatch(forbidden);
      expect(stripControl(text)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test("as JSON it is the same value, with nothing in it that a terminal acts on", () => {
  const text = fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 8 });
  const value = fc.array(
    fc.dictionary(
      text.map((parts) => parts.join("")),
      text.map((parts) => parts.join("")),
      { noNullPrototype: true },
    ),
  );
  fc.assert(
    fc.property(value, (given) => {
      const json = jsonText(given);
      expect(json).not.toMatch(forbidden);
      expect(JSON.parse(json)).toEqual(given);
    }),
    { numRuns: 500 },
  );
  expect(jsonText("\u009b\u202e\u{e0041}")).toBe('"\\u009b\\u202e\\udb40\\udc41"');
});

test("plain text stays as it is", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\n\t -~äöü日本🎉]*$/u), (text) => {
      expect(stripControl(text)).toBe(text);
    }),
  );
});

test.each([
  ["a colour leaves its text", "\x1b[1;31mred\x1b[0m", "red"],
  ["a window title goes whole", "a\x1b]0;evil\x07b", "ab"],
  ["a link keeps its label", "\x1b]8;;http://evil\x1b\\label\x1b]8;;\x1b\\", "label"],
  ["an unfinished title takes no other line with it", "\x1b]0;evil\nnext", "\nnext"],
  ["C1 forms too", "\x9b31mred\x9d0;t\x9c", "red"],
  ["a carriage return can't overwrite", "good\rbad", "goodbad"],
  ["no reordering", "file\u202etxt.exe", "filetxt.exe"],
])("%s", (_, given, expected) => {
  expect(stripControl(given)).toBe(expected);
});

test("oneLine is one short line", () => {
  expect(oneLine(" a\r\n\tb\x1b[1m c ")).toBe("a b c");
  expect(oneLine("x".repeat(500), 10)).toHaveLength(10);
});
