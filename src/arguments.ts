/** The options that commands share, and what they parse to. Pure: no process, no output. */
import { type Command, InvalidArgumentError } from "commander";
import { withoutPassword } from "./transports/target.ts";

/** Of every command that reaches hosts. */
export interface Reach {
  readonly identity: readonly string[];
  readonly askSudoPassword?: boolean;
  readonly sudoPasswordFile?: string;
  readonly sshConfig?: string;
  readonly log?: string;
  readonly acceptNewHostKey?: boolean;
  readonly format?: string;
  readonly yes?: boolean;
}

export interface Choice {
  readonly profile: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

export const choiceFlags = ["profile", "only", "skip"] satisfies readonly (keyof Choice)[];

/** Which of these options somebody has written on the command line. */
export const typed = (command: Command, names: readonly string[]) =>
  names.filter((name) => command.getOptionValueSource(name) === "cli").map((name) => `--${name}`);

/** Of the commands that change a host. */
export interface ApplyFlags extends Reach, Choice {
  readonly confirmTimeout: number;
  readonly confirm: boolean;
}

const words = (word: string, all: readonly string[]) => [...all, ...word.split(",").filter(Boolean)];

export function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

export function seconds(text: string): number {
  const number = wholeNumber(text);
  if (number < 10 || number > 86_400)
    throw new InvalidArgumentError("It must be between 10 and 86400 seconds.");
  return number;
}

function format(text: string): string {
  if (text !== "text" && text !== "json") throw new InvalidArgumentError("It must be text or json.");
  return text;
}

export const withReach = (command: Command) =>
  command
    .option(
      "-i, --identity <file>",
      "private key to offer first (may be repeated)",
      (file: string, all: readonly string[]) => [...all, file],
      [],
    )
    .option("-K, --ask-sudo-password", "ask once for sudo's password on the hosts")
    .option("--sudo-password-file <file>", "read sudo's password from a file, for CI")
    .option("-F, --ssh-config <file>", "ssh configuration instead of ~/.ssh/config, as ssh -F")
    .option("--log <file>", "append what was done to a file, a JSON line each")
    .option("--accept-new-host-key", "write an unknown host key to known_hosts and go on");

export const withTargets = (command: Command) =>
  withReach(command).argument(
    "[target...]",
    "user@host:port or a Host alias of ~/.ssh/config; none: this machine",
    (word: string, all: readonly string[] = []) => [...all, withoutPassword(word)],
  );

const runForm = /^\d{8}-\d{6}-[0-9a-f]{8}$/;

/** A single word that looks like a run is a run of this machine. */
export function targetAndRun(
  target: string | undefined,
  run: string | undefined,
): { target?: string; run?: string } {
  if (run === undefined && target !== undefined && runForm.test(target)) return { run: target };
  return { ...(target === undefined ? {} : { target }), ...(run === undefined ? {} : { run }) };
}

/** One host, and a run of it. */
export const withRun = (command: Command) =>
  withReach(command)
    .argument("[target]", "user@host:port or a Host alias; none: this machine", withoutPassword)
    .argument("[run]", "id of a run, as `harden runs` lists it");

export const withProfile = (command: Command) =>
  command
    .option(
      "-p, --profile <name>",
      "profile: profiles/NAME.yaml here or above, to the root of the git work tree, then the packaged one; or a path",
      "production",
    )
    .option("--only <control>", "only these controls (may be repeated)", words, [])
    .option("--skip <control>", "all but these controls (may be repeated)", words, []);

export const withFormat = (command: Command) =>
  command.option("--format <format>", "text or json", format, "text");

export const withQuestion = (command: Command) =>
  command
    .option("-y, --yes", "go on without the question")
    .option(
      "--confirm-timeout <seconds>",
      "roll back unless confirmed within this time after the apply",
      seconds,
      120,
    );
