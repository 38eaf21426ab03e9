import { expect, test } from "vitest";
import { HardenError } from "../../src/errors.ts";
import type { Ports } from "../../src/run/ports.ts";
import { looks, type UnsettledRun, waitForHost } from "../../src/run/way-back.ts";
import type { Route, Transport } from "../../src/transports/transport.ts";

test.each([
  [
    "cut off at the end of its work, which may roll back long before the latest time",
    120,
    [3, 10, 30, 150, 210, 270, 330, 390],
  ],
  ["that rolls back at a known time", undefined, [3, 10, 30]],
])("looks for a lost host: one %s", (_what, soonest, before) => {
  const after = [423, 430, 450];
  expect(looks(0, 420_000, soonest === undefined ? undefined : soonest * 1000)).toEqual(
    [...before, ...after].map((seconds) => seconds * 1000),
  );
});

/** Waits for a host that no login gets into; when it was tried, in seconds, and as whom. */
async function tried(refuses: (user: string, seconds: number) => boolean, more: Partial<UnsettledRun> = {}) {
  const logins: string[] = [];
  let now = 0;
  const ports = {
    signal: new AbortController().signal,
    now: () => now,
    emit: () => {},
    wait: async (ms) => {
      now += ms;
    },
    connect: async (route) => {
      const user = route.kind === "ssh" ? (route.user ?? "") : "";
      logins.push(`${user} ${Math.round(now / 1000)}`);
      const details = refuses(user, now / 1000) ? ({ refused: true } as const) : {};
      throw new HardenError("connect", "No.", details);
    },
  } satisfies Partial<Ports> as unknown as Ports;
  const transport = { identity: { login: "root", privilege: { level: "none", why: "it is lost" } } };
  const unsettled = {
    target: "host",
    route: { kind: "ssh", host: "h", user: "root" } as Route,
    run: "r",
    deadline: 120_000,
    transport: transport as unknown as Transport,
    ...more,
  } as const;
  const ended = await waitForHost(unsettled, "lost", ports);
  expect(ended).toMatchObject({ outcome: "unknown" });
  expect("reachedAs" in ended ? ended.reachedAs : undefined).toBe(more.proven?.reachedAs);
  return logins;
}

const proven = { route: { kind: "ssh", host: "h", user: "op" }, reachedAs: "op@host" } as const;
test.each<[string, Parameters<typeof tried>, readonly string[]]>([
  ["is looked for as often as ever", [() => false], [3, 10, 30, 123, 130, 150].map((at) => `root ${at}`)],
  [
    "that refuses is tried once before it rolls back, and twice afterwards",
    [() => true],
    ["root 3", "root 123", "root 150"],
  ],
  ["that refuses until it rolls back", [(_, at) => at < 120], ["root 3", "root 123", "root 130", "root 150"]],
  [
    "that may have kept the run is come to as proven",
    [() => false, { proven }],
    [3, 10, 30, 123, 130, 150].map((at) => `op ${at}`),
  ],
  [
    "that has rolled back is come to as before, where the proven login went with the run",
    [(user) => user === "op", { proven }],
    ["op 3", ...[3, 10, 30, 123, 130, 150].map((at) => `root ${at}`)],
  ],
])("a lost host %s", async (_, [refuses, more], logins) => {
  expect(await tried(refuses, more)).toEqual(logins);
});
