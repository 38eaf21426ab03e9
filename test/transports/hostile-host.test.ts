/** Hosts and links that misbehave after the login. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import type { ConnectOptions, Transport } from "../../src/transports/transport.ts";
import { type Behaviour, endRun, rootShell, startServer, type TestServer } from "./ssh-server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

const limits = { timeoutMs: 10_000, maxBytes: 1024 ** 2 };
let server: TestServer | undefined;
let transport: Transport | undefined;
afterEach(async () => {
  await transport?.close();
  await server?.stop();
  server = transport = undefined;
});

async function connected(behaviour: Behaviour): Promise<Transport> {
  server = await startServer(behaviour);
  transport = await server.connect(server.route);
  return transport;
}

/** The error that connecting gives, and how long it took in ms. */
async function refusal(behaviour: Behaviour, o: ConnectOptions = {}) {
  server = await startServer(behaviour);
  const from = performance.now();
  const error = await server.connect(server.route, o).then(
    (t) => {
      transport = t;
      throw new Error("it connected");
    },
    (error: unknown) => error,
  );
  return { error, ms: performance.now() - from };
}

test("a host that answers gives its identity and the script's result", async () => {
  const host = await connected({
    onExec: (channel, { nonce }) =>
      rootShell(channel, nonce, () => {
        channel.write("out");
        channel.stderr.write("err");
        endRun(channel, nonce, 9);
      }),
  });
  expect(host.identity).toMatchObject({
    login: "tester",
    privilege: { level: "root" },
    callerAddress: "10.0.0.1",
    ssh: { address: "127.0.0.1", port: server?.route.port, auth: "publickey", keysOffered: 1 },
  });
  const ran = await host.run("true", limits);
  expect(ran.exit).toEqual({ code: 9 });
  expect([ran.stdout.toString(), ran.stderr.toString()]).toEqual(["out", "err"]);
});

test("one session channel for connect and first run, one more for the second", async () => {
  const seen: number[] = [];
  const host = await connected({
    onExec: (channel, { nonce, count }) => {
      seen.push(count);
      rootShell(channel, nonce, () => endRun(channel, nonce));
    },
  });
  await host.run("true", limits);
  expect(seen).toEqual([1]);
  await host.run("true", limits);
  expect(seen).toEqual([1, 2]);
  expect(server?.sockets).toHaveLength(1);
});

test.each([
  ["the socket is cut", () => server?.sockets[0]?.destroy()],
  ["the socket is reset", () => server?.sockets[0]?.resetAndDestroy()],
])("when %s in mid-run the outcome is unknown", async (_, cut) => {
  const host = await connected({
    onExec: (channel, { nonce }) =>
      rootShell(channel, nonce, () => {
        channel.write("half");
        setImmediate(cut);
      }),
  });
  const ran = await host.run("true", limits);
  expect(ran).toMatchObject({ exit: { code: null }, timedOut: false, truncated: false, aborted: false });
  await expect(host.run("true", limits)).rejects.toMatchObject({
    code: "connect",
    details: { hostState: "nothing was started" },
  });
});

test("a link that goes silent is noticed by keepalives", async () => {
  const host = await connected({
    onExec: (channel, { nonce }) => rootShell(channel, nonce, () => server?.sockets[0]?.pause()),
  });
  const from = performance.now();
  const ran = await host.run("true", { ...limits, timeoutMs: 50_000 });
  expect(ran).toMatchObject({ exit: { code: null }, timedOut: false });
  expect(performance.now() - from).toBeLessThan(20_000);
});

test("a host that answers nothing for some seconds is busy, not dead", async () => {
  const host = await connected({
    onExec: (channel, { nonce }) =>
      rootShell(channel, nonce, () => {
        const socket = server?.sockets[0];
        socket?.pause();
        setTimeout(() => {
          socket?.resume();
          endRun(channel, nonce, 0);
        }, 6000);
      }),
  });
  const ran = await host.run("true", { ...limits, timeoutMs: 50_000 });
  expect(ran.exit).toEqual({ code: 0 });
});

/** A connection and its own end of the socket. */
async function connectedBy(behaviour: Behaviour): Promise<{ host: Transport; own: Socket | undefined }> {
  let own: Socket | undefined;
  const seen = (message: unknown) => {
    own ??= (message as { socket: Socket }).socket;
  };
  subscribe("net.client.socket", seen);
  const host = await connected(behaviour);
  unsubscribe("net.client.socket", seen);
  return { host, own };
}

