/** The target that the next command is told with, after a run that has changed how a host is reached. */
import { describe, expect, it, test } from "vitest";
import type { AccountsParams } from "../../src/controls/accounts/params.ts";
import { accountsProbes } from "../../src/controls/accounts/probes.ts";
import { accounts } from "../../src/controls/accounts.ts";
import { probeKey } from "../../src/facts/probe.ts";
import { fingerprintIn } from "../../src/kinds/keys/line.ts";
import { keysProbe } from "../../src/kinds/keys.ts";
import { appliedText } from "../../src/reports/applied.ts";
import { reachedOver, undoneBy } from "../../src/run/reached.ts";
import { localTarget } from "../../src/targets.ts";
import type { SshLink } from "../../src/transports/transport.ts";
import { key } from "../kinds/key.ts";

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
  const sudoers = "/etc/sudoers.d/zz-harden";
  const change = (kind: string, name: string, action: string, diff?: string) => ({
    address: `accounts/${kind}:${name}`,
    control: "accounts",
    kind,
    action,
    ...(diff === undefined ? {} : { diff }),
  });
  const made = [
    change("account", "op", "create"),
    change("keys", "op", "create", `+${key(1)}`),
    change("file", sudoers, "create"),
  ];
  const more = change("keys", "op", "update", `--- a\n+++ b\n+${key(1)}`);
  interface Given {
    readonly by?: string;
    readonly target?: string;
    readonly reachedAs?: string;
    readonly changes?: readonly object[];
    readonly isRefused?: boolean;
    readonly keysBefore?: string;
    /** As sudo lists what op may do before the run. */
    readonly sudo?: string;
    readonly user?: object;
  }
  const undone = ({
    by = "root",
    target = `${by}@web1`,
    reachedAs,
    user,
    keysBefore = "",
    ...given
  }: Given) => {
    const { changes = made, isRefused = false, sudo = "" } = given;
    const users = [{ name: "op", keys: [key(1)], sudo: "nopasswd", ...user }];
    const params = accounts.schema.parse({ users }) as AccountsParams;
    const visit = { login: by, planned: "op", address: "", serverAddress: "", serverPort: "" };
    const probes = accountsProbes(params, visit);
    const listing = `\n@ab sudo op\nMatching Defaults entries for op on h:\n    env_reset\n\nUser op may run the following commands on h:\n    ${sudo}\n`;
    const facts = new Map(
      [
        [keysProbe("op"), `there 0755 0700 0600\n${keysBefore}`] as const,
        [probes.sudo, listing] as const,
      ].map(([probe, text]) => [probeKey(probe), { state: "present", data: Buffer.from(text) }]),
    );
    const access = {
      now: { login: by },
      planned: { login: "op" },
      via: "ssh",
      visit,
      client: { keysHeld: [fingerprintIn(key(1)), fingerprintIn(key(2))] },
    };
    const gathered = { access, facts, managed: [{ control: { id: "accounts" }, params }] };
    return undoneBy({ ...as(target, by, 22), gathered } as never, {
      ...(reachedAs === undefined ? {} : { reachedAs }),
      plan: { changes, findings: isRefused ? [{ id: "ssh.login-refused" }] : [] } as never,
    });
  };
  const over = { reachedAs: "op@web1:2022" };
  const none = "ANOTHER_LOGIN@web1:2022";
  const same: readonly (readonly [string, Given])[] = [
    ["it has only added a key beside one that is held", { changes: [more], keysBefore: key(2), ...over }],
    ["it came by a login that stays", { by: "op", changes: [more], keysBefore: key(2) }],
    ["it gives another one an account", { changes: [change("account", "eve", "create")], ...over }],
    ["sudo was its own before", { changes: [made[2]!], sudo: "(ALL : ALL) NOPASSWD: ALL", ...over }],
    [
      "sudo asks as before",
      { changes: [made[2]!], sudo: "(ALL : ALL) ALL", user: { sudo: "password" }, ...over },
    ],
    ["nothing has changed of accounts", { changes: [], isRefused: true, ...over }],
    ["it is this machine", { target: localTarget }],
  ];
  it.each(same)("by the login of the proof where %s", (_, given) => {
    expect(undone(given)).toEqual({});
  });

  it.each<[string, Given, string]>([
    ["made", {}, "root@web1:2022"],
    ["given its first key", { changes: [more] }, "root@web1:2022"],
    ["given root's rights", { changes: [made[2]!] }, "root@web1:2022"],
    ["given them unasked", { changes: [made[2]!], sudo: "(ALL : ALL) ALL" }, "root@web1:2022"],
    ["made, of a host by a name of its own", { target: "web1" }, "web1:2022"],
  ])("by the login that it came by where the other one was %s", (_, given, undoneAs) => {
    expect(undone({ ...over, ...given })).toEqual({ undoneAs });
  });

  it.each<[string, Given, readonly string[]]>([
    ["its own is refused", { isRefused: true, ...over }, ["op goes with it", "root is refused"]],
    [
      "it came by the one that goes",
      { by: "op", target: "op@web1:2022", changes: [more] },
      ["op goes with it"],
    ],
  ])("by neither where %s", (_, given, cannotUndo) => {
    expect(undone(given)).toEqual({ undoneAs: none, cannotUndo });
  });

  it("by neither, and the text has the console's own command", () => {
    const settled = { outcome: "confirmed", run: "r1", notes: [], checks: [], open: [] } as const;
    const text = appliedText("root@web1", {
      ...settled,
      ...over,
      undoneAs: none,
      cannotUndo: ["op goes with it"],
    });
    expect(text).toContain(`harden rollback ${none} r1; else`);
    expect(text).toMatch(/console: harden rollback r1$/);
    expect(text).not.toContain("op@web1");
  });
});
