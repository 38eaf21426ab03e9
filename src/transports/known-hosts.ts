/** One line of a known_hosts file that names the host. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { appendFile, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { fileHint, HardenError } from "../errors.ts";
import { onceByText } from "../once.ts";
import type { SshHost } from "./ssh-config.ts";

export interface KnownKey {
  readonly marker?: "revoked" | "cert-authority";
  readonly type: string;
  /** The public key in ssh's own encoding. */
  readonly blob: Buffer;
  readonly file: string;
  /** `FILE:LINE`, for messages. */
  readonly where: string;
}

/** `SHA256:` and base64 without padding, as ssh-keygen -l prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The name that known_hosts has for a host: `[name]:port` where the port is not 22. */
export function knownName(host: Pick<SshHost, "hostname" | "port" | "hostKeyAlias">): string {
  if (host.hostKeyAlias !== undefined) return host.hostKeyAlias;
  const name = host.hostname.toLowerCase();
  return host.port === 22 ? name : `[${name}]:${host.port}`;
}

/** All known keys of a host in all of its files. */
export function findKnownKeys(host: SshHost, name = knownName(host)): readonly KnownKey[] {
  const files = [...host.userKnownHosts, ...host.globalKnownHosts];
  return files.flatMap((file) => findInText(name, textOf(file), file));
}

function textOf(file: string): string {
  try {
    // Most of the files that ssh names aren't there, and an error for each would cost more than the rest. A pipe or
    // device (/dev/null) has no keys, and must not block the other hosts.
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, "latin1") : "";
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    throw new HardenError("connect", `Cannot read ${file} (${code}).`, {
      where: file,
      cause,
      hint: fileHint(cause),
    });
  }
}

function findInText(name: string, text: string, file: string): readonly KnownKey[] {
  return text.split("\n").flatMap((line, index) => {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith("@") ? words.shift()?.slice(1) : undefined;
    const [names = "", type, base64] = words;
    if (type === undefined || base64 === undefined || names.startsWith("#")) return [];
    if (marker !== undefined && marker !== "revoked" && marker !== "cert-authority") return [];
    if (!isNamed(name, names)) return [];
    const key = { type, blob: Buffer.from(base64, "base64"), file, where: `${file}:${index + 1}` };
    return [marker === undefined ? key : { marker, ...key }];
  });
}

/** sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: one hashed name, or patterns of which none that is negated may match. */
function isNamed(name: string, names: string): boolean {
  if (names.startsWith("|")) {
    const [, version, salt = ""] = names.split("|");
    return version === "1" && names === hashName(name, Buffer.from(salt, "base64"));
  }
  return matchesPatterns(names.toLowerCase().split(","), name);
}

/**
 * Appends a host's key to the user's first known_hosts file, hashed where the configuration asks for it.
 * A new file is made 0600 in a 0700 folder.
 * @returns the file, or undefined where the configuration names none.
 */
export async function appendKnownKey(host: SshHost, type: string, blob: Buffer): Promise<string | undefined> {
  const file = host.userKnownHosts[0];
  if (file === undefined) return undefined;
  const name = host.hashKnownHosts ? hashName(knownName(host), randomBytes(20)) : knownName(host);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const lead = (await endsInMidLine(file)) ? "\n" : "";
    await appendFile(file, `${lead}${name} ${type} ${blob.toString("base64")}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new HardenError("connect", `The host key of ${name} can't be kept: ${(cause as Error).message}.`, {
      where: file,
      hint: "Name a file that can be written: UserKnownHostsFile in the ssh configuration, see --ssh-config.",
      cause,
    });
  }
  return file;
}

async function endsInMidLine(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 10;
  } finally {
    await handle.close();
  }
}

/** sshd(8): `|1|` salt `|` HMAC-SHA1 of the name with the salt as key. */
function hashName(name: string, salt: Buffer): string {
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

/** ssh_config(5), PATTERNS: one of them matches, and none that is negated. */
function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const matches = (pattern: string) => patternOf(pattern).test(name);
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))
  );
}

const patternOf = onceByText((pattern): RegExp => {
  const wild: Readonly<Record<string, string>> = { "*": ".*", "?": "." };
  return new RegExp(`^${pattern.replace(/\W/g, (char) => wild[char] ?? `\\${char}`)}$`, "s");
}, 1000);