test("a link on which nobody answers any more is closed all the same, and its socket destroyed", async () => {
  const { host, own } = await connectedBy({ onExec: (channel, { nonce }) => rootShell(channel, nonce) });
  server?.sockets[0]?.pause();
  const from = performance.now();
  await host.close();
  expect(performance.now() - from).toBeLessThan(4000);
  expect(own?.destroyed).toBe(true);
});

test("a link that is lost before the script was sent says that nothing was started", async () => {
  const { host, own } = await connectedBy({ onExec: (channel, { nonce }) => rootShell(channel, nonce) });
  const gone = new Promise((resolve) => own?.once("close", resolve));
  server?.sockets[0]?.destroy();
  await gone;
  const result = await host.run("true", limits).catch((error: unknown) => error);
  expect(result).toMatchObject({ code: "connect", details: { hostState: "nothing was started" } });
});

test("a shell that exits without its end line leaves the outcome unknown, whatever its status", async () => {
  const host = await connected({
    onExec: (channel, { nonce }) =>
      rootShell(channel, nonce, () => {
        channel.exit(0);
        channel.end();
      }),
  });
  expect((await host.run("true", limits)).exit).toEqual({ code: null });
});

test("a shell that is killed names the signal", async () => {
  const host = await connected({
    onExec: (channel, { nonce }) =>
      rootShell(channel, nonce, () => {
        channel.exit("KILL");
        channel.end();
      }),
  });
  expect((await host.run("true", limits)).exit).toEqual({ code: null, signal: "SIGKILL" });
});

test("100 MB are cut at maxBytes, with little memory and time", async () => {
  let sent = 0;
  const block = Buffer.alloc(32 * 1024, 120);
  const host = await connected({
    onExec: (channel, { nonce }) =>
      rootShell(channel, nonce, () => {
        const more = () => {
          while (sent < 100e6 && channel.writable) {
            sent += block.length;
            if (!channel.write(block)) return void channel.once("drain", more);
          }
        };
        more();
      }),
  });
  const ran = await host.run("true", { ...limits, maxBytes: 200_000 });
  expect(ran).toMatchObject({ exit: { code: null }, truncated: true });
  expect(ran.stdout.length).toBe(200_000);
  await host.close();
  expect(sent).toBeLessThan(20e6);
});

test("a script that never ends is timed out", async () => {
  const host = await connected({ onExec: (channel, { nonce }) => rootShell(channel, nonce) });
  const ran = await host.run("true", { ...limits, timeoutMs: 200 });
  expect(ran).toMatchObject({ exit: { code: null }, timedOut: true });
});

test("a run after a timed out one waits until the old channel is closed, and works", async () => {
  let isFirstClosed = false;
  let wasClosed: boolean | undefined;
  const host = await connected({
    onExec: (channel, { nonce, count }) => {
      if (count === 1) channel.on("close", () => (isFirstClosed = true));
      else wasClosed = isFirstClosed;
      rootShell(channel, nonce, () => {
        if (count > 1) endRun(channel, nonce, 3);
      });
    },
  });
  await host.run("true", { ...limits, timeoutMs: 100 });
  expect((await host.run("true", limits)).exit).toEqual({ code: 3 });
  expect(wasClosed).toBe(true);
});

test("noise around our lines is dropped, and escape codes never reach onLine", async () => {
  const lines: string[] = [];
  const host = await connected({
    onExec: (channel, { nonce }) => {
      channel.write("Welcome!\r\nno newline here");
      rootShell(channel, nonce, () => {
        channel.write("\x1b[2J\x1b]0;evil\x07line\n");
        endRun(channel, nonce);
        channel.write("logout\n");
      });
    },
  });
  const ran = await host.run("true", { ...limits, onLine: (line) => lines.push(line) });
  expect(ran.stdout.toString()).toBe("\x1b[2J\x1b]0;evil\x07line\n");
  expect(lines).toEqual(["line"]);
});

test.each([
  [
    "prints without end",
    /without end/,
    (channel: NodeJS.WritableStream) => {
      const block = Buffer.alloc(32 * 1024, 120);
      const more = () => {
        if (channel.writable && channel.write(block)) setImmediate(more);
        else channel.once("drain", more);
      };
      more();
    },
  ],
  ["says nothing", /No shell came up in time/, () => {}],
  [
    "ends at once with a reason",
    /ended before .*not available/,
    (channel: NodeJS.WritableStream) => {
      channel.write("This account is currently not available.\n");
      (channel as unknown as { exit(code: number): void }).exit(1);
      channel.end();
    },
  ],
])("a login that %s is one sentence within seconds", async (_, message, act) => {
  const { error, ms } = await refusal({ onExec: (channel) => act(channel), connectTimeoutS: 1 });
  expect(error).toMatchObject({ code: "host", message: expect.stringMatching(message) });
  expect(ms).toBeLessThan(5000);
});

