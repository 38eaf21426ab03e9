/** What the fault tests share: stop at a point of an apply, and wait until the host has settled by itself. */
import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { expect } from "vitest";
import { afterwards, hardenProcess } from "./harden.ts";
import type { TestHost } from "./hosts.ts";
import { expectProven } from "./proven.ts";
import { difference, state } from "./state.ts";

export interface Running {
  readonly child: ChildProcess;
  /** All that it has said on both streams. */
  said(): string;
  /** Resolves when it has said this; rejects when it ended without. */
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** Starts the tool and listens; `forgets`: the host loses its memory meanwhile, and with it the record of the proof. */
export function start(
  host: TestHost,
  args: readonly string[],
  { forgets }: { readonly forgets?: true } = {},
): Running {
  const child = hardenProcess(host, args);
  child.stdin.end();
  const running = listen(child);
  const ended = running.ended.then(async (end) => {
    if (end.code === 0 && !forgets && !args.includes("--no-confirm"))
      await expectProven(host, { stdout: end.said });
    if (end.code === 0) await afterwards(host, args);
    return end;
  });
  return { ...running, ended };
}

/** Gathers what a process says on both streams. */
export function listen(child: ChildProcessWithoutNullStreams): Running {
  let said = "";
  const waiting: { pattern: RegExp; resolve: () => void; reject: (error: Error) => void }[] = [];
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    for (const each of waiting) if (each.pattern.test(said)) each.resolve();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.on("close", (code) => {
      for (const each of waiting)
        each.reject(new Error(`it ended with ${code} before ${each.pattern}: ${said}`));
      resolve({ code, said });
    });
  });
  return {
    child,
    said: () => said,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        if (pattern.test(said)) resolve();
        else waiting.push({ pattern, resolve, reject });
      }),
    ended,
  };
}

/** Polls until the condition of a shell script holds on the host; through the side door. */
export async function untilHost(host: TestHost, condition: string, seconds = 240): Promise<void> {
  const script = `n=0; until ${condition}; do n=$((n + 1)); [ $n -lt ${seconds * 5} ] || exit 1; sleep 0.2; done`;
  const { code } = await host.exec(script, { timeoutMs: (seconds + 30) * 1000 });
  expect(code, `the host never came to: ${condition}`).toBe(0);
}

const settledCondition = `{ [ -z "$(ls /var/lib/harden/pending /var/lib/harden/rolling 2>/dev/null | grep -v :)" ] &&
  [ -z "$(ls /etc/systemd/system/harden-* 2>/dev/null)" ]; }`;

/** Waits until no run is pending or rolling back, and none of harden's units is left. */
export const untilSettled = (host: TestHost, seconds = 240) => untilHost(host, settledCondition, seconds);

/** What an apply of ssh and the firewall says on its way. */
export const moments: readonly (readonly [when: string, said: RegExp])[] = [
  ["after the dead-man was armed", /: armed/],
  ["while files are written", /\] \/etc\/ssh\//],
  ["while services change", /\] ufw /],
  ["after the apply", /: applied;/],
];

/** Whoever watches a run has files of its folder open until it ends. */
export const untilUnwatched = (host: TestHost) =>
  untilHost(host, "! systemctl list-units --all --no-legend 'harden-*' | grep -q .");

/** The outcome of the newest run, as the host tells it. */
export async function outcome(host: TestHost): Promise<string> {
  const { stdout } = await host.exec('cd /var/lib/harden/runs && cat "$(ls | tail -n 1)/result"');
  return stdout.trim();
}

/** The host is as it was, and lets us in. */
export async function expectPristine(host: TestHost, pristine: readonly string[]): Promise<void> {
  const changed = difference(pristine, await state(host.exec));
  expect(changed, changed.slice(0, 20).join("\n")).toEqual([]);
}

/** Times of every file that the tool could touch: a run that writes nothing changes none. */
export async function times(host: TestHost): Promise<readonly string[]> {
  const { stdout } = await host.exec(
    "find /etc /var/lib /usr/local /root -path /var/lib/fail2ban -prune -o -printf '%p %i %T+ %C+\\n' | sort",
  );
  return stdout.split("\n");
}
