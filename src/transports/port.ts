/** What somebody at this machine meets at a port of a host: nothing, a refusal, TLS, HTTP, or something else. Sends no secret. */
import { connect } from "node:net";
import {
  checkServerIdentity,
  type PeerCertificate,
  rootCertificates,
  type TLSSocket,
  connect as tlsConnect,
} from "node:tls";

export interface PortAddress {
  readonly address: string;
  readonly port: number;
  /** The name that a client would use; undefined where it has the address only. */
  readonly name?: string;
  /** PEM of a CA that is believed besides those that Node knows. */
  readonly ca?: string;
}

/** What a TLS server shows before anybody has said who they are. */
export interface TlsSeen {
  /** It takes a client that knows nothing newer than TLS 1.1, RFC 8996. */
  readonly takesOld: boolean;
  /** Such as `TLSv1.3`: what it agreed on with a client that knows all of them. */
  readonly protocol: string;
  /** Why this machine's roots don't vouch for it, such as CERT_HAS_EXPIRED; undefined where they do. */
  readonly untrusted?: string;
  /** Why it isn't the name's; undefined where it is, or where there is no name. */
  readonly misnamed?: string;
  /** Milliseconds since 1970; undefined where it shows no certificate. */
  readonly until?: number;
}

export type PortAnswer =
  /** No answer in time, or none can come: `why`. */
  | { readonly is: "silent"; readonly why: string }
  | { readonly is: "refused" }
  | { readonly is: "tls"; readonly seen: TlsSeen }
  /** It speaks TLS and ends it: `why`. */
  | { readonly is: "tls, not seen"; readonly why: string }
  | { readonly is: "http"; readonly status: number; readonly location: string | undefined }
  | { readonly is: "other" };

/** From the beginning: a server that sends a byte now and then would hold a step for hours by what it waits between two. */
const waitMs = 4000;
/** All that is read of an answer. */
const mostBytes = 16 * 1024;

/** Never rejects. */
export async function askPort(door: PortAddress): Promise<PortAnswer> {
  const reached = await knock(door);
  if (reached !== "open") return reached;
  const first = await handshake(door, { minVersion: "TLSv1" });
  if (first.is === "seen") {
    const old = await handshake(door, { minVersion: "TLSv1", maxVersion: "TLSv1.1" });
    return { is: "tls", seen: { ...first.seen, takesOld: old.is === "seen" } };
  }
  if (first.is === "alert") return { is: "tls, not seen", why: first.why };
  return askHttp(door);
}

function knock({
  address,
  port,
}: PortAddress): Promise<"open" | Extract<PortAnswer, { is: "silent" | "refused" }>> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const done = (answer: Awaited<ReturnType<typeof knock>>) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(waitMs, () => done({ is: "silent", why: `no answer within ${waitMs / 1000} s` }));
    socket.once("connect", () => done("open"));
    socket.once("error", ({ code = "no answer" }: NodeJS.ErrnoException) =>
      done(code === "ECONNREFUSED" ? { is: "refused" } : { is: "silent", why: code }),
    );
  });
}

type Shaken =
  | { readonly is: "seen"; readonly seen: Omit<TlsSeen, "takesOld"> }
  | { readonly is: "alert"; readonly why: string }
  | { readonly is: "no TLS" };

/** What comes from a server that speaks something else. */
const noTls =
  /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST|ERR_SSL_BAD_RECORD_TYPE|ERR_SSL_RECORD_LAYER_FAILURE|ECONNRESET|EPIPE)$/;

function handshake({ address, port, name, ca }: PortAddress, versions: object): Promise<Shaken> {
  return new Promise((resolve) => {
    const socket = tlsConnect({
      host: address,
      port,
      ...versions,
      rejectUnauthorized: false,
      // Else OpenSSL itself refuses what is to be found out.
      ciphers: "DEFAULT@SECLEVEL=0",
      ...(name === undefined ? {} : { servername: name }),
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    });
    const done = (found: Shaken) => {
      clearTimeout(end);
      socket.destroy();
      resolve(found);
    };
    const end = setTimeout(() => done({ is: "no TLS" }), waitMs);
    socket.once("secureConnect", () => done({ is: "seen", seen: seenOf(socket, name) }));
    socket.once("error", ({ code = "" }: NodeJS.ErrnoException) =>
      done(/^ERR_SSL_/.test(code) && !noTls.test(code) ? { is: "alert", why: code } : { is: "no TLS" }),
    );
    socket.once("close", () => done({ is: "no TLS" }));
  });
}

function seenOf(socket: TLSSocket, name: string | undefined): Omit<TlsSeen, "takesOld"> {
  const certificate = socket.getPeerCertificate() as PeerCertificate | undefined;
  const protocol = socket.getProtocol() ?? "";
  if (certificate?.valid_to === undefined) return { protocol, untrusted: "it shows no certificate" };
  const misnamed = name === undefined ? undefined : checkServerIdentity(name, certificate);
  const reason = socket.authorizationError as unknown;
  const untrusted = reason instanceof Error ? ((reason as { code?: string }).code ?? reason.message) : reason;
  return {
    protocol,
    until: Date.parse(certificate.valid_to),
    // The name is told by itself.
    ...(socket.authorized || untrusted === "ERR_TLS_CERT_ALTNAME_INVALID"
      ? {}
      : { untrusted: String(untrusted) }),
    ...(misnamed === undefined ? {} : { misnamed: namesOf(certificate) }),
  };
}

/** DNS names of a certificate as text from elsewhere: those that could be names. */
const namesOf = ({ subjectaltname = "" }: PeerCertificate) =>
  subjectaltname
    .split(", ")
    .flatMap((each) => (/^DNS:[\w*.-]{1,253}$/.test(each) ? [each.slice(4)] : []))
    .slice(0, 10)
    .join(", ") || "no name";

function askHttp({ address, port, name }: PortAddress): Promise<PortAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let text = "";
    const done = () => {
      clearTimeout(end);
      socket.destroy();
      resolve(httpOf(text));
    };
    const end = setTimeout(done, waitMs);
    socket.once("connect", () =>
      socket.write(`HEAD / HTTP/1.1\r\nHost: ${name ?? address}\r\nConnection: close\r\n\r\n`),
    );
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (text.length > mostBytes || text.includes("\r\n\r\n")) done();
    });
    socket.once("error", done);
    socket.once("close", done);
  });
}

function httpOf(text: string): PortAnswer {
  const [, status] = /^HTTP\/1\.[01] (\d{3})\b/.exec(text) ?? [];
  if (status === undefined) return { is: "other" };
  const [, location] = /^location:[ \t]*([!-~]{1,2000})[ \t]*$/im.exec(text) ?? [];
  return { is: "http", status: Number(status), location };
}
