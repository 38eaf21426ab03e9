import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { jumpChain } from "../../src/transports/jump.ts";
import { prepareHosts, resolveHost, type SshHost } from "../../src/transports/ssh-config.ts";
import type { Destination } from "../../src/transports/ssh-g.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function resolve(config: string, to: Destination, env: Record<string, string> = {}) {
  const file = join(folder, "config");
  writeFileSync(file, config);
  return resolveHost(to, { file, env });
}

test("an alias is resolved like ssh does it", async () => {
  const home = userInfo().homedir;
  const host = await resolve(
    `Host web
  HostName 192.0.2.7
  Port 2222
  User deploy
  IdentityFile ~/.ssh/key_%h_%r_%%
  IdentityFile "/tmp/with space"
  IdentitiesOnly yes
  IdentityAgent /run/agent
  UserKnownHostsFile ~/known "/with space/known" /other/known
  GlobalKnownHostsFile none
  HashKnownHosts yes
  HostKeyAlias the-web
  AddressFamily inet
  ConnectTimeout 3
`,
    { host: "web" },
  );
  expect(host).toEqual({
    alias: "web",
    hostname: "192.0.2.7",
    port: 2222,
    user: "deploy",
    identityFiles: [`${home}/.ssh/key_192.0.2.7_deploy_%`, "/tmp/with space"],
    identitiesOnly: true,
    agent: "/run/agent",
    userKnownHosts: [`${home}/known`, "/with space/known", "/other/known"],
    globalKnownHosts: [],
    hashKnownHosts: true,
    hostKeyAlias: "the-web",
    jumps: [],
    family: 4,
    connectTimeoutMs: 3000,
  });
});

test("what is typed wins over the configuration, and Match sees it", async () => {
  const config = "Match user alice\n  IdentityFile /alice\nHost web\n  Port 1\n  User bob\n";
  const host = await resolve(config, { host: "web", user: "alice", port: 24 });
  expect(host).toMatchObject({ user: "alice", port: 24, identityFiles: ["/alice"] });
});

test("without a configuration there are ssh's defaults", async () => {
  const host = await resolve("", { host: "192.0.2.1" });
  expect(host).toMatchObject({ user: userInfo().username, port: 22, connectTimeoutMs: 10_000, family: 0 });
  expect(host.identityFiles).toContain(`${userInfo().homedir}/.ssh/id_ed25519`);
});

test.each([
  ["", { SSH_AUTH_SOCK: "/a" }, "/a"],
  ["", {}, undefined],
  ["IdentityAgent none", { SSH_AUTH_SOCK: "/a" }, undefined],
  ["IdentityAgent SSH_AUTH_SOCK", { SSH_AUTH_SOCK: "/a" }, "/a"],
  ["IdentityAgent $OTHER", { OTHER: "/o", SSH_AUTH_SOCK: "/a" }, "/o"],
  ["IdentityAgent /b", { SSH_AUTH_SOCK: "/a" }, "/b"],
])("agent: %j with %j is %s", async (config, env, expected) => {
  expect((await resolve(config, { host: "h" }, env)).agent).toBe(expected);
});

test("a ProxyCommand is refused and not silently left out", async () => {
  await expect(resolve("ProxyCommand nc %h %p", { host: "h" })).rejects.toMatchObject({
    code: "connect",
    message: expect.stringMatching(/ProxyCommand/),
  });
});

test("a configuration that ssh refuses is one sentence", async () => {
  await expect(resolve("Host x\nNoSuchOption yes\n", { host: "h" })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/^[^\n]*$/),
  });
});

const chainOf = async (config: string, host: string) => {
  const target = await resolve(config, { host });
  return (await jumpChain(target, { file: join(folder, "config"), env: {} })).map(
    (hop) => `${hop.user}@${hop.hostname}:${hop.port}`,
  );
};

test("jump hosts come in order, each by its own configuration, the first one's own before it", async () => {
  const config = `Host target
  ProxyJump a@one:2201,two
Host two
  HostName 192.0.2.2
  User b
  ProxyJump ignored
Host one
  ProxyJump zero
Host zero
  User z
  Port 2200
`;
  expect(await chainOf(config, "target")).toEqual(["z@zero:2200", "a@one:2201", "b@192.0.2.2:22"]);
});

test("a loop of jump hosts ends", async () => {
  await expect(chainOf("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n", "a")).rejects.toMatchObject({
    code: "connect",
    message: expect.stringMatching(/more than 8 jump hosts/),
  });
});

