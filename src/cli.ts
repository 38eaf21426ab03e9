/** argv -> command -> exit status. The only file with process.exit, process.env and stdout. */
import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import type { Call, Command, Line, Outside, Saved } from "./command/command.ts";
import { timeOf } from "./day.ts";
import { exitStatus, HardenError } from "./errors.ts";
import { lazy } from "./once.ts";
import { checkSavable, createOutlet, keepStatus, save } from "./outlet.ts";
import type { Log } from "./process/log.ts";
import { currentFolder, placesFrom } from "./process/places.ts";
import { createTalk } from "./process/talk.ts";
import { program } from "./program/program.ts";
import { errorText } from "./reports/error.ts";
import { fold, type Page, plainPage } from "./reports/page.ts";
import { clean, coloured, isPainted, plain } from "./reports/paint.ts";
import { asHardenError } from "./run/each.ts";
import { currentUser } from "./transports/user.ts";

declare const HARDEN_VERSION: string;
/** Only of the executable: the profiles that are packaged with it. */
declare const HARDEN_PROFILES: Readonly<Record<string, string>> | undefined;
const packaged = join(import.meta.dirname, "..", "profiles");

const interrupted = new AbortController();
setMaxListeners(0, interrupted.signal); // Each host of a fleet listens, more than once.
const terminal = { input: process.stdin, output: process.stderr };
const errors = createOutlet(process.stderr, () => {});
const talk = createTalk({
  ...errors,
  isTTY: process.stderr.isTTY,
  columns: () => process.stderr.columns,
});
const complain = (text: string) => talk.say(fold(text, pageOf(process.stderr)));
let unwritten = false;
const report = createOutlet(process.stdout, (why) => {
  unwritten = true;
  complain(`harden: the report could not be written (${why}).`);
});
const print = (text: string) => {
  talk.clear();
  report.write(text === "" || text.endsWith("\n") ? text : `${text}\n`);
};

/** Set before a command may change a host: from then on an end that nobody planned leaves the outcome unknown. */
let changing = false;

let log: Log | undefined;
const who = () => `${currentUser().username}@${hostname()}`;

/** Opens the log before any host is reached: a run that can't be logged as asked must not start. */
async function openLog(file: string): Promise<void> {
  const { openLog } = await import("./process/log.ts");
  const about = { who: who(), version: HARDEN_VERSION, words: process.argv.slice(2) };
  log = openLog(file, about, (why) => complain(`harden: ${file} has no more of the log (${why}).`));
}

const ports: Outside["ports"] = async (reach, about) => {
  if (reach.log !== undefined) await openLog(reach.log);
  const { createPorts } = await import("./process/live-ports.ts");
  return createPorts(
    { reach, ...about },
    {
      complain,
      talk,
      terminal,
      log,
      who: who(),
      version: HARDEN_VERSION,
      env: process.env,
      askSecret: outside.askSecret,
      signal: interrupted.signal,
    },
  );
};

/** A terminal's width; what goes to a file or a program is not broken, and painted only where that is forced. */
function pageOf({ isTTY, columns }: NodeJS.WriteStream): Page {
  const paint = isPainted({ isTTY }, process.env) ? coloured : plain;
  const made = { at: timeOf(Date.now()), version: HARDEN_VERSION };
  return { ...plainPage, paint, made, ...(isTTY ? { width: Math.max(40, columns || 80) } : {}) };
}

/** Made when it is asked for, once: what is piped in can't be read again. */
let standardInput: Outside["piped"] | undefined;
async function piped(what: string): Promise<Uint8Array> {
  const { createPiped } = await import("./process/terminal.ts");
  standardInput ??= createPiped(process.stdin);
  return standardInput(what);
}

const places = lazy(async () =>
  placesFrom({ cwd: currentFolder(), packagedDir: packaged, packaged: HARDEN_PROFILES }, piped),
);

const outside: Outside = {
  version: HARDEN_VERSION,
  self: [process.execPath, ...process.argv.slice(1, 2)],
  page: pageOf(process.stdout),
  sidePage: pageOf(process.stderr),
  ports,
  places,
  project: lazy(async () => (await import("./command/load-project.ts")).loadProject(await places())),
  piped,
  checkSavable,
  ask: async (question, unasked) =>
    (await import("./process/terminal.ts")).ask(question, { ...terminal, unasked }, interrupted.signal),
  askSecret: async (question) => (await import("./process/terminal.ts")).askSecret(question, terminal),
  say: talk.say,
  interrupted: interrupted.signal,
  begin(changes) {
    changing = changes === "at once" || changes === "by a run";
    if (changes === "by a run" || changes === "by a try") interruptible(interruptions[changes]);
  },
};

