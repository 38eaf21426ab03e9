import fc from "fast-check";
import { expect, test } from "vitest";
import { bans } from "../../src/facts/bans.ts";
import { bansText } from "../../src/features/bans/text.ts";
import type { HostBans } from "../../src/features/bans/work.ts";
import { plainPage } from "../../src/reports/page.ts";
import { stripControl } from "../../src/text.ts";

const read = (text: string) => bans.parse(Buffer.from(text));
const hex = (text: string) => Buffer.from(text).toString("hex");
const shown = (value: HostBans) => bansText([{ target: "web1", ok: true, value }], plainPage);

test("jails, bans with and without an end, and what is left out", () => {
  const fact = read(
    `server\njail sshd\nban ${hex("2001:db8::7")} 1795727882 600\nban ${hex("x")} 1795727882 -1\nmore 3\nunasked ${hex("it's")}\n`,
  );
  expect(shown({ fail2ban: "running", ...fact }).split("\n")).toEqual([
    "web1:",
    "  sshd: 5 bans",
    "    2001:db8::7  since 2026-11-26T21:18:02Z, until 2026-11-26T21:28:02Z",
    "    x  since 2026-11-26T21:18:02Z, for ever",
    "    and 3 more, which are not listed",
    "  it's: its name can't be asked for, so its bans are not known",
  ]);
  expect(read("")).toEqual({ running: false, jails: [], unasked: [] });
  expect(shown({ fail2ban: "not running" })).toContain("fail2ban does not run");
});

test("what is no list of bans is none, and a line of a log that was banned is a word in a line", () => {
  for (const wrong of ["server\nban 31 1 1\n", "server\njail a\nban 31 x 1\n", "server\nodd\n"])
    expect(() => read(wrong), wrong).toThrow();
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (word) => {
      const fact = read(`server\njail a\nban ${hex(word)} 1 1\nunasked ${hex(word)}\n`);
      expect(fact.jails[0]!.bans[0]!.address).toBe(Buffer.from(word).toString());
      const text = shown({ fail2ban: "running", ...fact });
      expect(text.split("\n")).toHaveLength(4);
      expect(stripControl(text)).toBe(text);
    }),
    { seed: 3, numRuns: 300, examples: [["\u001b[31mx\nsshd: nobody is banned"]] },
  );
});
