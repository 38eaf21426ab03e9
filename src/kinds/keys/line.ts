/** One line of authorized_keys, see AUTHORIZED_KEYS FILE FORMAT in sshd(8). Pure. */
import { createHash } from "node:crypto";

export interface Key {
  /** As they stand there; empty where there are none. */
  readonly options: string;
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** base64, without padding. */
  readonly blob: string;
  readonly data: Buffer;
  readonly comment: string;
}

const keyType =
  /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com|[a-z0-9@.-]+-cert-v\d+@openssh\.com)$/;

/** Undefined for comments and for what sshd would not read as a key either. */
export function keyOf(text: string): Key | undefined {
  const line = text.trim();
  if (line === "" || line.startsWith("#")) return undefined;
  const [first = ""] = line.split(/[ \t]/, 1);
  const options = keyType.test(first) ? "" : (/^(?:"(?:\\"|[^"])*"|[^\s"])+/.exec(line)?.[0] ?? "");
  const [type = "", blob = "", ...comment] = line
    .slice(options.length)
    .trim()
    .split(/[ \t]+/);
  if (!keyType.test(type)) return undefined;
  const data = Buffer.from(blob, "base64");
  // The blob says its own type again, or the line is cut off.
  if (data.length < 20 || data.toString("latin1", 4, 4 + data.readUInt32BE(0)) !== type) return undefined;
  return { options, type, blob: blob.replace(/=+$/, ""), data, comment: comment.join(" ") };
}

/** As `ssh-keygen -l` prints it. */
export const fingerprintOf = ({ data }: Pick<Key, "data">): string =>
  `SHA256:${createHash("sha256").update(data).digest("base64").replace(/=+$/, "")}`;
