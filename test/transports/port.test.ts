/** Servers of this machine, on loopback, as a port of a host may have them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTls, type TlsOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askPort } from "../../src/transports/port.ts";

const folder = mkdtempSync(join(tmpdir(), "harden-tls-"));
const file = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(file(name), "utf8");
const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });

/** A certificate for a name, by the CA of this test. */
function issue(name: string, dns: string, ...more: string[]): void {
  const request = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", ...request, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", "/CN=x");
  writeFileSync(file("ext"), `subjectAltName=DNS:${dns}\n`);
  openssl(
    ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-extfile", "ext", "-out", `${name}.crt`, ...more],
  );
}

const servers: Server[] = [];
function listening(server: Server): Promise<number> {
  servers.push(server);
  // Whoever only looks goes without a word.
  server.on("connection", (socket) => socket.on("error", () => {}));
  server.on("secureConnection", (socket) => socket.on("error", () => {}));
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
}

const tls = (name: string, more: TlsOptions = {}) =>
  listening(
    createTls({ key: pem(`${name}.key`), cert: pem(`${name}.crt`), ...more }, (socket) => socket.end()),
  );
const ask = (port: number, name: string | undefined = "site.example") =>
  askPort({ address: "127.0.0.1", port, ca: pem("ca.crt"), ...(name === "" ? {} : { name }) });

beforeAll(() => {
  openssl(
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-keyout", "ca.key", "-out", "ca.crt", "-days", "30", "-subj", "/CN=test"],
  );
  issue("good", "site.example", "-days", "20");
  issue("old", "site.example", "-not_before", "20200101000000Z", "-not_after", "20200201000000Z");
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

describe("a port that speaks TLS", () => {
  test("with a good certificate: trusted, the name's, and nothing older than 1.2", async () => {
    const answer = await ask(await tls("good"));
    expect(answer).toMatchObject({ is: "tls", seen: { protocol: "TLSv1.3", takesOld: false } });
    const { seen } = answer as Extract<typeof answer, { is: "tls" }>;
    expect(seen.untrusted).toBeUndefined();
    expect(seen.misnamed).toBeUndefined();
    expect(Math.round(((seen.until ?? 0) - Date.now()) / 86_400_000)).toBe(20);
  });

  test("that takes TLS 1.1 as well, and one that knows nothing newer", async () => {
    const weak = { minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    expect(await ask(await tls("good", weak))).toMatchObject({
      seen: { protocol: "TLSv1.3", takesOld: true },
    });
    const oldest = { ...weak, maxVersion: "TLSv1.1" } as const;
    expect(await ask(await tls("good", oldest))).toMatchObject({
      seen: { protocol: "TLSv1.1", takesOld: true },
    });
  });

  test("with one that is over, that is another's, or that nobody vouches for", async () => {
    expect(await ask(await tls("old"))).toMatchObject({ seen: { untrusted: "CERT_HAS_EXPIRED" } });
    const good = await tls("good");
    const other = await ask(good, "other.example");
    expect(other).toMatchObject({ seen: { misnamed: "site.example" } });
    expect(other).not.toHaveProperty("seen.untrusted");
    expect(await ask(good, "")).not.toHaveProperty("seen.misnamed");
    const stranger = await askPort({ address: "127.0.0.1", port: good, name: "site.example" });
    expect(stranger).toMatchObject({ seen: { untrusted: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" } });
  });

  test("and ends it for who isn't known: said, not taken for something else", async () => {
    const refusing = await listening(
      createTls({ key: pem("good.key"), cert: pem("good.crt"), ciphers: "PSK", maxVersion: "TLSv1.2" }),
    );
    expect(await ask(refusing)).toMatchObject({ is: "tls, not seen" });
  });
});

describe("a port that speaks something else, or nothing", () => {
  test("HTTP, with where it sends to", async () => {
    const web = createHttp((_request, response) => {
      response.writeHead(308, { location: "https://site.example/" }).end();
    });
    expect(await ask(await listening(web))).toEqual({
      is: "http",
      status: 308,
      location: "https://site.example/",
    });
  });

  test("a banner, nothing at all, and a refusal", async () => {
    const banner = await listening(createServer((socket) => void socket.end("SSH-2.0-x\r\n")));
    expect(await ask(banner)).toEqual({ is: "other" });
    const closed = createServer();
    const port = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await ask(port)).toEqual({ is: "refused" });
  });

  test("whoever sends a byte now and then, of TLS or of HTTP, holds nobody up", {
    timeout: 60_000,
  }, async () => {
    const dripping = await listening(
      createServer((socket) => {
        let isTls: boolean | undefined;
        const drip = setInterval(() => isTls !== undefined && socket.write(isTls ? "\0" : "x"), 300);
        socket.once("data", ([first]) => {
          isTls = first === 0x16;
          // The head of a handshake's record of 16 KiB.
          socket.write(isTls ? Buffer.from([0x16, 3, 3, 0x40, 0]) : "HTTP/1.1 200 OK\r\nx: ");
        });
        socket.on("error", () => {});
        socket.on("close", () => clearInterval(drip));
      }),
    );
    expect(await ask(dripping)).toEqual({ is: "http", status: 200, location: undefined });
  });

  test("text of a server is never more than a line, nor without end", async () => {
    const lines = "HTTP/1.1 301 x\r\nLocation: https://a\u0007b/\r\n";
    const hostile = await listening(
      createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.write(lines + "x".repeat(100_000)));
      }),
    );
    expect(await ask(hostile)).toEqual({ is: "http", status: 301, location: undefined });
  });
});
