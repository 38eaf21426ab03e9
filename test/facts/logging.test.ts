import { expect, test } from "vitest";
import { changedSince } from "../../src/facts/changed.ts";
import { forwarder, journalDisk, journals } from "../../src/facts/logging.ts";

const held = "2009 S 172.30.0.9:6514 1228 0 40\n2 T [2001:db8::9]:6514 0 77 9000\n";
const said = "one\ntwo\n";
const printed = (nonce: string, text = said) =>
  Buffer.from(
    `\n@${nonce} connected\n${held}\n@${nonce} queue\n100 /a.00000001\n20 /a.00000002\n\n@${nonce} stops\n/a:1\n\n@${nonce} said\n${text}`,
  );

test("connections with who has them, the queue's bytes, and what was said", () => {
  expect(forwarder("u", { port: 1, queue: "q", file: "/f" }).parse(printed("ab"))).toEqual({
    connections: [
      {
        pid: 2009,
        address: "172.30.0.9:6514",
        isStopped: false,
        bytesReceived: 1228,
        bytesUnsent: 0,
        quietMs: 40,
      },
      {
        pid: 2,
        address: "[2001:db8::9]:6514",
        isStopped: true,
        bytesReceived: 0,
        bytesUnsent: 77,
        quietMs: 9000,
      },
    ],
    queued: 120,
    stops: ["/a:1"],
    said: ["one", "two"],
  });
});

test("what is said makes no connection", () => {
  const text = `\n@cd connected\n${held}`;
  expect(
    forwarder("u", { port: 1, queue: "q", file: "/f" }).parse(printed("ab", text)).connections,
  ).toHaveLength(2);
});

test("paths, a line each", () => {
  expect(journals.parse(Buffer.from("/var/log/journal/a/system.journal\n"))).toEqual([
    "/var/log/journal/a/system.journal",
  ]);
  expect(changedSince("u", ["/a"]).parse(Buffer.from(""))).toEqual([]);
  expect(changedSince("u", ["/a"]).parse(Buffer.from("1795928288.6093920 /a/b c\n"))).toEqual([
    { path: "/a/b c", changed: 1795928288.609392 },
  ]);
});

test("the bytes of blocks; what is no number is unread, not nothing", () => {
  expect(journalDisk.parse(Buffer.from("8\n7 4096\n"))).toEqual({ archived: 4096, free: 28_672 });
  for (const text of ["", "-8", "8 9", "nan", "9".repeat(16)])
    expect(() => journalDisk.parse(Buffer.from(text)), text).toThrow("did not say");
});