const interruptions = {
  "by a run": {
    first: "rolling back what was begun (again: leave it to the hosts)",
    second: "a host with a run that is not confirmed rolls back by itself",
    status: 5,
  },
  "by a try": {
    first: "taking away what was tried (again: leave it to the background)",
    second: "what was tried is being taken away in the background",
    status: 1,
  },
} as const;

/**
 * The first Ctrl-C (or SIGTERM) undoes what was begun; a second one leaves that to whoever does it without us. A terminal
 * that hangs up is nobody's wish: the work goes on to its end, which `harden runs` tells of a run.
 */
function interruptible({ first, second, status }: (typeof interruptions)[keyof typeof interruptions]): void {
  const interrupt = () => {
    if (interrupted.signal.aborted) {
      complain(`harden: gone; ${second}`);
      process.exit(status);
    }
    complain(`harden: interrupted; ${first}`);
    interrupted.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", () => {});
}

async function run(command: Command, line: Line): Promise<void> {
  const shown = await command.run(line, outside);
  print(shown.out);
  for (const error of shown.errors) complain(error);
  process.exitCode = shown.status;
  log?.verdicts(shown.hosts);
  try {
    if (shown.file !== undefined) await saveAs(shown.file);
  } finally {
    if (shown.webhook !== undefined) await callFor(shown.webhook);
  }
}

/** `harden` alone: what to do next. */
async function runNothing(): Promise<void> {
  const [{ whatIsHere }, { stepsText }] = await Promise.all([
    import("./features/alone/work.ts"),
    import("./features/alone/text.ts"),
  ]);
  print(stepsText(await whatIsHere({ cwd: currentFolder(), packagedDir: packaged }), outside.page));
}

/** What a shell's completion asks, `complete -- WORD...`: no command of a person's. */
async function complete([, ...words]: readonly string[]): Promise<void> {
  const [{ offerOf, offerText }, { listsFor }, { commands }] = await Promise.all([
    import("./program/completion/offer.ts"),
    import("./program/completion/lists.ts"),
    import("./program/index.ts"),
  ]);
  report.write(offerText(await offerOf(words, { commands, lists: listsFor(outside) })));
}

async function saveAs({ path, what, text, said }: Saved): Promise<void> {
  if (text !== undefined) await save({ path, what, text });
  complain(said);
}

async function callFor({ url, file, body }: Call): Promise<void> {
  const { post } = await import("./process/webhook.ts");
  const why = await post(url, body);
  if (why !== undefined)
    complain(
      errorText(
        new HardenError("host", `The webhook of ${clean(file)} has not taken the report: ${why}.`, {
          hint: "The verdicts and the exit status are as they were; look at whoever is called.",
        }),
      ),
    );
}

function fail(error: unknown): void {
  const known = asHardenError(error);
  const { code, message, details } = known;
  log?.failed(known);
  const unknown = changing && code === "internal";
  const hostState = "not known; with a run that is not confirmed it rolls back by itself";
  complain(errorText(unknown ? new HardenError(code, message, { ...details, hostState }) : known));
  if (process.env.HARDEN_DEBUG && code === "internal") console.error(error);
  process.exitCode = unknown ? 5 : exitStatus(code);
}

/** How long the process may outlive its work, such as for a name that is still being resolved: ms. */
const lingerMs = 3000;

async function main(): Promise<void> {
  try {
    const typed = process.argv.slice(2);
    const [first, ...words] = typed;
    const edges = { version: HARDEN_VERSION, print, complain: errors.write, run };
    if (first === undefined) await runNothing();
    else if (first === "complete") await complete(words);
    else await program({ ...edges, typed }).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 64;
    else fail(error);
  }
  await new Promise(setImmediate); // What could not be written is known by then.
  if (unwritten && !changing && !process.exitCode) process.exitCode = 1;
  process.off("beforeExit", unended);
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Nothing is left that could wake the work up, and it has not ended: never a silent 0. */
const unended = () => fail(new Error("something that it waits for can't come any more"));
process.on("beforeExit", unended);
process.on("exit", keepStatus());
process.on("exit", (status) => log?.end(status));
process.on("uncaughtException", (error) => {
  fail(error);
  process.exit();
});

void main();
