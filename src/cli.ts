/** argv -> command -> exit status. The only file with process.exit, process.env and stdout. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import type { Settled } from "./commands/each.ts";
import { asHardenError } from "./commands/each.ts";
import type { Outcome, Ports } from "./commands/ports.ts";
import { exitStatus, HardenError } from "./errors.ts";
import { errorText } from "./reports/error.ts";
import { coloured, type Paint, plain } from "./reports/paint.ts";

declare const HARDEN_VERSION: string;
const packaged = join(import.meta.dirname, "..", "profiles");

interface Common {
  readonly identity: readonly string[];
  readonly askSudoPassword?: boolean;
  readonly sudoPasswordFile?: string;
  readonly acceptNewHostKey?: boolean;
  readonly format?: "text" | "json";
  readonly yes?: boolean;
}

interface Choice {
  readonly profile: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

const interrupted = new AbortController();

const paint: Paint = process.stdout.isTTY && !process.env.NO_COLOR ? coloured : plain;
const terminal = { input: process.stdin, output: process.stderr };
const print = (text: string) => process.stdout.write(text === "" || text.endsWith("\n") ? text : `${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);
const collectWord = (word: string, words: readonly string[]) => [
  ...words,
  ...word.split(",").filter(Boolean),
];

/** Plain ssh configuration, as the environment has it. */
const sshConfig = { env: process.env };

async function ports(yes: boolean): Promise<Ports> {
  const [{ createConnect }, prompts] = await Promise.all([
    import("./transports/connect.ts"),
    import("./terminal.ts"),
  ]);
  return {
    emit: ({ target, level, text }) =>
      complain(level === "progress" ? `${target}: ${text}` : `${target}: ${text}`),
    ask: (question) => (yes ? Promise.resolve(true) : prompts.ask(question, terminal, interrupted.signal)),
    connect: createConnect({ askSecret: (question) => prompts.askSecret(question, terminal), sshConfig }),
    signal: interrupted.signal,
    who: `${userInfo().username}@${hostname()}`,
    version: HARDEN_VERSION,
    random: () => randomBytes(16).toString("hex"),
    now: () => Date.now(),
  };
}

async function targetsOf(targets: readonly string[], common: Common) {
  const sudoPassword = await sudoPasswordOf(common);
  return {
    targets,
    identityFiles: common.identity,
    acceptNewHostKey: common.acceptNewHostKey === true,
    ...(sudoPassword === undefined ? {} : { sudoPassword }),
  };
}

async function sudoPasswordOf({ askSudoPassword, sudoPasswordFile }: Common): Promise<string | undefined> {
  if (sudoPasswordFile !== undefined) return (await readFile(sudoPasswordFile, "utf8")).replace(/\r?\n$/, "");
  if (!askSudoPassword) return undefined;
  const { askSecret } = await import("./terminal.ts");
  const secret = await askSecret("sudo password on the hosts: ", terminal);
  if (secret === undefined)
    throw new HardenError("usage", "There is no terminal to ask for sudo's password on.", {
      hint: "Pass it in a file that only you can read: --sudo-password-file FILE.",
    });
  return secret;
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
  const failed = report.flatMap((result) => (result.ok ? [] : [result]));
  if (format === "json") print(JSON.stringify(report.map(plainResult), undefined, 2));
  else {
    print(text);
    for (const { target, error } of failed) complain(errorText(error, target));
  }
  process.exitCode = status;
}

function plainResult<T>(result: Settled<T>) {
  if (result.ok) return result;
  const { code, message, details } = result.error;
  const { cause: _cause, ...rest } = details;
  return { target: result.target, ok: false, error: { code, message, ...rest } };
}

const withTargets = (command: Command) =>
  command
    .argument("[target...]", "user@host:port or a Host alias of ~/.ssh/config; none: this machine")
    .option(
      "-i, --identity <file>",
      "private key to offer first (may be repeated)",
      (file: string, all: string[]) => [...all, file],
      [],
    )
    .option("-K, --ask-sudo-password", "ask once for sudo's password on the hosts")
    .option("--sudo-password-file <file>", "read sudo's password from a file, for CI")
    .option("--accept-new-host-key", "write an unknown host key to known_hosts and go on");

