/** A key that can be offered: its public half, and a way to sign that may ask for a passphrase. */
import { existsSync, readFileSync, statSync } from "node:fs";
import type { BaseAgent, ParsedKey } from "ssh2";
import { HardenError } from "../errors.ts";
import { once, onceByText } from "../once.ts";
import { oneLine } from "../text.ts";
import { type Keyring, publicPart } from "./keyring.ts";
import { fingerprint } from "./known-hosts.ts";
import type { SshHost } from "./ssh-config.ts";
import type { Ssh2 } from "./ssh2.ts";
export interface OfferedKey {
  readonly fingerprint: string;
  readonly publicKey: ParsedKey;
  /** Where it was found: `agent`, or the file. */
  readonly from: string;
  /** @returns the bare signature, without its algorithm name */
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
}

/** All keys in the order in which they are offered, each once, and why others are not. */
export interface KeyList {
  readonly keys: readonly OfferedKey[];
  readonly notes: readonly string[];
}

/** How long an agent may take to list its keys, and to sign: that may wait for a person. Milliseconds. */
const agentTimeoutMs = 3000;
const signTimeoutMs = 120_000;

/**
 * ssh's own order: configured keys that the agent holds, then the agent's others, then key files;
 * only files that were named explicitly come before all of them. Later connections offer the same list
 * in the same order, so that they prove what an operator's own login will meet.
 */
export async function findKeys(
  ssh2: Ssh2,
  host: SshHost,
  o: { readonly identityFiles: readonly string[]; readonly keyring: Keyring },
): Promise<KeyList> {
  const notes: string[] = [];
  const load = (files: readonly string[]) =>
    Promise.all(files.map((file) => fromFile(ssh2, file, o.keyring)));
  const [explicit, configured, agent] = await Promise.all([
    load(o.identityFiles),
    load(host.identityFiles),
    host.agent === undefined ? [] : fromAgent(ssh2, host.agent, notes),
  ]);
  for (const [index, found] of explicit.entries()) {
    if (found === undefined) {
      const file = o.identityFiles[index] as string;
      throw new HardenError("usage", `The identity file ${file} cannot be read.`, {
        where: file,
        hint: "Name a private key, such as ~/.ssh/id_ed25519.",
      });
    }
  }
  notes.push(...certificateNotes([...o.identityFiles, ...host.identityFiles]));
  const files = [...explicit, ...configured].filter((found) => found !== undefined);
  notes.push(...files.flatMap((found) => ("note" in found ? [found.note] : [])));
  const keysOf = (list: typeof configured) =>
    list.flatMap((found) => (found !== undefined && "key" in found ? [found.key] : []));
  const held = (key: OfferedKey) => agent.find((other) => other.fingerprint === key.fingerprint);
  const unique = new Map<string, OfferedKey>();
  const offer = (key: OfferedKey) => {
    if (!unique.has(key.fingerprint)) unique.set(key.fingerprint, key);
  };
  for (const key of keysOf(explicit)) offer(held(key) ?? key);
  for (const key of keysOf(configured)) if (held(key) !== undefined) offer(held(key) as OfferedKey);
  if (!host.identitiesOnly) for (const key of agent) offer(key);
  for (const key of keysOf(configured)) offer(key);
  return { keys: [...unique.values()], notes };
}

/** A key file by its public half: the `.pub` beside it, or what the file itself shows without its passphrase. */
async function fromFile(
  ssh2: Ssh2,
  file: string,
  keyring: Keyring,
): Promise<{ readonly key: OfferedKey } | { readonly note: string } | undefined> {
  const [text, beside] = [textOf(file), textOf(`${file}.pub`)];
  const shown = text ?? beside;
  if (shown === undefined) return undefined;
  const publicKey = publicKeyOf(ssh2, shown, beside?.trim());
  if (publicKey !== undefined) return { key: fileKey(ssh2, { file, text, publicKey, keyring }) };
  // An old PEM file that is encrypted whole: only its passphrase shows which key it is.
  if (/ENCRYPTED/.test(shown)) {
    const key = await keyring.unlock(ssh2, file, shown);
    return { key: fileKey(ssh2, { file, text, publicKey: key, keyring }) };
  }
  return { note: `${file} is of a kind that is not supported` };
}

function publicKeyOf(ssh2: Ssh2, shown: string, beside: string | undefined): ParsedKey | undefined {
  const read = beside === undefined ? undefined : publicLine(ssh2)(beside);
  if (read !== undefined && !(read instanceof Error)) return read;
  for (const candidate of [publicPart(shown), shown]) {
    const key = candidate === undefined ? undefined : ssh2.utils.parseKey(candidate);
    if (key !== undefined && !(key instanceof Error)) return key;
  }
  return undefined;
}

/** The same files are read for each host. */
const publicLine = once((ssh2: Ssh2) => onceByText((text) => ssh2.utils.parseKey(text), 50));

/**
 * Small local files, read for each host of a fleet: promises would cost more than the reading. Not from a pipe, which
 * could block all hosts.
 */
function textOf(path: string): string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

const certificateNotes = (files: readonly string[]): readonly string[] =>
  files
    .filter((file) => existsSync(`${file}-cert.pub`))
    .map((file) => `the user certificate ${file}-cert.pub is not supported, only its plain key is offered`);

function fileKey(
  ssh2: Ssh2,
  o: {
    readonly file: string;
    readonly text: string | undefined;
    readonly publicKey: ParsedKey;
    readonly keyring: Keyring;
  },
): OfferedKey {
  return {
    fingerprint: fingerprint(o.publicKey.getPublicSSH()),
    publicKey: o.publicKey,
    from: o.file,
    async sign(data, hash) {
      if (o.text === undefined)
        throw new HardenError("connect", `${o.file} has no private key beside its .pub.`, {
          hint: "Put the private key there, or into an agent with ssh-add.",
        });
      const key = await o.keyring.unlock(ssh2, o.file, o.text);
      const signature: Buffer | Error = key.sign(data, hash);
      if (signature instanceof Error) throw signature;
      return signature;
    },
  };
}

/** The agent's keys. An agent that does not answer is a note, not an error: key files may do. */
async function fromAgent(ssh2: Ssh2, path: string, notes: string[]): Promise<readonly OfferedKey[]> {
  const agent = ssh2.createAgent(path);
  const listed = await new Promise<readonly ParsedKey[] | string>((resolve) => {
    const timer = setTimeout(() => resolve("does not answer"), agentTimeoutMs);
    agent.getIdentities((error, keys) => {
      clearTimeout(timer);
      resolve(error ? oneLine(error.message) : ((keys ?? []) as ParsedKey[]));
    });
  });
  if (typeof listed === "string") {
    notes.push(`the agent at ${path} cannot be used: ${listed}`);
    return [];
  }
  // ssh2 leaves out what it cannot use: certificates and FIDO keys.
  return listed.map((publicKey) => agentKey(agent, publicKey));
}

function agentKey(agent: BaseAgent, publicKey: ParsedKey): OfferedKey {
  return {
    fingerprint: fingerprint(publicKey.getPublicSSH()),
    publicKey,
    from: "agent",
    sign: (data, hash) =>
      new Promise((resolve, reject) => {
        const options = hash === undefined ? {} : { hash: hash as "sha256" | "sha512" };
        const timer = setTimeout(() => reject(new Error("the agent did not sign in time")), signTimeoutMs);
        agent.sign(publicKey, data, options, (error, signature) => {
          clearTimeout(timer);
          if (error || signature === undefined) reject(error ?? new Error("the agent gave no signature"));
          else resolve(Buffer.from(signature as Uint8Array));
        });
      }),
  };
}
