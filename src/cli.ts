/** argv -> command -> exit status. The only file with process.exit, process.env and stdout. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import {
  type Choice,
  type Reach,
  targetAndRun,
  wholeNumber,
  withFormat,
  withProfile,
  withQuestion,
  withRun,
  withTargets,
} from "./arguments.ts";
import { asHardenError, type Settled } from "./commands/each.ts";
import type { Event, Outcome, Ports } from "./commands/ports.ts";
import { exitStatus, HardenError } from "./errors.ts";
import { errorText } from "./reports/error.ts";
import { coloured, type Paint, plain } from "./reports/paint.ts";
import type { Connector } from "./transports/connect.ts";

declare const HARDEN_VERSION: string;
const packaged = join(import.meta.dirname, "..", "profiles");

const interrupted = new AbortController();
const paint: Paint = process.stdout.isTTY && !process.env.NO_COLOR ? coloured : plain;
const terminal = { input: process.stdin, output: process.stderr };
const print = (text: string) =>
  void process.stdout.write(text === "" || text.endsWith("\n") ? text : `${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);
const printJson = (value: unknown) => print(JSON.stringify(value, undefined, 2));

type OnPlans = (event: Extract<Event, { kind: "plans" }>) => void;

async function ports(reach: Reach, onPlans: OnPlans = () => {}): Promise<Ports & Pick<Connector, "prepare">> {
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
    emit: (event) => (event.kind === "plans" ? onPlans(event) : complain(`${event.target}: ${event.text}`)),
    ask: (question) =>
      reach.yes ? Promise.resolve(true) : prompts.ask(question, terminal, interrupted.signal),
    signal: interrupted.signal,
    who: `${userInfo().username}@${hostname()}`,
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
  const [first] = targets;
  try {
    if (first !== undefined) live.prepare(parseTarget(first));
  } catch {
    // The command says what is wrong with it.
  }
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
  const sudoPassword = await sudoPasswordOf(reach);
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

async function sudoPasswordOf({ askSudoPassword, sudoPasswordFile }: Reach): Promise<string | undefined> {
  if (sudoPasswordFile !== undefined) return (await readFile(sudoPasswordFile, "utf8")).replace(/\r?\n$/, "");
  if (!askSudoPassword) return undefined;
  const { askSecret } = await import("./terminal.ts");
  const secret = await askSecret("sudo password on the hosts: ", terminal);
  if (secret !== undefined) return secret;
  throw new HardenError("usage", "There is no terminal to ask for sudo's password on.", {
    hint: "Pass it in a file that only you can read: --sudo-password-file FILE.",
    hostState: "no host was contacted",
  });
}

async function places() {
  const [{ nodeFiles }, { gitState }, { controls }] = await Promise.all([
    import("./profile/files.ts"),
    import("./profile/git.ts"),
    import("./controls/index.ts"),
  ]);
  return { ...nodeFiles, git: gitState, sections: controls, cwd: process.cwd(), packagedDir: packaged };
}

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

function plainResult<T>(result: Settled<T>) {
  if (result.ok) return result;
  const { code, message, details } = result.error;
  const { cause: _cause, ...rest } = details;
  return { target: result.target, ok: false, error: { code, message, ...rest } };
}

function program(): Command {
  const harden = new Command("harden")
    .description(
      "Hardens Debian and Ubuntu servers: a true preview, and an apply that rolls itself back unless it is confirmed.",
    )
    .version(HARDEN_VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) });
  addPlan(harden);
  addApply(harden);
  addVerify(harden);
  addRuns(harden);
  addProfile(harden.command("profile").description("list, show and check profiles"));
  return harden;
}

interface PlanFlags extends Reach, Choice {
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly recorded?: string;
}

function addPlan(harden: Command): void {
  withFormat(withProfile(withTargets(harden.command("plan"))))
    .description("show exactly what apply would change; reads only")
    .option("--out <file>", "save the plan, to be applied as it is")
    .option("--recorded <file>", "plan a recorded host instead of connecting to any")
    .option("--detailed-exitcode", "exit 2 where changes are pending, 3 where a guard blocks")
    .action(async (targets: string[], flags: PlanFlags) => {
      const live = await portsFor(targets, flags);
      const [{ planCommand, savePlans }, { plansText }] = await Promise.all([
        import("./commands/plan.ts"),
        import("./reports/plan.ts"),
      ]);
      const recorded = await recordedOf(flags.recorded);
      const choice = await choiceOf(flags);
      const input = {
        ...(await targetsOf(targets, flags)),
        ...choice,
        detailedExitcode: flags.detailedExitcode === true,
        ...(recorded === undefined ? {} : { recorded }),
      };
      const outcome = await planCommand(input, live);
      if (flags.out !== undefined)
        await writeFile(flags.out, savePlans(outcome.report, choice, HARDEN_VERSION), { mode: 0o600 });
      show(outcome, plansText(outcome.report, paint), flags.format);
    });
}

async function recordedOf(file: string | undefined) {
  if (file === undefined) return undefined;
  const { parseRecorded } = await import("./facts/recorded.ts");
  return parseRecorded(await readFile(file, "utf8"));
}

interface ApplyFlags extends Reach, Choice {
  readonly confirmTimeout: number;
  readonly confirm: boolean;
}

function addApply(harden: Command): void {
  withQuestion(withFormat(withProfile(withTargets(harden.command("apply")))))
    .description(
      "show the plan, ask, change the host, prove it over a new connection, confirm; else the host rolls back",
    )
    .option("--no-confirm", "leave the run pending, for `harden confirm`")
    .action(async (targets: string[], flags: ApplyFlags) => {
      const live = await portsFor(targets, flags, ({ report }) => complain(plansText(report, paint)));
      const [{ applyCommand }, { sourceOf }, { plansText }, { appliesText }] = await Promise.all([
        import("./commands/apply.ts"),
        import("./commands/source.ts"),
        import("./reports/plan.ts"),
        import("./reports/applied.ts"),
      ]);
      const source = await sourceOf(targets, {
        readFile: (file) => readFile(file, "utf8"),
        tool: HARDEN_VERSION,
        choice: () => choiceOf(flags),
      });
      const input = {
        ...(await targetsOf(source.targets, flags)),
        source,
        confirmTimeout: flags.confirmTimeout,
        confirm: flags.confirm,
      };
      interruptible();
      const outcome = await applyCommand(input, live);
      show(outcome, appliesText(outcome.report, paint), flags.format);
    });
}

/** The first Ctrl-C rolls back; a second one leaves that to the host. */
function interruptible(): void {
  process.on("SIGINT", () => {
    if (interrupted.signal.aborted) {
      complain("harden: gone; a host with a run that is not confirmed rolls back by itself");
      process.exit(5);
    }
    complain("harden: interrupted; rolling back what was begun (again: leave it to the hosts)");
    interrupted.abort();
  });
}

