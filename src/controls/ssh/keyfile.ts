/** One line of authorized_keys, see AUTHORIZED_KEYS FILE FORMAT in sshd(8). */

export interface KeyLine {
  /** Lower-case name to its value, "" for a switch. */
  readonly options: ReadonlyMap<string, string>;
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** Bits of an RSA key's modulus; undefined for other types. */
  readonly bits?: number;
}

const keyType =
  /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com|[a-z0-9@.-]+-cert-v\d+@openssh\.com)$/;

/** Undefined for comments and for what sshd would not read as a key either. */
export function parseKeyLine(text: string): KeyLine | undefined {
  const line = text.trim();
  if (line === "" || line.startsWith("#")) return undefined;
  const [first = ""] = line.split(/[ \t]/, 1);
  const optionText = keyType.test(first) ? "" : (/^(?:"(?:\\"|[^"])*"|[^\s"])+/.exec(line)?.[0] ?? "");
  const [type = "", blob = ""] = line
    .slice(optionText.length)
    .trim()
    .split(/[ \t]+/);
  if (!keyType.test(type)) return undefined;
  const data = Buffer.from(blob, "base64");
  // The blob says its own type again, or the line is cut off.
  if (data.length < 20 || data.toString("latin1", 4, 4 + data.readUInt32BE(0)) !== type) return undefined;
  return { options: optionsOf(optionText), type, ...(type === "ssh-rsa" ? { bits: rsaBits(data) } : {}) };
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
