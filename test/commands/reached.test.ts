/** The target that the next command is told with, after a run that has changed how a host is reached. */
import { describe, expect, test } from "vitest";
import { reachedOver, undoneBy } from "../../src/commands/reached.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { localTarget } from "../../src/targets.ts";
import type { SshLink } from "../../src/transports/transport.ts";

const as = (target: string, login: string, port?: number) => {
  const ssh = port === undefined ? {} : { ssh: { port } as SshLink };
  return { target, transport: { identity: { login, privilege: { level: "root" }, ...ssh } as const } };
};

describe("a host is reached", () => {
  test.each([
    ["web1", { user: "root", port: 22 }, undefined],
    ["web1", { port: 2022 }, "web1:2022"],
    ["op@web1:22", { user: "op", port: 2022 }, "op@web1:2022"],
    ["root@[2001:db8::7]:22", { user: "op", port: 2022 }, "op@[2001:db8::7]:2022"],
    ["2001:db8::7", { port: 2022 }, "[2001:db8::7]:2022"],
    ["ssh://root@web.plan/", { port: 2022 }, "ssh://root@web.plan:2022"],
    ["root@web1:2222", { user: "deploy" }, "deploy@web1:2222"],
  ])("as %s, and after a run by %j", (target, way, expected) => {
    const login = target.startsWith("op@") ? "op" : "root";
    expect(reachedOver(as(target, login, target.endsWith(":2222") ? 2222 : 22), way).reachedAs).toBe(
      expected,
    );
  });

  test("as this machine, whatever the run has changed", () => {
    expect(reachedOver(as(localTarget, "root"), { user: "op" })).toEqual({});
  });
});

describe("a run is undone", () => {
  const plan = { changes: [{ address: "accounts/account:op" }] } as unknown as Plan;

  test("by the login that it came by, though it has changed that one", () => {
    expect(undoneBy(as("op@web1", "op", 22), { plan, user: "op" })).toEqual({});
  });

  test("by another login than the one that it has made", () => {
    const reachedAs = "op@web1:2022";
    expect(undoneBy(as("web1", "root", 22), { reachedAs, plan, user: "op" })).toEqual({
      undoneAs: "ANOTHER_LOGIN@web1:2022",
    });
  });

  test("on this machine by no other login", () => {
    expect(undoneBy(as(localTarget, "root"), { plan, user: "op" })).toEqual({});
  });
});
