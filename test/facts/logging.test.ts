import { expect, test } from "vitest";
import { changedSince, forwarder, journals } from "../../src/facts/logging.ts";

const ss = `0      0      172.30.0.4:56908 172.30.0.9:6514 users:(("rsyslogd",pid=2009,fd=10))
	 bbr wscale:10,10 rto:204 bytes_sent:26879 bytes_acked:26880 bytes_received:1228 segs_out:78
0      0      172.30.0.4:56909 172.30.0.9:6514 users:(("a",pid=1,fd=3),("b",pid=2,fd=3))
	 cubic rto:204 bytes_sent:12
0      0      172.30.0.4:56910 172.30.0.9:6514
`;
const said = "one\ntwo\n";
const printed = (nonce: string, text = said) =>
  Buffer.from(
    `\n@${nonce} connected\n${ss}\n@${nonce} queue\n100 /a.00000001\n20 /a.00000002\n\n@${nonce} said\n${text}`,
  );

test("connections with who has them, the queue's bytes, and what was said", () => {
  expect(forwarder("u", 1, "q").parse(printed("ab"))).toEqual({
    connections: [
      { pid: 2009, address: "172.30.0.9:6514", bytesReceived: 1228 },
      { pid: 2, address: "172.30.0.9:6514", bytesReceived: 0 },
    ],
    queued: 120,
    said: ["one", "two"],
  });
});

test("what is said makes no connection", () => {
  const text = `\n@cd connected\n${ss}`;
  expect(forwarder("u", 1, "q").parse(printed("ab", text)).connections).toHaveLength(2);
});

test("paths, a line each", () => {
  expect(journals.parse(Buffer.from("/var/log/journal/a/system.journal\n"))).toEqual([
    "/var/log/journal/a/system.journal",
  ]);
  expect(changedSince("u", ["/a"]).parse(Buffer.from(""))).toEqual([]);
});