function addVerify(harden: Command): void {
  withFormat(withProfile(withTargets(harden.command("verify"))))
    .description("check the effective state against the profile; reads only")
    .action(async (targets: string[], flags: Reach & Choice) => {
      const live = await portsFor(targets, flags);
      const [{ verifyCommand }, { verifyText }] = await Promise.all([
        import("./commands/verify.ts"),
        import("./reports/verify.ts"),
      ]);
      const outcome = await verifyCommand(
        { ...(await targetsOf(targets, flags)), ...(await choiceOf(flags)) },
        live,
      );
      show(outcome, verifyText(outcome.report, paint), flags.format);
    });
}

function addRuns(harden: Command): void {
  withFormat(withRun(harden.command("confirm")))
    .description("keep a pending run")
    .action(async (target: string | undefined, run: string | undefined, flags: Reach) => {
      const [{ confirmCommand }, { confirmsText }] = await Promise.all([
        import("./commands/confirm.ts"),
        import("./reports/runs.ts"),
      ]);
      const outcome = await confirmCommand(await oneRun(target, run, flags), await ports(flags));
      show(outcome, confirmsText(outcome.report, paint), flags.format);
    });

  withQuestion(withFormat(withRun(harden.command("rollback"))))
    .description("undo a run: a pending one at once, an earlier one as an armed and proven run of its own")
    .action(async (target: string | undefined, run: string | undefined, flags: ApplyFlags) => {
      const [{ rollbackCommand }, { plansText }, { appliesText }] = await Promise.all([
        import("./commands/rollback.ts"),
        import("./reports/plan.ts"),
        import("./reports/applied.ts"),
      ]);
      const input = {
        ...(await oneRun(target, run, flags)),
        confirmTimeout: flags.confirmTimeout,
        confirm: true,
      };
      const live = await ports(flags, ({ report }) => complain(plansText(report, paint)));
      interruptible();
      const outcome = await rollbackCommand(input, live);
      show(outcome, appliesText(outcome.report, paint), flags.format);
    });

  const runs = withFormat(withRun(harden.command("runs")))
    .description("what was done to a host: who, when, which profile, and what each run changed")
    .action(async (target: string | undefined, run: string | undefined, flags: Reach) => {
      const [{ runsCommand }, { runsText }] = await Promise.all([
        import("./commands/runs.ts"),
        import("./reports/runs.ts"),
      ]);
      const outcome = await runsCommand(await oneRun(target, run, flags), await ports(flags));
      show(outcome, runsText(outcome.report, { paint, whole: run !== undefined }), flags.format);
    });
  withFormat(withTargets(runs.command("prune")))
    .description("remove old runs and their backups, but what an original still needs")
    .option("--keep <number>", "the newest runs to keep", wholeNumber, 10)
    .action(async (targets: string[], _flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Reach & { keep: number }>();
      const [{ pruneCommand }, { prunedText }] = await Promise.all([
        import("./commands/runs.ts"),
        import("./reports/runs.ts"),
      ]);
      const outcome = await pruneCommand(
        { ...(await targetsOf(targets, flags)), keep: flags.keep },
        await ports(flags),
      );
      show(outcome, prunedText(outcome.report), flags.format);
    });

  withFormat(withTargets(harden.command("uninstall")))
    .description("remove harden's journal and backups from a host; what the profile asked for stays")
    .option("-y, --yes", "go on without the question")
    .action(async (targets: string[], flags: Reach) => {
      const [{ uninstallCommand }, { uninstalledText }] = await Promise.all([
        import("./commands/runs.ts"),
        import("./reports/runs.ts"),
      ]);
      const outcome = await uninstallCommand(await targetsOf(targets, flags), await ports(flags));
      show(outcome, uninstalledText(outcome.report), flags.format);
    });
}

