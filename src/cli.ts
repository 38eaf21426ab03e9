/** argv -> command -> exit status. The only file with process.exit, process.env and stdout. */
import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { type Choice, type Reach, targetAndRun } from "./arguments.ts";
import { asHardenError, type Settled } from "./commands/each.ts";
import type { Event, Outcome, Ports } from "./commands/ports.ts";
import { exitStatus, HardenError } from "./errors.ts";
import { currentFolder, recordedOf, sudoPasswordOf } from "./inputs.ts";
import type { Log } from "./log.ts";
import { createOutlet, keepStatus } from "./outlet.ts";
import { placesFrom } from "./places.ts";
import { program } from "./program.ts";
import { errorText, plainResult } from "./reports/error.ts";
import { coloured, type Paint, plain } from "./reports/paint.ts";
import { createTalk } from "./talk.ts";
import { jsonText, stripControl } from "./text.ts";
import type { Connector } from "./transports/connect.ts";
import { currentUser } from "./transports/user.ts";

declare const HARDEN_VERSION: string;
const packaged = join(import.meta.dirname, "..", "profiles");

const interrupted = new AbortController();
setMaxListeners(0, interrupted.signal); // Each host of a fleet listens, more than once.
const paint: Paint = process.stdout.isTTY && !process.env.NO_COLOR ? coloured : plain;
const terminal = { input: process.stdin, output: process.stderr };
const errors = createOutlet(process.stderr, () => {});
const talk = createTalk({
  ...errors,
  isTTY: process.stderr.isTTY,
  columns: () => process.stderr.columns,
});
const complain = talk.say;
let unwritten = false;
const report = createOutlet(process.stdout, (why) => {
  unwritten = true;
  complain(`harden: the report could not be written (${why}).`);
});
const print = (text: string) => {
  talk.clear();
  report.write(text === "" || text.endsWith("\n") ? text : `${text}\n`);
};
const printJson = (value: unknown) => print(jsonText(value));

/** Set before a command may change a host: from then on an end that nobody planned leaves the outcome unknown. */
let changing = false;

let log: Log | undefined;

/** Opens the log before any host is reached: a run that can't be logged as asked must not start. */
async function openLogOf({ log: file }: Reach): Promise<void> {
  if (file === undefined || log !== undefined) return;
  const { openLog } = await import("./log.ts");
  const about = {
    who: `${currentUser().username}@${hostname()}`,
    version: HARDEN_VERSION,
    words: process.argv.slice(2),
  };
  log = openLog(file, about, (why) => complain(`harden: ${file} has no more of the log (${why}).`));
}

type OnPlans = (event: Extract<Event, { kind: "plans" }>) => void;

async function ports(reach: Reach, onPlans: OnPlans = () => {}): Promise<Ports & Pick<Connector, "prepare">> {
  await openLogOf(reach);
  const [{ createConnector }, prompts] = await Promise.all([
    import("./transports/connect.ts"),
    import("./terminal.ts"),
  ]);
  const { connect, prepare } = createConnector({
    askSecret: (question) => prompts.askSecret(question, terminal),
    sshConfig: { env: process.env, ...(reach.sshConfig === undefined ? {} : { file: reach.sshConfig }) },
  });
  return {
    connect,
    prepare,
    emit: (event) => {
      log?.event(event);
      if (event.kind === "plans") onPlans(event);
      else talk[event.kind](stripControl(`${event.target}: ${event.text}`));
    },
    ask: (question) =>
      reach.yes ? Promise.resolve(true) : prompts.ask(question, terminal, interrupted.signal),
    signal: interrupted.signal,
    who: `${currentUser().username}@${hostname()}`,
    version: HARDEN_VERSION,
    random: () => randomBytes(16).toString("hex"),
    now: () => Date.now(),
    wait: pause,
  };
}

