/** A new login has as long as the run has before it is rolled back, and no longer. */
import { expect, it } from "vitest";
import type { Ports } from "../../src/commands/ports.ts";
import { prove } from "../../src/commands/prove.ts";
import { HardenError } from "../../src/errors.ts";
import type { ConnectOptions } from "../../src/transports/transport.ts";

it("a login that starts no command is waited for until the run is over, and is the reason", async () => {
  const seen: (ConnectOptions | undefined)[] = [];
  let now = 1000;
  const ports = {
    signal: new AbortController().signal,
    now: () => now,
    connect: async (_route, o) => {
      seen.push(o);
      now += o?.startsWithinMs ?? 1_000_000;
      throw new HardenError("host", "The host did not start a command.");
    },
  } satisfies Partial<Ports> as unknown as Ports;
  const look = () => Promise.reject(new Error("no login"));
  const proving = { target: "host", routes: [{ kind: "local" }], openText: "", look } as const;
  expect(await prove(proving, ports, 31_000)).toEqual({
    ...{ ok: false, reached: false },
    why: "The host did not start a command",
  });
  expect(seen).toMatchObject([{ startsWithinMs: 30_000 }]);
});
