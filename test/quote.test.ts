import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote, quoteAll } from "../src/quote.ts";
import { shells } from "./host/root.ts";

fc.configureGlobal({ seed: 831610384 });

/** What a shell makes of words: each printed with its bytes in hex. */
function readBack(shell: readonly string[], words: readonly string[]): string[] {
  const [program = "", ...args] = shell;
  const script = `for word in ${quoteAll(words)}; do printf '%s' "$word" | od -An -v -tx1 | tr -d ' \\n'; echo; done`;
  const { stdout } = spawnSync(program, args, { input: `${script}\n`, encoding: "utf8" });
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((hex) => Buffer.from(hex, "hex").toString("utf8"));
}

const nasty = fc.constantFrom(
  "'",
  '"',
  "\\",
  "$(id)",
  "`id`",
  "\n",
  "${x}",
  "!",
  "*",
  "~",
  ";",
  "\r",
  "\u0007",
  "é",
  "-n",
  "",
);
const word = fc.oneof(
  fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 20 }).filter((text) => !/[\0\p{Surrogate}]/u.test(text)),
);

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("quote under %s", (_, shell) => {
  it("gives back every word as it was", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        expect(readBack(shell, words)).toEqual(words);
      }),
      { numRuns: 40 },
    );
  });
});

it("refuses what no word can hold", () => {
  expect(() => quote("a\0b")).toThrow(TypeError);
  expect(() => quote("\ud800")).toThrow(TypeError);
});