const withProfile = (command: Command) =>
  command
    .option(
      "-p, --profile <name>",
      "profile: ./profiles/NAME.yaml, then the packaged one, or a path",
      "production",
    )
    .option("--only <control>", "only these controls (may be repeated)", collectWord, [])
    .option("--skip <control>", "all but these controls (may be repeated)", collectWord, []);

const withFormat = (command: Command) => command.option("--format <format>", "text or json", "text");

function program(): Command {
  const harden = new Command("harden")
    .description(
      "Hardens Debian and Ubuntu servers: a true preview, and an apply that rolls itself back unless it is confirmed.",
    )
    .version(HARDEN_VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) });

  withFormat(withProfile(withTargets(harden.command("plan"))))
    .description("show exactly what apply would change; reads only")
    .option("--out <file>", "save the plan, to be applied as it is")
    .option("--detailed-exitcode", "exit 2 where changes are pending, 3 where a guard blocks")
    .action(
      async (targets: string[], options: Common & Choice & { out?: string; detailedExitcode?: boolean }) => {
        const [{ planCommand }, { plansText }] = await Promise.all([
          import("./commands/plan.ts"),
          import("./reports/plan.ts"),
        ]);
        const input = {
          ...(await targetsOf(targets, options)),
          ...(await choiceOf(options)),
          detailedExitcode: options.detailedExitcode === true,
        };
        const outcome = await planCommand(input, await ports(false));
        show(outcome, plansText(outcome.report, paint), options.format);
      },
    );

  withFormat(withProfile(withTargets(harden.command("verify"))))
    .description("check the effective state against the profile; reads only")
    .action(async (targets: string[], options: Common & Choice) => {
      const [{ verifyCommand }, { verifyText }] = await Promise.all([
        import("./commands/verify.ts"),
        import("./reports/verify.ts"),
      ]);
      const outcome = await verifyCommand(
        { ...(await targetsOf(targets, options)), ...(await choiceOf(options)) },
        await ports(false),
      );
      show(outcome, verifyText(outcome.report, paint), options.format);
    });

  addProfileCommands(harden.command("profile").description("list, show and check profiles"));
  return harden;
}

function addProfileCommands(profile: Command): void {
  withFormat(profile.command("list"))
    .description("the profiles that a name can stand for")
    .action(async ({ format }: Common) => {
      const [{ profileList }, { profileListText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report } = await profileList(await places());
      print(format === "json" ? JSON.stringify(report, undefined, 2) : profileListText(report));
    });
  withFormat(profile.command("show"))
    .argument("[name]", "profile", "production")
    .description("the merged profile, each value with where it comes from")
    .action(async (name: string, { format }: Common) => {
      const [{ profileShow }, { profileShowText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report } = await profileShow(name, await places());
      print(format === "json" ? JSON.stringify(report, undefined, 2) : profileShowText(report));
    });
  withFormat(profile.command("validate"))
    .argument("[name...]", "profiles; none: all of yours")
    .description("every error at once, with file, line and column")
    .action(async (names: string[], { format }: Common) => {
      const [{ profileValidate }, { profileValidateText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report, status } = await profileValidate(names, await places());
      print(format === "json" ? JSON.stringify(report, undefined, 2) : profileValidateText(report));
      process.exitCode = status;
    });
  profile
    .command("schema")
    .description("the JSON schema of profiles, for editors")
    .action(async () => {
      const { profileSchemaReport } = await import("./commands/profile.ts");
      print(JSON.stringify(profileSchemaReport(await places()).report, undefined, 2));
    });
}

async function main(): Promise<void> {
  if (!existsSync(packaged)) complain(`harden: the packaged profiles are missing from ${packaged}`);
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 64;
    else {
      const known = asHardenError(error);
      complain(errorText(known));
      if (process.env.HARDEN_DEBUG) console.error(error);
      process.exitCode = exitStatus(known.code);
    }
  }
}

void main();
