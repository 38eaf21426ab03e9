/** Connections that fail before a login: each is one sentence and one hint within seconds. */
import { spawn } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { createConnect } from "../../src/transports/connect.ts";
import { freePort, until } from "./real-sshd.ts";
import { type Behaviour, startServer, type TestServer } from "./ssh-server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

let server: TestServer | undefined;
let raw: Server | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => (raw === undefined ? resolve(0) : raw.close(resolve)));
  await server?.stop();
  raw = server = undefined;
});

/** A TCP server that knows no ssh. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const listening = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    onSocket(socket);
  });
  raw = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return (listening.address() as { port: number }).port;
}

/** Connects with the test server's configuration, but to another place. */
async function failure(to: { host?: string; port?: number }, o: Behaviour & { signal?: AbortSignal } = {}) {
  server ??= await startServer({ connectTimeoutS: 1, ...o });
  const from = performance.now();
  const error = await server.connect({ ...server.route, ...to }, o).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(HardenError);
  expect(performance.now() - from).toBeLessThan(4000);
  const { message, code, details } = error as HardenError;
  expect(message).toMatch(/^[^\n]*\.$/);
  expect(details.hint ?? "").toMatch(/^[^\n]*$/);
  return { message, code, hint: details.hint ?? "" };
}

test("a name that does not exist", async () => {
  const error = await failure({ host: "no-such-host.invalid" });
  expect(error).toMatchObject({
    code: "connect",
    message: "The name no-such-host.invalid cannot be resolved.",
  });
});

test("a port where nothing listens", async () => {
  const error = await failure({ port: await freePort() });
  expect(error).toMatchObject({ code: "connect", message: expect.stringMatching(/refuses connections/) });
  expect(error.hint).toMatch(/fail2ban/);
});

test("an address that does not answer", async () => {
  // A listener that is stopped and whose queue is full drops further SYNs, as a silent firewall does.
  const text = `const s = require("net").createServer().listen(
    { port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ["-e", text], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await new Promise<number>((resolve) =>
      child.stdout.once("data", (line) => resolve(Number(line))),
    );
    child.kill("SIGSTOP");
    let queued = 0;
    for (let i = 0; i < 4; i++) {
      sockets.push(connect(port, "127.0.0.1", () => queued++).on("error", () => {}));
    }
    await until("the queue is full", () => queued === 2);
    const error = await failure({ port });
    expect(error).toMatchObject({
      code: "connect",
      message: expect.stringMatching(/did not answer within 1 s/),
    });
  } finally {
    child.kill("SIGKILL");
  }
});

test("a server that says nothing", async () => {
  const error = await failure({ port: await rawServer(() => {}) });
  expect(error).toMatchObject({
    code: "connect",
    message: expect.stringMatching(/did not finish the ssh handshake/),
  });
});

test.each([
  ["closes at once", (socket: Socket) => socket.end()],
  ["resets at once", (socket: Socket) => socket.resetAndDestroy()],
  ["is a banned address", (socket: Socket) => socket.end("Not allowed at this time\r\n")],
])("a server that %s: the hint names what may be behind it", async (_, act) => {
  const error = await failure({ port: await rawServer(act) });
  expect(error).toMatchObject({ code: "connect", message: expect.stringMatching(/closed the connection/) });
  expect(error.hint).toMatch(/PerSourcePenalties.*MaxStartups.*fail2ban.*hosts\.deny/);
});

test("a server that is no ssh server", async () => {
  const port = await rawServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n\x1b[2Jhello\r\n"));
  expect((await failure({ port })).code).toBe("connect");
});

test("a server that floods the handshake", async () => {
  const port = await rawServer((socket) => {
    const block = Buffer.alloc(64 * 1024, 120);
    const more = () => {
      while (socket.writable && socket.write(block));
      if (socket.writable) socket.once("drain", more);
    };
    more();
  });
  expect((await failure({ port })).code).toBe("connect");
});

test("an abort while waiting", async () => {
  const controller = new AbortController();
  const port = await rawServer(() => controller.abort());
  expect(await failure({ port }, { signal: controller.signal })).toMatchObject({ message: "Cancelled." });
});

test("an abort before anything", async () => {
  expect(await failure({}, { signal: AbortSignal.abort() })).toMatchObject({ message: "Cancelled." });
});

test("a key that is not accepted is named", async () => {
  const error = await failure({}, { accept: () => false });
  expect(error.message).toMatch(
    /tester@\[127\.0\.0\.1\]:\d+ accepts none of the keys offered: SHA256:.*id\)/,
  );
});

test("a bad host name never reaches ssh as an option", async () => {
  const open = createConnect({ askSecret: async () => undefined, sshConfig: { env: {} } });
  for (const host of ["-oProxyCommand=touch /tmp/evil", "", "a b", "a\0"]) {
    await expect(open({ kind: "ssh", host })).rejects.toMatchObject({ code: "usage" });
  }
});
