import { expect, test } from "vitest";
import { doublesOf, refuseOpposed } from "../../src/features/apply/doubles.ts";
import type { Settled } from "../../src/results/settled.ts";
import type { OpenHost } from "../../src/run/open.ts";

const session = (target: string, host: object, digest = "d", hostKey = "SHA256:k") => {
  const plan = {
    host: { machineId: "m", bootId: "b", hostname: "h", ...host },
    hostKey,
    profile: { digest },
  };
  const value = { target, gathered: { plan }, choice: { only: [], skip: [] } };
  return { target, ok: true, value } as unknown as Settled<OpenHost>;
};

test("the same machine by its id, boot, name and host key, with the same profile", () => {
  const all = [session("web1", {}), session("10.0.0.1", {}), session("web2", { machineId: "n" })];
  expect([...doublesOf([...all, session("alias", {})])]).toEqual([
    ["10.0.0.1", "web1"],
    ["alias", "web1"],
  ]);
});

test.each([
  ["a copy of its image that runs beside it", session("b", { bootId: "c" })],
  ["one with another name", session("b", { hostname: "i" })],
  ["one with another host key", session("b", {}, "d", "SHA256:l")],
])("not %s, whatever its profile", (_what, other) => {
  expect(doublesOf([session("a", {}), other]).size).toBe(0);
  expect(refuseOpposed([session("a", {}, "e"), other]).every(({ ok }) => ok)).toBe(true);
});

test("a host under two names with two profiles is refused under both", () => {
  const all = [session("a", {}), session("b", {}, "e"), session("c", { machineId: "n" }, "e")];
  expect(doublesOf(all).size).toBe(0);
  const refused = (target: string, other: string) => ({
    target,
    ok: false,
    error: expect.objectContaining({ code: "blocked", message: expect.stringContaining(other) }),
  });
  expect(refuseOpposed(all)).toEqual([refused("a", "b"), refused("b", "a"), all[2]]);
});
