/** `--verbose` on this very machine: what is done is told, and nothing of what is sent, answered or secret. */
import { expect, it } from "vitest";
import { traced } from "../../src/run/trace.ts";
import { createConnect } from "../../src/transports/connect.ts";

it("tells connection, round trips, bytes and times, and no word of what they hold", async () => {
  const said: string[] = [];
  const real = createConnect({ askSecret: async () => undefined, sshConfig: { env: process.env } });
  let ms = 0;
  const connect = traced(real, {
    now: () => {
      ms += 250;
      return ms;
    },
    say: (target, text) => void said.push(`${target}: ${text}`),
  });
  const transport = await connect({ kind: "local", sudoPassword: "s3cret-of-sudo" });
  const o = { timeoutMs: 60_000, maxBytes: 1000 };
  const script = "echo s3cret-answer; exit 3";
  expect((await transport.run(script, o)).exit.code).toBe(3);
  await transport.run("printf 12345", o);
  await transport.close();
  await transport.close();
  expect(said).toEqual([
    expect.stringMatching(
      /^this machine: a shell of \S+ (as root|as root by sudo|without root's rights), in 0\.25 s$/,
    ),
    `this machine: round trip 1: a script of ${script.length} bytes, 14 received, exit 3, in 0.25 s`,
    "this machine: round trip 2: a script of 12 bytes, 5 received, exit 0, in 0.25 s",
    "this machine: closed after 2 round trips and 1.50 s",
  ]);
  expect(said.join()).not.toContain("s3cret");
});

it("tells a connection that fails, and lets its error be", async () => {
  const said: string[] = [];
  const error = new Error("no way");
  const connect = traced(() => Promise.reject(error), {
    now: () => 0,
    say: (...line) => void said.push(line.join(": ")),
  });
  await expect(connect({ kind: "ssh", host: "2001:db8::7", user: "op", port: 2222 })).rejects.toBe(error);
  expect(said).toEqual(["op@[2001:db8::7]:2222: no connection after 0.00 s"]);
});