/** The same, with the ssh configuration asked while the profile is read: both wait for other programs. */
async function portsFor(targets: readonly string[], reach: Reach, onPlans?: OnPlans): Promise<Ports> {
  const [live, { parseTarget }] = await Promise.all([
    ports(reach, onPlans),
    import("./transports/target.ts"),
  ]);
  live.prepare(
    targets.flatMap((target) => {
      try {
        return [parseTarget(target)];
      } catch {
        return []; // The command says what is wrong with it.
      }
    }),
  );
  return live;
}

/** Ends early when the run is interrupted. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, ms);
    interrupted.signal.addEventListener("abort", end, { once: true });
  });
}

async function targetsOf(targets: readonly (string | undefined)[], reach: Reach) {
  const sudoPassword = await sudoPasswordOf(reach, terminal);
  return {
    targets: targets.filter((target) => target !== undefined),
    identityFiles: reach.identity,
    acceptNewHostKey: reach.acceptNewHostKey === true,
    ...(sudoPassword === undefined ? {} : { sudoPassword }),
  };
}

async function oneRun(first: string | undefined, second: string | undefined, reach: Reach) {
  const { target, run } = targetAndRun(first, second);
  return { ...(await targetsOf([target], reach)), ...(run === undefined ? {} : { run }) };
}

const places = () => placesFrom(currentFolder(), packaged);

async function choiceOf({ profile, only, skip }: Choice) {
  const { loadProfile } = await import("./profile/load.ts");
  return { profile: await loadProfile(profile, await places()), only, skip };
}

/** Prints what a command gave back, then its failures; the status is the command's. */
function show<T>(
  { report, status }: Outcome<readonly Settled<T>[]>,
  text: string,
  format: string | undefined,
): void {
  if (format === "json") printJson(report.map(plainResult));
  else {
    print(text);
    for (const result of report) if (!result.ok) complain(errorText(result.error, result.target));
  }
  process.exitCode = status;
}

const changesHosts = () => {
  changing = true;
};

/**
 * The first Ctrl-C (or SIGTERM) rolls back; a second one leaves that to the host. A terminal that hangs up is nobody's
 * wish: the run goes on to its end, which `harden runs` tells.
 */
function interruptible(): void {
  changesHosts();
  const interrupt = () => {
    if (interrupted.signal.aborted) {
      complain("harden: gone; a host with a run that is not confirmed rolls back by itself");
      process.exit(5);
    }
    complain("harden: interrupted; rolling back what was begun (again: leave it to the hosts)");
    interrupted.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", () => {});
}

function fail(error: unknown): void {
  const known = asHardenError(error);
  const { code, message, details } = known;
  const unknown = changing && code === "internal";
  const hostState = "not known; with a run that is not confirmed it rolls back by itself";
  complain(errorText(unknown ? new HardenError(code, message, { ...details, hostState }) : known));
  if (process.env.HARDEN_DEBUG && code === "internal") console.error(error);
  process.exitCode = unknown ? 5 : exitStatus(code);
}

const app = {
  version: HARDEN_VERSION,
  paint,
  ports,
  portsFor,
  targetsOf,
  oneRun,
  choiceOf,
  places,
  recordedOf,
  show,
  print,
  printJson,
  complain,
  write: errors.write,
  changesHosts,
  interruptible,
  setStatus: (status: number) => {
    process.exitCode = status;
  },
};

/** The outside as the commands' definitions see it. */
export type App = typeof app;

/** How long the process may outlive its work, such as for a name that is still being resolved: ms. */
const lingerMs = 3000;

async function main(): Promise<void> {
  try {
    await program(app).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 64;
    else fail(error);
  }
  await new Promise(setImmediate); // What could not be written is known by then.
  if (unwritten && !changing && !process.exitCode) process.exitCode = 1;
  log?.end(Number(process.exitCode ?? 0));
  process.off("beforeExit", unended);
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Nothing is left that could wake the work up, and it has not ended: never a silent 0. */
const unended = () => fail(new Error("something that it waits for can't come any more"));
process.on("beforeExit", unended);
process.on("exit", keepStatus());
process.on("uncaughtException", (error) => {
  fail(error);
  process.exit();
});

void main();
