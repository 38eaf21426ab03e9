import { execFile } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { appendFile, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { HardenError } from "../errors.ts";
import type { SshHost } from "./ssh-config.ts";

/** One line of a known_hosts file that names the host. */
export interface KnownKey {
  readonly marker?: "revoked" | "cert-authority";
  readonly type: string;
  /** The public key in ssh's own encoding. */
  readonly blob: Buffer;
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

/** All known keys of a host in all of its files, found by `ssh-keygen -F`, which knows hashes and patterns. */
export async function findKnownKeys(host: SshHost, name = knownName(host)): Promise<readonly KnownKey[]> {
  const files = [...host.userKnownHosts, ...host.globalKnownHosts];
  const found = await Promise.all(files.map((file) => findInFile(name, file)));
  return found.flat();
}

async function findInFile(name: string, file: string): Promise<readonly KnownKey[]> {
  const isFile = await stat(file).then(
    (s) => s.isFile() && s.size > 0,
    () => false,
  );
  if (!isFile) return [];
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile("ssh-keygen", ["-F", name, "-f", file], { timeout: 10_000 }, (error, out, err) => {
      // Exit 1 and silence: the host is not there.
      if (error === null || (error.code as unknown) === 1) resolve(out);
      else {
        const why = error.code === "ENOENT" ? "there is no ssh-keygen on this machine" : err.trim();
        reject(new HardenError("connect", `Cannot search ${file}: ${why}.`, { where: file, cause: error }));
      }
    });
  });
  const keys: KnownKey[] = [];
  let where = file;
  for (const line of stdout.split("\n")) {
    const at = /^# Host .* found: line (\d+)/.exec(line);
    if (at !== null) {
      where = `${file}:${at[1]}`;
      continue;
    }
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift()?.slice(1) : undefined;
    const [, type, base64] = words;
    if (type === undefined || base64 === undefined || line.startsWith("#")) continue;
    if (marker !== undefined && marker !== "revoked" && marker !== "cert-authority") continue;
    keys.push({
      ...(marker === undefined ? {} : { marker }),
      type,
      blob: Buffer.from(base64, "base64"),
      where,
    });
  }
  return keys;
}

/**
 * Appends a host's key to the user's first known_hosts file, hashed where the configuration asks for it.
 * A new file is made 0600 in a 0700 folder.
 * @returns the file, or undefined where the configuration names none.
 */
export async function appendKnownKey(host: SshHost, type: string, blob: Buffer): Promise<string | undefined> {
  const file = host.userKnownHosts[0];
  if (file === undefined) return undefined;
  const name = host.hashKnownHosts ? hashName(knownName(host)) : knownName(host);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const lead = (await endsInMidLine(file)) ? "\n" : "";
  await appendFile(file, `${lead}${name} ${type} ${blob.toString("base64")}\n`, { mode: 0o600 });
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
function hashName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}
