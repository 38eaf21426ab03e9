/** One line of authorized_keys, see AUTHORIZED_KEYS FILE FORMAT in sshd(8). Pure. */
import { createHash } from "node:crypto";

export interface AuthorizedKey {
  /** As they stand there; empty where there are none. */
  readonly options: string;
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** base64, without padding. */
  readonly blob: string;
  readonly data: Buffer;
  readonly comment: string;
}

/** Of the names that sshd knows a key's type by, the one that the key itself has (ssh_key_types of sshkey.c). */
const ownType = (type: string) =>
  type.replace(/^rsa-sha2-(?:256|512)(?=$|-cert-)/, "ssh-rsa").replace(/^webauthn-(?=sk-)/, "");

/** Undefined for comments and for what sshd would not read as a key either. */
export function keyOf(text: string): AuthorizedKey | undefined {
  // To sshd only these two are blanks: others are dropped within the blob.
  const line = text.replace(/^[ \t]+|[ \t\r\n]+$/g, "");
  if (line === "" || line.startsWith("#")) return undefined;
  const options = /^(?:"(?:\\"|[^"])*"|[^ \t"])+/.exec(line)?.[0] ?? "";
  return keyIn(line, "") ?? keyIn(line.slice(options.length), options);
}

/** Whatever its type: the blob says that again, or it is no key, or cut off. */
function keyIn(text: string, options: string): AuthorizedKey | undefined {
  const [type = "", blob = "", ...comment] = text.replace(/^[ \t]+/, "").split(/[ \t]+/);
  const own = ownType(type);
  const data = Buffer.from(blob, "base64");
  if (data.length < 20 || data.toString("latin1", 4, 4 + data.readUInt32BE(0)) !== own) return undefined;
  const canonical = data.toString("base64").replace(/=+$/, "");
  return { options, type: own, blob: canonical, data, comment: comment.join(" ") };
}

/** Of the key in a line of the file; undefined where there is none. */
export function fingerprintIn(line: string): string | undefined {
  const key = keyOf(line);
  return key && fingerprintOf(key);
}

/** Whether a line of the file has one of these keys, each `SHA256:…`. */
export const hasKeyOf = (line: string, keys: readonly string[] = []): boolean =>
  keys.includes(fingerprintIn(line) ?? "");

/** As `ssh-keygen -l` prints it. */
export const fingerprintOf = ({ data }: Pick<AuthorizedKey, "data">): string =>
  `SHA256:${createHash("sha256").update(data).digest("base64").replace(/=+$/, "")}`;
