import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createConnect } from "../../src/transports/connect.ts";
import type { Transport } from "../../src/transports/transport.ts";
import { until } from "./real-sshd.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

const limits = { timeoutMs: 20_000, maxBytes: 1024 ** 2 };
let transport: Transport;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "harden-local-"));
  transport = await createConnect({ askSecret: async () => undefined, sshConfig: { env: {} } })({
    kind: "local",
  });
});
afterEach(async () => {
  await transport.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a script's bytes and status come back, again and again", async () => {
  for (const code of [0, 3, 255]) {
    const ran = await transport.run(`printf 'a\\000\\377b'; echo err >&2; exit ${code}`, limits);
    expect(ran).toEqual({
      exit: { code },
      stdout: Buffer.from([97, 0, 255, 98]),
      stderr: Buffer.from("err\n"),
      truncated: false,
      timedOut: false,
      aborted: false,
    });
  }
});

test("who runs it is known before", async () => {
  const uid = (await transport.run("id -u", limits)).stdout.toString().trim();
  expect(transport.identity.privilege.level).toBe(process.getuid?.() === 0 ? "root" : expect.any(String));
  if (transport.identity.privilege.level !== "none") expect(uid).toBe("0");
  expect(transport.identity.ssh).toBeUndefined();
});

test("two at once run one after the other", async () => {
  const file = join(folder, "lock");
  const script = `mkdir ${file} || exit 9; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; rmdir ${file}`;
  const both = await Promise.all([transport.run(script, limits), transport.run(script, limits)]);
  expect(both.map((ran) => ran.exit.code)).toEqual([0, 0]);
});

test("lines come while the script runs, stripped", async () => {
  const gate = join(folder, "gate");
  execFileSync("mkfifo", [gate]);
  const lines: string[] = [];
  const running = transport.run(
    `printf '\\033[31mred\\033[0m\\nunfinished'; echo warn >&2; read line < ${gate}; echo done`,
    { ...limits, onLine: (line, stream) => lines.push(`${stream} ${line}`) },
  );
  await until("both lines", () => lines.length === 2);
  execFileSync("sh", ["-c", `echo go > ${gate}`]);
  await running;
  expect(lines.toSorted()).toEqual(["stderr warn", "stdout red", "stdout unfinisheddone"]);
});

test("output without end is cut at maxBytes, and the rest of the script is killed", async () => {
  const pid = join(folder, "pid");
  const ran = await transport.run(`echo $$ > ${pid}; exec yes`, { ...limits, maxBytes: 100_000 });
  expect(ran).toMatchObject({ exit: { code: null }, truncated: true, timedOut: false });
  expect(ran.stdout.length).toBe(100_000);
});

test("output up to maxBytes is whole", async () => {
  const ran = await transport.run("head -c 1000 /dev/zero", { ...limits, maxBytes: 1000 });
  expect(ran).toMatchObject({ exit: { code: 0 }, truncated: false });
});

test("a script without end is stopped at its time-out, children included", async () => {
  const pid = join(folder, "pid");
  // Long enough for a busy machine to start a shell.
  const ran = await transport.run(`sh -c 'echo $$ > ${pid}; exec sleep 300'`, { ...limits, timeoutMs: 2000 });
  expect(ran).toMatchObject({ exit: { code: null }, timedOut: true, truncated: false });
  const child = Number(readFileSync(pid, "utf8"));
  if (process.getuid?.() === 0) await until("the child is gone", () => !isAlive(child));
});

test("an abort ends a run at once, and the next one works", async () => {
  const started = join(folder, "started");
  const controller = new AbortController();
  const running = transport.run(`touch ${started}; sleep 300`, { ...limits, signal: controller.signal });
  await until("the script has started", () => existsSync(started));
  controller.abort();
  expect(await running).toMatchObject({ exit: { code: null }, aborted: true, timedOut: false });
  expect((await transport.run("exit 4", limits)).exit).toEqual({ code: 4 });
});

test("a background child that keeps the outputs open holds nothing up", async () => {
  const pid = join(folder, "pid");
  const ran = await transport.run(`sleep 300 & echo $! > ${pid}; echo out; exit 5`, limits);
  process.kill(Number(readFileSync(pid, "utf8")));
  expect(ran).toMatchObject({ exit: { code: 5 }, stdout: Buffer.from("out\n"), timedOut: false });
});

test("a shell that is killed leaves the outcome unknown", async () => {
  const pid = join(folder, "pid");
  const ran = await transport.run(`sleep 300 & echo $! > ${pid}; kill -9 $$; wait`, limits);
  process.kill(Number(readFileSync(pid, "utf8")));
  expect(ran.exit).toEqual({ code: null, signal: "SIGKILL" });
});

test("the script is in no process list", async () => {
  const ran = await transport.run("secret=hunter2hunter2; cat /proc/[0-9]*/cmdline | tr '\\0' ' '", {
    ...limits,
    maxBytes: 1e8,
  });
  expect(ran.exit.code).not.toBeNull();
  expect(ran.stdout.toString()).toContain("harden");
  expect(ran.stdout.toString()).not.toContain("hunter2");
});

test("a NUL byte in a script is refused", async () => {
  expect(() => transport.run("echo \0", limits)).toThrow(/NUL/);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
