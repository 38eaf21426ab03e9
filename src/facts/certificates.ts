/** Certificates as certbot keeps them: lineages in live, their files in archive. Pure. */
import { createPublicKey, X509Certificate } from "node:crypto";
import { entriesOf, type StatEntry } from "./entries.ts";
import { type Frame, innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

export const letsencrypt = "/etc/letsencrypt";

export interface Certificate {
  /** Seconds since 1970. */
  readonly from: number;
  readonly until: number;
  /** DNS names, `*.example.com` among them. */
  readonly names: readonly string[];
  readonly issuer: string;
  /** Whether each certificate of fullchain.pem is signed by the one behind it, and there is one behind the first. */
  readonly chained: boolean;
  /** What a client refuses of it and of those behind it, whoever has signed them. */
  readonly unfit: readonly string[];
  /** Those behind the first, without a root: a client has its own. */
  readonly links: readonly {
    readonly subject: string;
    readonly from: number;
    readonly until: number;
  }[];
  /** SubjectPublicKeyInfo, DER as base64. */
  readonly publicKey: string;
}

export interface Lineage {
  readonly name: string;
  /** Undefined where fullchain.pem isn't there, or is no certificate. */
  readonly certificate: Certificate | undefined;
  /** That of privkey.pem, as above; undefined where it could not be told. */
  readonly publicKey: string | undefined;
  readonly unread?: string;
  /** What privkey.pem leads to and the folders above that, where it is no key of this lineage in archive; none where it leads nowhere. */
  readonly elsewhere?: readonly StatEntry[];
}

export interface CertificatesFact {
  /** The host's clock, seconds since 1970. */
  readonly now: number;
  readonly entries: readonly StatEntry[];
  readonly lineages: readonly Lineage[];
  /** How many more there are. */
  readonly left: number;
}

export const certificates: Probe<CertificatesFact> = {
  collector: "certificates",
  args: [letsencrypt],
  parse: (data) => {
    const frames = innerFrames(data);
    const [clock = "", ...stats] = text(frames.find(({ word }) => word === "stats")).split("\n");
    if (!/^\d+$/.test(clock)) throw new Error("the answer is cut off");
    const of = (word: string, name: string) =>
      frames.find((each) => each.word === word && each.rest === name);
    const words = new Set(["chain", "key", "unread", "elsewhere"]);
    const names = new Set(frames.flatMap(({ word, rest }) => (words.has(word) ? [rest] : [])));
    return {
      now: Number(clock),
      entries: entriesOf(stats),
      lineages: [...names].map((name) => lineageOf(name, of)),
      left: Number(frames.find(({ word }) => word === "left")?.rest ?? 0),
    };
  },
};

const text = (frame: Frame | undefined) => frame?.content.toString("utf8").trim() ?? "";

function lineageOf(name: string, of: (word: string, name: string) => Frame | undefined): Lineage {
  const unread = text(of("unread", name));
  const elsewhere = of("elsewhere", name);
  return {
    name,
    certificate: certificateOf(text(of("chain", name))),
    publicKey: publicKeyOf(text(of("key", name))),
    ...(unread === "" ? {} : { unread }),
    ...(elsewhere === undefined ? {} : { elsewhere: entriesOf(text(elsewhere).split("\n")) }),
  };
}

const spki = (key: ReturnType<typeof createPublicKey>) =>
  key.export({ type: "spki", format: "der" }).toString("base64");

function publicKeyOf(pem: string): string | undefined {
  try {
    return pem === "" ? undefined : spki(createPublicKey(pem));
  } catch {
    return undefined;
  }
}

/** A fullchain.pem has two or three; more than this is none. */
const most = 10;

function certificateOf(pem: string): Certificate | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...more] = blocks.slice(0, most).map((block) => new X509Certificate(block));
    if (first === undefined) return undefined;
    const chain = [first, ...more];
    return {
      from: seconds(first.validFrom),
      until: seconds(first.validTo),
      names: [...(first.subjectAltName ?? "").matchAll(/DNS:([^,\s"]+)/g)].map(([, dns = ""]) =>
        dns.toLowerCase(),
      ),
      issuer: oneLine(first.issuer),
      links: more
        .filter((each) => !isRoot(each))
        .map(({ subject, validFrom, validTo }) => ({
          subject: oneLine(subject),
          from: seconds(validFrom),
          until: seconds(validTo),
        })),
      chained: more.length > 0 && more.every((issuer, at) => isSignedBy(chain[at]!, issuer)),
      unfit: unfitIn(
        first,
        more.filter((each) => !isRoot(each)),
      ),
      publicKey: spki(first.publicKey),
    };
  } catch {
    return undefined;
  }
}

const isRoot = ({ subject, issuer }: X509Certificate) => subject === issuer;

/** id-kp-serverAuth of RFC 5280; `anyExtendedKeyUsage` is none of a server's. */
const serverAuth = "1.3.6.1.5.5.7.3.1";

/** Node calls keyUsage what is extendedKeyUsage; without one all is allowed. */
const isForServers = ({ keyUsage }: X509Certificate) =>
  (keyUsage as readonly string[] | undefined)?.includes(serverAuth) ?? true;

const unfitIn = (first: X509Certificate, links: readonly X509Certificate[]): readonly string[] => [
  ...(isForServers(first) ? [] : ["it is not for servers (extendedKeyUsage)"]),
  ...weaknesses(first).map((what) => `it has ${what}`),
  ...links.flatMap((link) => [
    ...weaknesses(link).map((what) => `its chain's ${oneLine(link.subject)} has ${what}`),
    ...(link.ca ? [] : [`its chain's ${oneLine(link.subject)} may sign no certificate (it is no CA)`]),
    ...(isForServers(link)
      ? []
      : [`its chain's ${oneLine(link.subject)} is not for servers (extendedKeyUsage)`]),
  ]),
];

/** Identifiers of broken digests and of signatures by one, in DER. https://www.rfc-editor.org/rfc/rfc3279#section-2.2 */
const brokenDigests: Readonly<Record<string, string>> = {
  "2a864886f70d010102": "MD2",
  "2a864886f70d010104": "MD5",
  "2a864886f70d010105": "SHA-1",
  "2a8648ce3d0401": "SHA-1",
  "2a8648ce380403": "SHA-1",
  "2b0e03021a": "SHA-1",
  "2a864886f70d0205": "MD5",
};

/** Names its digest in its parameters, or none: that is SHA-1. https://www.rfc-editor.org/rfc/rfc4055#section-3.1 */
const rsaPss = "2a864886f70d01010a";

/** Where the content of a DER value begins and ends. */
function contentAt(der: Buffer, at: number): readonly [start: number, end: number] {
  const first = der.readUInt8(at + 1);
  if (first < 0x80) return [at + 2, at + 2 + first];
  const bytes = first & 0x7f;
  const start = at + 2 + bytes;
  return [start, start + der.readUIntBE(at + 2, bytes)];
}

function brokenDigestOf({ raw }: X509Certificate): string | undefined {
  const [, signed] = contentAt(raw, contentAt(raw, 0)[0]);
  const [kind, parameters] = identifierAt(raw, contentAt(raw, signed)[0]);
  if (kind !== rsaPss) return brokenDigests[kind];
  const [digest] = contentAt(raw, parameters);
  if (raw[digest] !== digestTag) return "SHA-1";
  return brokenDigests[identifierAt(raw, contentAt(raw, contentAt(raw, digest)[0])[0])[0]];
}

/** An identifier of DER, and where it ends. */
function identifierAt(der: Buffer, at: number): readonly [id: string, end: number] {
  const [start, end] = contentAt(der, at);
  return [der.subarray(start, end).toString("hex"), end];
}

const digestTag = 0xa0;

/** Fewer bits than any client takes, by the kind of key. NIST SP 800-57, 112 bits of security. */
function shortKeyOf({ publicKey: { asymmetricKeyType: kind, asymmetricKeyDetails: key } }: X509Certificate) {
  const bits = key?.modulusLength ?? Number(/\d{3}/.exec(key?.namedCurve ?? "")?.[0] ?? Number.NaN);
  const least = kind === "ec" ? 224 : 2048;
  return bits < least ? `${kind?.toUpperCase()} key of ${bits} bits` : undefined;
}

/** A self-signed certificate is trusted by name: its digest proves nothing. */
function weaknesses(certificate: X509Certificate): readonly string[] {
  const [bits, digest] = [shortKeyOf(certificate), brokenDigestOf(certificate)];
  return [
    ...(bits === undefined ? [] : [`a weak key (${bits})`]),
    ...(digest === undefined || isRoot(certificate) ? [] : [`a signature by ${digest}`]),
  ];
}

const oneLine = (name: string) => name.replaceAll("\n", ", ");

const seconds = (date: string) => Math.floor(Date.parse(date) / 1000);

const isSignedBy = (one: X509Certificate, issuer: X509Certificate) =>
  one.checkIssued(issuer) && one.verify(issuer.publicKey);
