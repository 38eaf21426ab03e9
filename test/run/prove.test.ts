/** A new login has as long as the run has before it is rolled back, and no longer. */
import { expect, it } from "vitest";
import { HardenError } from "../../src/errors.ts";
import type { Ports } from "../../src/run/ports.ts";
import { openOf, prove } from "../../src/run/prove.ts";
import type { ConnectOptions } from "../../src/transports/transport.ts";

/** Proves with 30 s left, where each login fails after `seconds`, in which this process works or stands still. */
async function failing(state: "works" | "stands still", seconds: number, deadline = 31_000) {
  const logins: (ConnectOptions | undefined)[] = [];
  let now = 1000;
  let beat = () => {};
  const pass = (ms: number) => {
    now += ms;
    beat();
  };
  const ports = {
    signal: new AbortController().signal,
    now: () => now,
    emit: () => {},
    wait: async (ms) => {
      for (let left = ms; left > 0; left -= 1000) pass(1000);
    },
    every(_ms, act) {
      beat = act;
      return { stop: () => {} };
    },
    connect: async (_route, o) => {
      logins.push(o);
      if (state === "works") for (let left = seconds; left > 0; left--) pass(1000);
      else pass(seconds * 1000);
      throw new HardenError("host", "The host did not start a command.");
    },
  } satisfies Partial<Ports> as unknown as Ports;
  const look = () => Promise.reject(new Error("no login"));
  const proving = { target: "host", routes: [{ kind: "local" }], openText: "", look } as const;
  return { proof: await prove(proving, ports, deadline), logins };
}

it("a login that starts no command is waited for until the run is over, and is the reason", async () => {
  const { proof, logins } = await failing("works", 30);
  expect(proof).toEqual({
    ok: false,
    reached: false,
    why: "The host did not start a command",
  });
  expect(logins).toMatchObject([{ startsWithinMs: 30_000 }]);
});

it("what sshd refuses is tried twice, on all ports together: a third would ban who asks", async () => {
  const tried: unknown[] = [];
  const ports = {
    signal: new AbortController().signal,
    now: () => 0,
    emit: () => {},
    wait: async () => {},
    every: () => ({ stop: () => {} }),
    connect: async (route) => {
      tried.push(route);
      const details = route.kind === "ssh" && route.port === 22 ? ({ refused: true } as const) : {};
      throw new HardenError("connect", "It accepts none of the keys offered.", details);
    },
  } satisfies Partial<Ports> as unknown as Ports;
  const routes = [22, 922].map((port) => ({ kind: "ssh", host: "h", port }) as const);
  const look = () => Promise.reject(new Error("no login"));
  const proof = await prove({ target: "host", routes, openText: "", look }, ports, 900_000);
  expect(proof).toMatchObject({ ok: false, reached: false, why: "It accepts none of the keys offered" });
  expect(tried).toEqual([...routes, ...routes]);
});

it.each([
  ["this process stood still until the time was over: that is the reason", "stands still", 40, true],
  ["this process worked all the time: the login is the reason", "works", 40, undefined],
  ["this process stood still, and there was time for more logins", "stands still", 6, undefined],
  ["this process was busy for a moment", "stands still", 4, undefined],
] as const)("a login fails where %s", async (_, state, seconds, heldUp) => {
  const { proof } = await failing(state, seconds);
  expect(proof).toMatchObject({ ok: false, reached: false });
  expect("heldUp" in proof ? proof.heldUp : undefined).toBe(heldUp);
});

it("the time was over before a login was tried: this process stood still", async () => {
  const { proof, logins } = await failing("works", 30, 500);
  expect([proof, logins]).toMatchObject([{ ok: false, reached: false, heldUp: true }, []]);
});

it("what is open of an undo stands in a sentence", () => {
  const change = (stage: string) => ({ address: `x/${stage}`, stage }) as never;
  const open = {
    changes: [change("files"), change("finalize")],
    findings: [{ message: "Of a.conf. It is b." }],
  };
  expect(openOf(open as never, "before the confirm")).toEqual(["x/files", "Of a.conf. It is b"]);
  expect(openOf(open as never, "settled")).toEqual(["x/files", "x/finalize", "Of a.conf. It is b"]);
});
