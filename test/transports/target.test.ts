import { expect, test } from "vitest";
import { parseTarget } from "../../src/transports/target.ts";

test.each([
  ["host", { host: "host" }],
  ["user@host:2222", { user: "user", host: "host", port: 2222 }],
  ["ssh://user@host:22/", { user: "user", host: "host", port: 22 }],
  ["a@b@host", { user: "a@b", host: "host" }],
  ["root@::1", { user: "root", host: "::1" }],
  ["root@[fe80::1%eth0]:24", { user: "root", host: "fe80::1%eth0", port: 24 }],
  ["[::1]", { host: "::1" }],
])("%s", (text, expected) => {
  expect(parseTarget(text)).toEqual(expected);
});

test.each(["root:s3cret@host", "ssh://root:s3cret@host:22"])(
  "%s: a password in a target is refused, and shown nowhere",
  (text) => {
    const refused = { code: "usage", message: expect.not.stringContaining("s3cret") };
    expect(() => parseTarget(text)).toThrow(expect.objectContaining(refused));
  },
);

test.each([
  "",
  "@host",
  "user@",
  "host:",
  "host:0",
  "host:65536",
  "host:ssh",
  "-oProxyCommand=x",
  "-l@host",
  "a b",
  "a\nb",
  "a\0",
  "[::1]x",
])("%j is refused with a usage error", (text) => {
  expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: "usage" }));
});

test.each(["friday.plan", "root@web1.json", "./friday"])(
  "says of a saved plan, %s, what it is for",
  (text) => {
    const message = expect.stringContaining("a saved plan");
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: "usage", message }));
  },
);