test("many are resolved as each alone, also those that ssh refuses", async () => {
  const file = join(folder, "config");
  writeFileSync(
    file,
    "Host a*\n  User deploy\n  Port 2222\nHost bad\n  ProxyCommand x\nMatch user root\n  IdentityFile ~/root_%n\n",
  );
  const all: Destination[] = [
    { host: "a1" },
    { host: "a2", user: "root", port: 22 },
    { host: "$(touch${IFS}x)'`;" },
    { host: "-oProxyCommand=x" },
    { host: "bad" },
    { host: "b", port: 8022 },
  ];
  const alone = await Promise.allSettled(all.map((to) => resolveHost(to, { file, env: {} })));
  const source = { file, env: {}, remembered: new Map<string, Promise<SshHost>>() };
  prepareHosts(all, source);
  expect(source.remembered.size).toBe(5);
  expect(await Promise.allSettled(all.map((to) => resolveHost(to, source)))).toEqual(alone);
  expect(alone.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
});

test("what can't be asked together is asked alone, and says why", async () => {
  const source = { file: join(folder, "none"), env: {}, remembered: new Map<string, Promise<SshHost>>() };
  prepareHosts([{ host: "a" }, { host: "b" }], source);
  await expect(resolveHost({ host: "b" }, source)).rejects.toThrow(
    /ssh cannot read its configuration: .*none/,
  );
});

/** `ssh` first in PATH that counts how often it is started. */
async function counted(work: () => Promise<void>): Promise<number> {
  const [path, log] = [process.env.PATH, join(folder, "started")];
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\necho . >> '${log}'\nPATH='${path}' exec ssh "$@"\n`, {
    mode: 0o755,
  });
  process.env.PATH = `${folder}:${path}`;
  try {
    await work();
  } finally {
    process.env.PATH = path;
  }
  return readFileSync(log, "utf8").split("\n").length - 1;
}

async function together(config: string, all: readonly Destination[]) {
  const file = join(folder, "config");
  writeFileSync(file, config);
  const source = { file, env: {}, remembered: new Map<string, Promise<SshHost>>() };
  let found: readonly SshHost[] = [];
  const started = await counted(async () => {
    prepareHosts(all, source);
    found = await Promise.all(all.map((to) => resolveHost(to, source)));
  });
  return { started, found };
}

const named = (...hosts: string[]) => hosts.map((host) => ({ host }));

test("many names are each asked for once", async () => {
  const config = "Host web* !web9\n  User deploy\nHost *\n  IdentityFile ~/k\n  ControlPath /c/%C\n";
  const { started, found } = await together(config, named("web1", "web2", "db", "web3", "web9"));
  expect(started).toBe(5);
  expect(found.map(({ hostname, user }) => `${user}@${hostname}`)).toEqual([
    ...["deploy@web1", "deploy@web2", `${userInfo().username}@db`, "deploy@web3"],
    `${userInfo().username}@web9`,
  ]);
});

test.each([
  [
    "another login or port",
    "",
    [
      { host: "a", user: "x" },
      { host: "b", user: "y" },
      { host: "c", port: 1 },
    ],
  ],
  ["Match", "Match host b\n  Port 2\n", named("a", "b", "c")],
  ["a token of the name", "HostName %h.example.org\n", named("a", "b")],
  ["a name in quotes", 'Host "b"\n  Port 2\n', named("a", "b")],
  ["a HostName that is a name, too", "Host a b\n  HostName a\n", named("a", "b")],
  ["addresses in another spelling", "", named("fd00:0:0::1", "fd00:0:0::2", "10.1", "10.0.0.9", "42", "web")],
  [
    "capital letters, and a port",
    "",
    [{ host: "a" }, { host: "B", port: 1 }, { host: "B", port: 2 }, { host: "B", user: "x" }],
  ],
  ["a HostName in another spelling", "Host x 127.0.0.1\n  HostName 127.1\n", named("127.0.0.1", "x")],
  ["a blank that is none", "Host a b\u00a0*\n  User x\n", named("a", "c")],
  ["capital letters", "Host B\n  Port 2\n", named("a", "B", "b")],
  ["an Include", "Host x\n  Include more\nHost a\n  Port 3\n", named("a", "b")],
])("many are resolved as each alone, whatever tells them apart: %s", async (_what, config, all) => {
  writeFileSync(join(folder, "more"), "Host b\n  User of-more\n");
  const { started, found } = await together(config.replace("more", join(folder, "more")), all);
  expect(started).toBe(all.length);
  const source = { file: join(folder, "config"), env: {} };
  expect(found).toEqual(await Promise.all(all.map((to) => resolveHost(to, source))));
});

test("whatever the configuration, many are resolved as each alone", async () => {
  const pattern = fc.stringMatching(/^!?[ab*?]{1,3}$/);
  const value = fc.constantFrom("a", "b", "ab", "%h.c", '"a"', "A", "a # b", "10.1", "2001:db8:0::1");
  const line = fc.oneof(
    fc.array(pattern, { minLength: 1, maxLength: 3 }).map((all) => `Host ${all.join(" ")}`),
    fc.constantFrom("Host", "host =").chain((word) => pattern.map((one) => `${word} ${one}`)),
    value.map((one) => `HostName ${one}`),
    fc.constantFrom(
      "User u1",
      "User=u2",
      "Port 7",
      "ProxyJump a",
      "Match all",
      "# Host b",
      "  Port 8",
      "HostName=b",
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      const file = join(folder, "config");
      writeFileSync(file, `${lines.join("\n")}\n`);
      const all = named("a", "b", "ab", "ba", "bb", "A", "10.1", "10.0.0.1", "::0:1");
      const source = { file, env: {}, remembered: new Map<string, Promise<SshHost>>() };
      prepareHosts(all, source);
      const found = await Promise.allSettled(all.map((to) => resolveHost(to, source)));
      const alone = await Promise.allSettled(all.map((to) => resolveHost(to, { file, env: {} })));
      expect(found).toEqual(alone);
    }),
    { numRuns: 25, seed: 7 },
  );
});
