/** What a command reaches hosts and a person by: ssh, this machine, the clock, the terminal. */
import { randomBytes } from "node:crypto";
import type { Outside } from "../command/command.ts";
import { clean } from "../reports/paint.ts";
import type { Event, Ports } from "../run/ports.ts";
import { redact } from "../secrets/index.ts";
import { destinationsOf } from "../targets.ts";
import { createConnector } from "../transports/connect.ts";
import type { Connect } from "../transports/transport.ts";
import type { Log } from "./log.ts";
import type { Talk } from "./talk.ts";

type Asked = Parameters<Outside["ports"]>;

/** What the command line says of it. */
type About = { readonly reach: Asked[0] } & Asked[1];

/** What the process has. */
interface Process extends Pick<Outside, "askSecret">, Pick<Ports, "signal" | "who" | "version"> {
  readonly complain: (text: string) => void;
  readonly talk: Talk;
  readonly terminal: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream };
  readonly log: Log | undefined;
  readonly env: NodeJS.ProcessEnv;
}

const isWarning = (event: Event) => event.kind === "say" && event.level === "warn";

/** Said, and logged, whatever else is left out. */
async function tracing(connect: Connect, { log, complain }: Process): Promise<Connect> {
  const { traced } = await import("../run/trace.ts");
  return traced(connect, {
    now: () => performance.now(),
    say: (target, text) => {
      log?.event({ kind: "say", target, level: "info", text });
      complain(clean(`${target}: ${text}`));
    },
  });
}

export async function createPorts({ reach, targets, next, unasked }: About, own: Process): Promise<Ports> {
  const { complain, talk, log, signal } = own;
  const emit: Ports["emit"] = (event) => {
    log?.event(event);
    if (event.kind === "plans" || (reach.quiet && !isWarning(event))) return;
    const text = clean(redact(`${event.target}: ${event.text}`));
    if (event.kind === "say") complain(text);
    else if (event.kind === "still") talk.still(text);
    else talk.countdown(text, event.isNew);
  };
  const { connect, prepare } = createConnector({
    onSlow: (target, text) => emit({ kind: "say", target, level: "warn", text }),
    askSecret: own.askSecret,
    eachSudo: reach.askSudoPasswords === true,
    sshConfig: { env: own.env, ...(reach.sshConfig === undefined ? {} : { file: reach.sshConfig }) },
  });
  // ssh's configuration is asked while the profile is read: both wait for other programs.
  prepare(destinationsOf(targets));
  return {
    connect: reach.verbose ? await tracing(connect, own) : connect,
    askPort: async (door) => (await import("../transports/port.ts")).askPort(door),
    emit,
    ask: async (question) =>
      reach.yes || (await import("./terminal.ts")).ask(question, { ...own.terminal, unasked }, signal),
    signal,
    who: own.who,
    version: own.version,
    next,
    random: () => randomBytes(16).toString("hex"),
    now: () => Date.now(),
    wait: (ms) => pause(ms, signal),
    every(ms, act) {
      const timer = setInterval(act, ms);
      return { stop: () => clearInterval(timer) };
    },
  };
}

/** Ends early when the run is interrupted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
