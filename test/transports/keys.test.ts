import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createKeyring } from "../../src/transports/keyring.ts";
import { findKeys, type OfferedKey } from "../../src/transports/keys.ts";
import { fingerprint } from "../../src/transports/known-hosts.ts";
import type { SshHost } from "../../src/transports/ssh-config.ts";
import { loadSsh2, type Ssh2 } from "../../src/transports/ssh2.ts";
import { type Agent, startAgent } from "./agent.ts";
import { generateKey } from "./real-sshd.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

let folder: string;
let agent: Agent;
let ssh2: Ssh2;
const names = new Map<string, string>();
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "harden-find-keys-"));
  ssh2 = await loadSsh2();
  agent = await startAgent(folder);
  for (const name of ["held", "other", "plain", "named"]) generateKey(file(name), "ed25519");
  generateKey(file("locked"), "ed25519", "open sesame");
  for (const name of ["held", "other", "plain", "named", "locked"]) {
    const line = readFileSync(file(`${name}.pub`), "utf8").split(" ");
    names.set(fingerprint(Buffer.from(line[1] as string, "base64")), name);
  }
  agent.add(file("other"), file("held"));
});
afterAll(() => {
  agent.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function find(o: {
  configured?: readonly string[];
  named?: readonly string[];
  only?: boolean;
  agent?: string | null;
  answers?: (string | undefined)[];
}) {
  const questions: string[] = [];
  const answers = [...(o.answers ?? [])];
  const keyring = createKeyring(async (question) => {
    questions.push(question);
    return answers.shift();
  });
  const host = {
    identityFiles: (o.configured ?? []).map(file),
    identitiesOnly: o.only ?? false,
    ...(o.agent === null ? {} : { agent: o.agent ?? agent.socket }),
  } as unknown as SshHost;
  const list = await findKeys(ssh2, host, { identityFiles: (o.named ?? []).map(file), keyring });
  return { ...list, questions, order: list.keys.map((key) => name(key)) };
}

/** A key as `NAME by SOURCE`. */
function name(key: OfferedKey): string {
  return `${names.get(key.fingerprint)} by ${key.from === "agent" ? "agent" : "file"}`;
}

test("ssh's order: configured keys in the agent, the agent's others, then files; each once", async () => {
  expect((await find({ configured: ["plain", "held"] })).order).toEqual([
    "held by agent",
    "other by agent",
    "plain by file",
  ]);
});

test("IdentitiesOnly leaves out what only the agent has", async () => {
  expect((await find({ configured: ["plain", "held"], only: true })).order).toEqual([
    "held by agent",
    "plain by file",
  ]);
});

test("a key file that was named comes first", async () => {
  expect((await find({ configured: ["plain"], named: ["named", "held"] })).order).toEqual([
    "named by file",
    "held by agent",
    "other by agent",
    "plain by file",
  ]);
});

test("a named file that is missing is a usage error, a configured one is not", async () => {
  await expect(find({ named: ["missing"] })).rejects.toMatchObject({ code: "usage" });
  expect((await find({ configured: ["missing"], agent: null })).order).toEqual([]);
});

test("a dead agent is a note, and files still work", async () => {
  const found = await find({ configured: ["plain"], agent: file("no-socket") });
  expect(found.order).toEqual(["plain by file"]);
  expect(found.notes.join()).toMatch(/agent at .*no-socket cannot be used/);
});

test("an encrypted key is offered without its passphrase, asked for once when it must sign, and remembered", async () => {
  const found = await find({ configured: ["locked"], agent: null, answers: ["open sesame"] });
  expect(found.order).toEqual(["locked by file"]);
  expect(found.questions).toEqual([]);
  const key = found.keys[0] as OfferedKey;
  const data = Buffer.from("data");
  for (const _ of [1, 2]) {
    const signature = await key.sign(data, undefined);
    expect(key.publicKey.verify(data, signature)).toBe(true);
  }
  expect(found.questions).toEqual([`Passphrase for ${file("locked")}: `]);
});

test("an encrypted key without its .pub file is still offered unasked", async () => {
  renameSync(file("locked.pub"), file("aside"));
  try {
    const found = await find({ configured: ["locked"], agent: null });
    expect(found.keys).toHaveLength(1);
    expect(found.questions).toEqual([]);
  } finally {
    renameSync(file("aside"), file("locked.pub"));
  }
});

test("a wrong passphrase is asked again, three times at most", async () => {
  const found = await find({ configured: ["locked"], agent: null, answers: ["a", "open sesame"] });
  await expect(found.keys[0]?.sign(Buffer.from("x"), undefined)).resolves.toBeInstanceOf(Buffer);
  expect(found.questions).toHaveLength(2);
  const never = await find({ configured: ["locked"], agent: null, answers: ["a", "b", "c", "d"] });
  await expect(never.keys[0]?.sign(Buffer.from("x"), undefined)).rejects.toMatchObject({ code: "connect" });
  expect(never.questions).toHaveLength(3);
});

test("with nobody to ask, the message says what to do", async () => {
  const found = await find({ configured: ["locked"], agent: null });
  await expect(found.keys[0]?.sign(Buffer.from("x"), undefined)).rejects.toMatchObject({
    details: { hint: expect.stringMatching(/ssh-add/) },
  });
});

test("an old PEM key, encrypted whole", async () => {
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-m", "PEM", "-N", "pem pass", "-f", file("pem")]);
  rmSync(file("pem.pub"));
  const found = await find({ configured: ["pem"], agent: null, answers: ["pem pass"] });
  expect(found.keys).toHaveLength(1);
});

test("a file that is no key is a note", async () => {
  writeFileSync(file("junk"), "not a key\n");
  const found = await find({ configured: ["junk"], agent: null });
  expect(found.keys).toEqual([]);
  expect(found.notes.join()).toMatch(/junk is of a kind that is not supported/);
});

test("a certificate is a note, in a file or an agent, and its plain key is offered once", async () => {
  generateKey(file("ca"), "ed25519");
  generateKey(file("certified"), "ed25519");
  execFileSync("ssh-keygen", ["-q", "-s", file("ca"), "-I", "id", "-n", "root", file("certified.pub")], {
    stdio: "ignore",
  });
  const own = await startAgent(folder);
  try {
    own.add(file("certified"));
    const found = await find({ configured: ["certified"], agent: own.socket });
    expect(found.keys).toHaveLength(1);
    expect(found.notes.join()).toMatch(/certified-cert\.pub is not supported/);
  } finally {
    own.stop();
  }
});
