import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Asks again every 200 ms until the answer is true: each question takes a host's processor from others. */
export async function waitUntil(what: string, test: () => Promise<boolean>, least = 60_000) {
  // On a machine that does other things too everything takes its time; what comes never is waited for longer.
  const timeoutMs = Math.max(least, 120_000);
  const deadline = Date.now() + timeoutMs;
  while (!(await test())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain until ${what}`);
    await sleep(200);
  }
}

/** One attempt: whether an sshd greets at this address. */
function greets(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 2000 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (chunk) => done(chunk.toString().startsWith("SSH-2.0")));
    socket.once("error", () => done(false));
    socket.once("end", () => done(false));
    socket.once("timeout", () => done(false));
  });
}

export function waitForBanner(address: string, port: number, least = 60_000) {
  // On a machine that does other things too everything takes its time; what comes never is waited for longer.
  const timeoutMs = Math.max(least, 120_000);
  return waitUntil(`sshd answers at ${address}:${port}`, () => greets(address, port), timeoutMs);
}

/**
 * A shell command for a host: no service starts, stops or waits to. Each unit's state and job are asked in one, for
 * one that fails and is started again, as auditd in a container, is for moments neither starting nor ended.
 */
export const steady =
  "! systemctl show '*.service' -p ActiveState,Job | grep -q -E '^Job=[0-9]|=(activating|reloading|deactivating)'";