test.each([
  ["sudo: sorry, you must have a tty to run sudo", /requiretty/],
  ["sudo lets its shell start no program (noexec)", /!noexec/],
  ["WARNING: Your password has expired.", /must be changed first/],
  ["Password change required but no TTY available.", /must be changed first/],
  ["This account is currently not available.", /a shell that can run/],
])("a login that ends with %j has its own next step", async (said, hint) => {
  const { error } = await refusal({
    onExec: (channel) => {
      channel.write(`${said}\n`);
      (channel as unknown as { exit(code: number): void }).exit(1);
      channel.end();
    },
  });
  expect(error).toMatchObject({ details: { hint: expect.stringMatching(hint) } });
});

test("a refused command is one sentence", async () => {
  const { error } = await refusal({ acceptExec: () => false });
  expect(error).toMatchObject({ code: "host", message: expect.stringMatching(/refused to start a command/) });
});

test("a command that never starts is one sentence, when the time is over that it has", async () => {
  const { error, ms } = await refusal({ acceptExec: () => "never" }, { startsWithinMs: 1000 });
  expect(error).toMatchObject({ code: "host", message: "The host did not start a command within 1 s." });
  expect(ms).toBeLessThan(5000);
});

test("a login that waits for its host's systemd, and answers nothing meanwhile, is told of and waited for", async () => {
  const told: string[] = [];
  const host = await connected({
    connectTimeoutS: 1,
    onSlow: (login, text) => told.push(`${login}: ${text}`),
    // More than keepalives and ConnectTimeout would last.
    acceptExec: () => {
      const socket = server?.sockets[0];
      socket?.pause();
      return new Promise((resolve) => setTimeout(() => resolve(socket?.resume() !== undefined), 17_000));
    },
    onExec: (channel, { nonce }) => rootShell(channel, nonce, () => endRun(channel, nonce, 0)),
  });
  expect((await host.run("true", limits)).exit).toEqual({ code: 0 });
  expect(told).toEqual([
    expect.stringMatching(/^tester@127\.0\.0\.1(:\d+)?: sshd let the login in 10 s ago/),
  ]);
});

test("a host that asks for a password we don't have gets nothing", async () => {
  let got = "";
  const { error } = await refusal({
    connectTimeoutS: 1,
    onExec: (channel, { nonce }) => {
      channel.on("data", (chunk: Buffer) => {
        got += chunk.toString();
      });
      channel.stderr.write(`${nonce} password`);
    },
  });
  expect(error).toMatchObject({ code: "host" });
  expect(got).toBe("");
});

test("a shell that lost its rights between two runs runs nothing", async () => {
  let scripts = 0;
  const host = await connected({
    onExec: (channel, { nonce, count }) => {
      if (count === 1) return rootShell(channel, nonce, () => endRun(channel, nonce));
      channel.stderr.write(`sudo: a password is required\n${nonce} ready\n`);
      channel.write(`${nonce} ready none 10.0.0.1 1 10.0.0.2 22\n`);
      channel.on("data", () => scripts++);
    },
  });
  await host.run("true", limits);
  await expect(host.run("true", limits)).rejects.toMatchObject({
    code: "host",
    message: expect.stringMatching(/sudo asks for a password/),
  });
  expect(scripts).toBe(0);
});

test("an abort in mid-run comes back at once", async () => {
  const controller = new AbortController();
  const host = await connected({
    onExec: (channel, { nonce }) => rootShell(channel, nonce, () => controller.abort()),
  });
  const ran = await host.run("true", { ...limits, signal: controller.signal });
  expect(ran).toMatchObject({ exit: { code: null }, aborted: true });
});

test("close can be called twice and in mid-run", async () => {
  let started = () => {};
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  const host = await connected({
    onExec: (channel, { nonce }) => rootShell(channel, nonce, () => started()),
  });
  const run = host.run("true", limits);
  await running;
  await Promise.all([host.close(), host.close()]);
  expect((await run).exit.code).toBeNull();
});
