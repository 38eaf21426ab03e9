/** Asks a person for a secret; undefined when there is nobody to ask. */
import type { ParsedKey } from "ssh2";
import { HardenError } from "../errors.ts";
import type { Ssh2 } from "./ssh2.ts";
export type AskSecret = (question: string) => Promise<string | undefined>;

/** Hosts ask at the same time, and what is typed is the answer to one question. */
export function inTurn(ask: AskSecret): AskSecret {
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    const answer = last.then(() => ask(question));
    last = answer.catch(() => {});
    return answer;
  };
}

/** As many as ssh's NumberOfPasswordPrompts. */
const passphraseTries = 3;

/** Private keys unlocked in this process, so that a passphrase is asked for once a run and not once a connection. */
export interface Keyring {
  /**
   * The private key in a file's text.
   * @throws HardenError `connect`: no key, no passphrase, or a wrong one.
   */
  unlock(ssh2: Ssh2, file: string, text: string): Promise<ParsedKey>;
}

export function createKeyring(askSecret: AskSecret): Keyring {
  const unlocked = new Map<string, Promise<ParsedKey>>();
  return {
    unlock(ssh2, file, text) {
      const id = `${file}\0${text}`;
      const known = unlocked.get(id);
      if (known !== undefined) return known;
      const key = decrypt(ssh2, { file, text, askSecret });
      unlocked.set(id, key);
      key.catch(() => unlocked.delete(id));
      return key;
    },
  };
}

async function decrypt(
  ssh2: Ssh2,
  o: { readonly file: string; readonly text: string; readonly askSecret: AskSecret },
): Promise<ParsedKey> {
  const plain = parsePrivate(ssh2, o.text);
  if (!(plain instanceof Error)) return plain;
  if (!isEncrypted(plain)) {
    throw new HardenError("connect", `${o.file} holds no private key that this tool can use.`, {
      hint: "Keys are ed25519, ecdsa or rsa; FIDO (sk) keys and certificates are not supported.",
      cause: plain,
    });
  }
  for (let attempt = 0; attempt < passphraseTries; attempt++) {
    const passphrase = await o.askSecret(`Passphrase for ${o.file}: `);
    if (passphrase === undefined) {
      throw new HardenError(
        "connect",
        `${o.file} is encrypted and there is nobody to ask for its passphrase.`,
        {
          hint: "Put the key into an agent with ssh-add.",
        },
      );
    }
    const key = parsePrivate(ssh2, o.text, passphrase);
    if (!(key instanceof Error)) return key;
  }
  throw new HardenError("connect", `None of the passphrases opens ${o.file}.`, {
    hint: "Put the key into an agent with ssh-add, or name another one: --identity FILE.",
  });
}

function parsePrivate(ssh2: Ssh2, text: string, passphrase?: string): ParsedKey | Error {
  const key = ssh2.utils.parseKey(text, passphrase);
  if (key instanceof Error) return key;
  return key.isPrivateKey() ? key : new Error("not a private key");
}

function isEncrypted(error: Error): boolean {
  return /encrypted/i.test(error.message);
}

const opensshMagic = Buffer.from("openssh-key-v1\0");

/** The public key of an OpenSSH private key file, which is readable even where the private part is encrypted. */
export function publicPart(text: string): Buffer | undefined {
  const armour = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text);
  if (armour?.[1] === undefined) return undefined;
  const data = Buffer.from(armour[1], "base64");
  if (!data.subarray(0, opensshMagic.length).equals(opensshMagic)) return undefined;
  let at = opensshMagic.length;
  const string = () => {
    const start = at + 4;
    if (start > data.length) return undefined;
    at = start + data.readUInt32BE(at);
    return at <= data.length ? data.subarray(start, at) : undefined;
  };
  // cipher, kdf, kdf options; then the number of keys, always one.
  for (let i = 0; i < 3; i++) if (string() === undefined) return undefined;
  at += 4;
  return string();
}