function addProfile(profile: Command): void {
  withFormat(profile.command("list"))
    .description("the profiles that a name can stand for")
    .action(async ({ format }: Reach) => {
      const [{ profileList }, { profileListText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report } = await profileList(await places());
      format === "json" ? printJson(report) : print(profileListText(report));
    });
  withFormat(profile.command("show"))
    .argument("[name]", "profile", "production")
    .description("the merged profile, each value with where it comes from")
    .action(async (name: string, { format }: Reach) => {
      const [{ profileShow }, { profileShowText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report } = await profileShow(name, await places());
      format === "json" ? printJson(report) : print(profileShowText(report));
    });
  withFormat(profile.command("validate"))
    .argument("[name...]", "profiles; none: all of yours")
    .description("every error at once, with file, line and column")
    .action(async (names: string[], { format }: Reach) => {
      const [{ profileValidate }, { profileValidateText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report, status } = await profileValidate(names, await places());
      format === "json" ? printJson(report) : print(profileValidateText(report));
      process.exitCode = status;
    });
  profile
    .command("schema")
    .description("the JSON schema of profiles, for editors")
    .action(async () => {
      const { profileSchemaReport } = await import("./commands/profile.ts");
      printJson(profileSchemaReport(await places()).report);
    });
}

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 64;
    else {
      const known = asHardenError(error);
      complain(errorText(known));
      if (process.env.HARDEN_DEBUG && known.code === "internal") console.error(error);
      process.exitCode = exitStatus(known.code);
    }
  }
}

void main();
