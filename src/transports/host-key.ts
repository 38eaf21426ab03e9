/** Judges one host's key; made before the connection, because the known types decide what is negotiated. */
import { join } from "node:path";
import { HardenError } from "../errors.ts";
import { typedAs } from "../quote.ts";
import { appendKnownKey, findKnownKeys, fingerprint, type KnownKey, knownName } from "./known-hosts.ts";
import type { SshHost } from "./ssh-config.ts";
import type { Pin } from "./transport.ts";
import { currentUser, homeOf } from "./user.ts";
export interface HostKeyPolicy {
  /** Key types to negotiate first. */
  readonly types: readonly string[];
  /** Resolves when the key may be trusted; rejects with HardenError `connect` when not. */
  verify(blob: Buffer): Promise<void>;
}

/** The policy for a connection whose key was verified before: this key, no other. */
export function pinnedPolicy(host: SshHost, pin: Pin): HostKeyPolicy {
  return {
    types: [pin.hostKeyType],
    async verify(blob) {
      if (fingerprint(blob) === pin.hostKeyFingerprint) return;
      throw new HardenError(
        "connect",
        `${knownName(host)} now shows the host key ${fingerprint(blob)}, the first connection saw ${pin.hostKeyFingerprint}.`,
        { hint: "Another machine answers, or its host keys were replaced in between." },
      );
    },
  };
}

/** The policy by known_hosts, like ssh's own with StrictHostKeyChecking yes, or accept-new. */
export async function knownHostsPolicy(host: SshHost, acceptNew: boolean): Promise<HostKeyPolicy> {
  const name = knownName(host);
  const known = findKnownKeys(host);
  const plain = known.filter((key) => key.marker === undefined);
  return {
    types: plain.map((key) => key.type),
    async verify(blob) {
      // Like ssh, a key that is known for the name without its port is as good.
      const portless = name.startsWith("[") ? findKnownKeys(host, host.hostname.toLowerCase()) : [];
      const same = (key: KnownKey) => key.blob.equals(blob);
      const revoked = [...known, ...portless].find((key) => key.marker === "revoked" && same(key));
      if (revoked !== undefined) {
        throw new HardenError("connect", `The host key of ${name} is revoked by ${revoked.where}.`, {
          hint: "Do not connect before you know why.",
          where: revoked.where,
        });
      }
      if (plain.some(same)) return;
      if (plain.length > 0) throw changed(name, blob, plain);
      if (portless.some((key) => key.marker === undefined && same(key))) return;
      if (!acceptNew) throw unknownKey(name, blob, known);
      await appendKnownKey(host, keyType(blob), blob);
    },
  };
}

/** The type that stands at the front of a key in ssh's own encoding. */
export function keyType(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return blob.subarray(4, 4 + Math.min(length, 64)).toString("latin1");
}

function changed(name: string, blob: Buffer, plain: readonly KnownKey[]): HardenError {
  const ofType = plain.filter((key) => key.type === keyType(blob));
  const expected = ofType.length > 0 ? ofType : plain;
  const list = expected.map((key) => `${fingerprint(key.blob)} (${key.type}, ${key.where})`).join(", ");
  return new HardenError(
    "connect",
    `The host key of ${name} has changed: it shows ${fingerprint(blob)} (${keyType(blob)}), known is ${list}.`,
    {
      hint: `Somebody may be in between; if the host was reinstalled, remove the old key with: ${removalOf(name, plain)}`,
      ...(expected[0] === undefined ? {} : { where: expected[0].where }),
    },
  );
}

/** What ssh-keygen(1) takes where no file is named. */
const ownFile = () => join(homeOf(currentUser()), ".ssh/known_hosts");

/** The commands that take a name out of each file that has it. */
export function removalOf(name: string, known: readonly Pick<KnownKey, "file">[], own = ownFile()): string {
  const files = [...new Set(known.map(({ file }) => file))];
  const commands = files.map((file) =>
    ["ssh-keygen", "-R", typedAs(name), ...(file === own ? [] : ["-f", typedAs(file)])].join(" "),
  );
  return commands.join(" && ");
}

function unknownKey(name: string, blob: Buffer, known: readonly KnownKey[]): HardenError {
  const byAuthority = known.some((key) => key.marker === "cert-authority");
  return new HardenError(
    "connect",
    `The host key of ${name} is not known: ${fingerprint(blob)} (${keyType(blob)}).`,
    {
      hint: byAuthority
        ? "Host certificates (@cert-authority) are not supported; check the fingerprint, then use --accept-new-host-key."
        : "Check the fingerprint on the host's console, then use --accept-new-host-key, or connect once with ssh.",
    },
  );
}
