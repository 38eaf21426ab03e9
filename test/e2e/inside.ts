/** The commands in the test's own process, for faults between two steps of theirs that no line of output marks. */
import { join } from "node:path";
import { applyCommand } from "../../src/features/apply/work.ts";
import { bareNext } from "../../src/next.ts";
import type { Ports } from "../../src/run/ports.ts";
import { createConnect } from "../../src/transports/connect.ts";
import { choiceOf } from "../choice.ts";
import type { TestHost } from "./hosts.ts";

export interface Inside {
  readonly ports: Ports;
  /** Everything that was said. */
  said(): string;
  /** Like Ctrl-C. */
  interrupt(): void;
}

export interface Hooks {
  /** Before a script is sent. */
  readonly onScript?: (script: string) => unknown;
  /** After something was said. */
  readonly onText?: (text: string) => void;
}

export function inside(host: TestHost, { onScript, onText }: Hooks = {}): Inside {
  const interrupted = new AbortController();
  const connect = createConnect({
    askSecret: async () => undefined,
    sshConfig: { env: {}, file: join(host.home, ".ssh/config") },
  });
  let said = "";
  const ports: Ports = {
    connect: async (route, o) => {
      const transport = await connect(route, o);
      return {
        ...transport,
        async run(script, options) {
          await onScript?.(script);
          return transport.run(script, options);
        },
      };
    },
    askPort: async () => ({ is: "silent", why: "not asked" }),
    emit(event) {
      if (event.kind === "plans") return;
      said += `${event.text}\n`;
      onText?.(event.text);
    },
    ask: async () => true,
    signal: interrupted.signal,
    who: "tester@inside",
    version: "0.1.0",
    next: bareNext,
    random: () => crypto.randomUUID().replaceAll("-", ""),
    now: () => Date.now(),
    every: (ms, act) => {
      const timer = setInterval(act, ms);
      return { stop: () => clearInterval(timer) };
    },
    wait: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
        interrupted.signal.addEventListener("abort", () => resolve(), { once: true });
      }),
  };
  return { ports, said: () => said, interrupt: () => interrupted.abort() };
}

/** `harden apply TARGET --profile FILE --yes`; the one result, and the status. */
export async function applyInside(
  { ports }: Inside,
  { target, profile, confirmTimeout }: { target: string; profile: string; confirmTimeout: number },
) {
  const targets = [target];
  const choice = await choiceOf(profile);
  const source = { kind: "profile", choiceOf: () => choice, targets } as const;
  const reach = { targets, identityFiles: [], acceptNewHostKey: false };
  const { report, status } = await applyCommand(
    { ...reach, source, confirmTimeout, confirm: true, stopContainers: false },
    ports,
  );
  return { result: report[0]!, status };
}
