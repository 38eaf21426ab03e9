/** What a line of authorized_keys means to sshd, see AUTHORIZED_KEYS FILE FORMAT in sshd(8). */
import { keyOf } from "../../kinds/keys/line.ts";

export interface KeyLine {
  /** Lower-case name to its value, "" for a switch. */
  readonly options: ReadonlyMap<string, string>;
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** Bits of an RSA key's modulus; undefined for other types. */
  readonly bits?: number;
}

/** Undefined for comments and for what sshd would not read as a key either. */
export function parseKeyLine(text: string): KeyLine | undefined {
  const key = keyOf(text);
  if (key === undefined) return undefined;
  const { options, type, data } = key;
  return { options: optionsOf(options), type, ...(type === "ssh-rsa" ? { bits: rsaBits(data) } : {}) };
}

function optionsOf(text: string): ReadonlyMap<string, string> {
  const options = text.matchAll(/([A-Za-z0-9-]+)(?:="((?:\\"|[^"])*)")?/g);
  return new Map(
    [...options].map(([, name = "", value = ""]) => [name.toLowerCase(), value.replaceAll('\\"', '"')]),
  );
}

/** Type, exponent, modulus, each after its length in four bytes; the modulus may begin with a zero byte. */
function rsaBits(data: Buffer): number {
  let at = 0;
  for (let skipped = 0; skipped < 2 && at + 4 <= data.length; skipped++) at += 4 + data.readUInt32BE(at);
  const modulus = data.subarray(at + 4);
  const from = modulus[0] === 0 ? 1 : 0;
  if (modulus.length <= from) return 0;
  return (modulus.length - from) * 8 - Math.clz32(modulus[from]!) + 24;
}

/** `expiry-time`: YYYYMMDD[HHMM[SS]], with Z for UTC; seconds since 1970. NaN where it is none. */
export function expiry(text: string): number {
  const [, year, month, day, hour = "0", minute = "0", second = "0"] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?$/.exec(text) ?? [];
  if (year === undefined) return Number.NaN;
  return (
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) /
    1000
  );
}
