import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { HardenError } from "../../src/errors.ts";
import { hostKeyOrder } from "../../src/transports/algorithms.ts";
import { keyType, knownHostsPolicy, pinnedPolicy, removalOf } from "../../src/transports/host-key.ts";
import { fingerprint } from "../../src/transports/known-hosts.ts";
import { resolveHost, type SshHost } from "../../src/transports/ssh-config.ts";
import { generateKey } from "./real-sshd.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

let keys: string;
let folder: string;
const line = (name: string) =>
  readFileSync(join(keys, `${name}.pub`), "utf8")
    .trim()
    .split(" ")
    .slice(0, 2)
    .join(" ");
const blob = (name: string) => Buffer.from(line(name).split(" ")[1] as string, "base64");

beforeAll(() => {
  keys = mkdtempSync(join(tmpdir(), "harden-keys-"));
  for (const [name, type] of [
    ["one", "ed25519"],
    ["two", "ed25519"],
    ["rsa", "rsa"],
  ] as const) {
    generateKey(join(keys, name), type);
  }
});
afterAll(() => rmSync(keys, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-known-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A host whose user file has the given lines. */
async function host(lines: readonly string[], o: { port?: number; options?: string } = {}): Promise<SshHost> {
  const config = join(folder, "config");
  writeFileSync(
    config,
    `UserKnownHostsFile ${join(folder, "user")}\nGlobalKnownHostsFile ${join(folder, "global")}\n${o.options ?? ""}\n`,
  );
  if (lines.length > 0) writeFileSync(join(folder, "user"), lines.join("\n"));
  return resolveHost({ host: "Server.example", port: o.port ?? 22 }, { file: config, env: {} });
}
const verdict = async (h: SshHost, key: string, acceptNew = false) =>
  (await knownHostsPolicy(h, acceptNew)).verify(blob(key)).then(
    () => "trusted",
    (error: Error) => error.message,
  );

test("a fingerprint is the one that ssh-keygen prints", () => {
  const printed = execFileSync("ssh-keygen", ["-lf", join(keys, "one.pub")], { encoding: "utf8" });
  expect(printed.split(" ")[1]).toBe(fingerprint(blob("one")));
  expect(keyType(blob("rsa"))).toBe("ssh-rsa");
  expect(keyType(Buffer.from([1]))).toBe("");
});

test.each([
  ["a plain entry", 22, () => `server.example ${line("one")}`],
  ["one of a list with patterns", 22, () => `a,*.example,!b.example ${line("one")}`],
  ["an entry with its port", 2222, () => `[server.example]:2222 ${line("one")}`],
  ["an entry without the port, like ssh", 2222, () => `server.example ${line("one")}`],
])("%s is trusted, another key is a change", async (_, port, entry) => {
  const h = await host(["# comment", "", entry()], { port });
  expect(await verdict(h, "one")).toBe("trusted");
  const other = await verdict(h, "two");
  expect(other).toMatch(/has changed|is not known/);
  expect(other).toContain(fingerprint(blob("two")));
});

test("a hashed entry is found", async () => {
  const h = await host([`[server.example]:2222 ${line("one")}`], { port: 2222 });
  execFileSync("ssh-keygen", ["-H", "-f", join(folder, "user")], { stdio: "ignore" });
  expect(readFileSync(join(folder, "user"), "utf8")).not.toContain("server.example");
  expect(await verdict(h, "one")).toBe("trusted");
  expect(await verdict(h, "two")).toMatch(/has changed/);
});

test("a changed key shows both fingerprints and the line that knows better", async () => {
  const h = await host(["# x", `server.example ${line("one")}`, `server.example ${line("rsa")}`]);
  const message = await verdict(h, "two");
  expect(message).toContain(fingerprint(blob("one")));
  expect(message).toContain(fingerprint(blob("two")));
  expect(message).not.toContain(fingerprint(blob("rsa")));
  expect(message).toContain(`${join(folder, "user")}:2`);
});

test("a changed key's hint has commands that remove it from each file that has it, and from no other", async () => {
  const entry = `[server.example]:2222 ${line("one")}\n`;
  const [user, global] = [join(folder, "it's the user"), join(folder, "global")];
  const h: SshHost = {
    ...(await host([], { port: 2222 })),
    userKnownHosts: [user],
    globalKnownHosts: [global],
  };
  for (const file of [user, global]) writeFileSync(file, `other ${line("two")}\n${entry}`);
  const error = await (await knownHostsPolicy(h, false))
    .verify(blob("two"))
    .catch((caught: unknown) => caught);
  const { hint = "" } = (error as HardenError).details;
  execFileSync("sh", ["-c", hint.slice(hint.indexOf("ssh-keygen"))], { stdio: "ignore" });
  for (const file of [user, global]) expect(readFileSync(file, "utf8")).toBe(`other ${line("two")}\n`);
});

test("a changed key's hint names no file where it is the one that ssh-keygen takes", async () => {
  const own = { file: "/home/a/.ssh/known_hosts" };
  expect(removalOf("web1", [own, own, { file: "/etc/ssh/ssh_known_hosts" }], own.file)).toBe(
    "ssh-keygen -R web1 && ssh-keygen -R web1 -f /etc/ssh/ssh_known_hosts",
  );
});

test("a changed key is never accepted as new", async () => {
  const h = await host([`server.example ${line("one")}`]);
  expect(await verdict(h, "two", true)).toMatch(/has changed/);
  expect(readFileSync(join(folder, "user"), "utf8")).not.toContain(line("two"));
});

test("the global file counts", async () => {
  const h = await host([]);
  writeFileSync(join(folder, "global"), `server.example ${line("one")}\n`);
  expect(await verdict(h, "one")).toBe("trusted");
});

test.each([22, 2222])("a revoked key is refused on port %i, though another line trusts it", async (port) => {
  const name = port === 22 ? "server.example" : "[server.example]:2222";
  const h = await host([`${name} ${line("one")}`, `@revoked * ${line("one")}`], { port });
  expect(await verdict(h, "one", true)).toMatch(/is revoked by .*:2/);
});

test("a certificate authority's line trusts no key by itself, and the hint says why", async () => {
  const h = await host([`@cert-authority *.example ${line("one")}`]);
  const policy = await knownHostsPolicy(h, false);
  await expect(policy.verify(blob("one"))).rejects.toMatchObject({
    message: expect.stringMatching(/is not known/),
    details: { hint: expect.stringMatching(/@cert-authority.*not supported/) },
  });
});

test("a new key that can't be kept is no defect of harden: the file is named", async () => {
  const h = { ...(await host([])), userKnownHosts: [join(folder, "config/known_hosts")] };
  const policy = await knownHostsPolicy(h, true);
  await expect(policy.verify(blob("one"))).rejects.toMatchObject({
    code: "connect",
    message: expect.stringMatching(/^The host key of server\.example can't be kept: /),
    details: {
      where: join(folder, "config/known_hosts"),
      hint: expect.stringContaining("UserKnownHostsFile"),
    },
  });
});

test("an unknown key is shown and refused", async () => {
  const h = await host([`other.example ${line("one")}`]);
  const policy = await knownHostsPolicy(h, false);
  await expect(policy.verify(blob("one"))).rejects.toMatchObject({
    code: "connect",
    message: expect.stringContaining(fingerprint(blob("one"))),
    details: { hint: expect.stringContaining("--accept-new-host-key") },
  });
  expect(readFileSync(join(folder, "user"), "utf8")).not.toContain("server.example");
});

test.each([
  ["as it is", "HashKnownHosts no", /^server\.example ssh-ed25519 /m],
  ["hashed where the configuration asks for it", "HashKnownHosts yes", /^\|1\|/m],
])("a new key is written %s, and ssh-keygen finds it", async (_, options, expected) => {
  const h = await host(["other.example ssh-ed25519 AAAA # no newline"], { options });
  expect(await verdict(h, "one", true)).toBe("trusted");
  const text = readFileSync(join(folder, "user"), "utf8");
  expect(text).toMatch(expected);
  expect(text).toMatch(/^other\.example .*\n/);
  const found = execFileSync("ssh-keygen", ["-F", "server.example", "-f", join(folder, "user")], {
    encoding: "utf8",
  });
  expect(found).toContain(line("one"));
  expect(await verdict(h, "one")).toBe("trusted");
});

test("a new known_hosts file is private", async () => {
  const h = await host([]);
  const nested = { ...h, userKnownHosts: [join(folder, ".ssh", "known_hosts")] };
  expect(await verdict(nested, "one", true)).toBe("trusted");
  expect(statSync(join(folder, ".ssh", "known_hosts")).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, ".ssh")).mode & 0o777).toBe(0o700);
});

test("HostKeyAlias is the name that is searched", async () => {
  const h = await host([`alias ${line("one")}`], { options: "HostKeyAlias alias", port: 2222 });
  expect(await verdict(h, "one")).toBe("trusted");
});

test("a pinned key is trusted alone, whatever known_hosts says", async () => {
  const h = await host([`server.example ${line("two")}`]);
  const pin = {
    address: "1.2.3.4",
    hostKeyFingerprint: fingerprint(blob("one")),
    hostKeyType: "ssh-ed25519",
  };
  const policy = pinnedPolicy(h, pin);
  await expect(policy.verify(blob("one"))).resolves.toBeUndefined();
  await expect(policy.verify(blob("two"))).rejects.toMatchObject({ code: "connect" });
});

test("known types are negotiated first, and RSA by its SHA-2 names", async () => {
  const h = await host([`server.example ${line("rsa")}`]);
  const order = hostKeyOrder((await knownHostsPolicy(h, false)).types);
  expect(order.slice(0, 2)).toEqual(["rsa-sha2-512", "rsa-sha2-256"]);
  expect(order).toContain("ssh-ed25519");
  expect(order).not.toContain("ssh-rsa");
  expect(hostKeyOrder([])[0]).toBe("ssh-ed25519");
});
