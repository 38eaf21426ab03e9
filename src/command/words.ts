/** The words of a command line: arguments and options as data, and what they parse to. Pure: no process, no output. */
import { InvalidArgumentError } from "commander";
import { durationWanted, formatDuration, parseDuration } from "../profile/duration.ts";
import { withoutPassword } from "../transports/target.ts";

/** What is looked up when somebody completes a word. */
export type ListName = "hosts" | "profiles" | "controls" | "checks";

/** What can stand for a word, for completion. */
export interface Values {
  readonly words?: readonly string[];
  readonly lists?: readonly ListName[];
  readonly files?: true;
  /** Several, with commas between. */
  readonly commas?: true;
}

/** An argument or an option, and what it parses to. */
export interface Word<T> {
  /** As help has it: `[target...]`, `-i, --identity <file>`. */
  readonly spelled: string;
  readonly text: string;
  /** Reads what was typed, given what came before it of the same word. Throws commander's InvalidArgumentError. */
  parse?(typed: string, before: T): T;
  /** Its value where nobody typed it. */
  readonly initial?: T;
  /** Left out where nothing can be proposed. */
  readonly values?: Values;
}

export type Words = Readonly<Record<string, Word<unknown>>>;

/** What words parse to, by the same names. */
export type Given<W extends Words> = { readonly [K in keyof W]: W[K] extends Word<infer T> ? T : never };

export const word = <T>(described: Word<T>): Word<T> => described;

export const flag = (spelled: string, text: string): Word<boolean | undefined> => ({ spelled, text });

export const value = (spelled: string, text: string): Word<string | undefined> => ({ spelled, text });

/** A file's name; `-` is standard input where there is one sense in it. */
export const file = (
  spelled: string,
  text: string,
  { orInput = false }: { readonly orInput?: boolean } = {},
): Word<string | undefined> => ({ spelled, text, parse: (typed) => fileName(typed, orInput), values: files });

export const files: Values = { files: true };

/** Throws commander's InvalidArgumentError. */
export function fileName(typed: string, orInput = false): string {
  if (typed === "") throw new InvalidArgumentError("It must be the name of a file.");
  if (typed === "-" && !orInput)
    throw new InvalidArgumentError("It must be a file, and can't be standard input or output.");
  return typed;
}

const list = (
  spelled: string,
  text: string,
  { parse, values }: { readonly parse: (typed: string) => readonly string[]; readonly values: Values },
): Word<readonly string[]> => ({
  spelled,
  text,
  values,
  parse: (typed, before) => [...before, ...parse(typed)],
  initial: [],
});

export function wholeNumber(typed: string): number {
  if (!/^\d{1,6}$/.test(typed)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(typed);
}

/** In seconds. */
export const time =
  (min: number, max: number) =>
  (typed: string): number => {
    const seconds = parseDuration(typed);
    if (seconds === undefined) throw new InvalidArgumentError(`It must be ${durationWanted}.`);
    if (seconds < min || seconds > max)
      throw new InvalidArgumentError(`It must be between ${formatDuration(min)} and ${formatDuration(max)}.`);
    return seconds;
  };

/** Of every command that reaches hosts. */
export const reach = {
  identity: list("-i, --identity <file>", "private key to offer first (may be repeated)", {
    parse: (typed) => [fileName(typed)],
    values: files,
  }),
  askSudoPassword: flag("-K, --ask-sudo-password", "ask once for sudo's password on the hosts"),
  sudoPasswordFile: file(
    "--sudo-password-file <file>",
    "read sudo's password from a file, for CI; - is standard input",
    {
      orInput: true,
    },
  ),
  askSudoPasswords: flag(
    "--ask-sudo-passwords",
    "ask for sudo's password of each host that wants one, where they have different ones",
  ),
  sudoPasswords: file(
    "--sudo-passwords <file>",
    "read sudo's passwords from a YAML map of host to password; others take the one of --sudo-password-file; - is standard input",
    {
      orInput: true,
    },
  ),
  askPassword: flag(
    "--ask-password",
    "ask once for the login's password, for a fresh host that takes no key yet; sudo has its own",
  ),
  passwordFile: file("--password-file <file>", "read the login's password from a file; - is standard input", {
    orInput: true,
  }),
  sshConfig: file("-F, --ssh-config <file>", "ssh configuration instead of ~/.ssh/config, as ssh -F"),
  log: file("--log <file>", "append what was done to a file, a JSON line each"),
  acceptNewHostKey: flag("--accept-new-host-key", "write an unknown host key to known_hosts and go on"),
};

export type ReachWords = Given<typeof reach>;

const severalWords = (typed: string) =>
  typed
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);

const severalOf = (name: ListName) => ({
  parse: severalWords,
  values: { lists: [name], commas: true } satisfies Values,
});

const profile = {
  spelled: "-p, --profile <name>",
  values: { lists: ["profiles"], files: true } satisfies Values,
  text: "profiles/NAME.yaml here or above, to the root of the git work tree, then the packaged one; or a path, or - for standard input",
};

/** Whose images count; nobody's where it isn't given. */
export const ofImages = {
  profile: word<string | undefined>({
    ...profile,
    text: `a profile whose images are known as well: ${profile.text}`,
  }),
};

/** Which profile, and how much of it. */
export const choice = {
  profile: word<string>({
    ...profile,
    text: `profile: ${profile.text}; a host of harden.yaml has its own`,
    initial: "production",
  }),
  otherProfile: flag("--other-profile", "take --profile also for hosts of harden.yaml that have another one"),
  only: list("--only <control>", "only these controls (may be repeated)", severalOf("controls")),
  skip: list("--skip <control>", "all but these controls (may be repeated)", severalOf("controls")),
};

export type Choice = Given<typeof choice>;

/** Of every command that shows a plan. */
export const planned = { diff: flag("--diff", "show each file's difference to the letter") };

/** Of every command that reaches hosts. */
export const traced = {
  verbose: flag("-v, --verbose", "say each connection and each round trip on stderr, with bytes and times"),
};

/** Of commands whose report can be shorter. */
export const shorter = {
  quiet: flag("--quiet", "only what fails and the report's last line; the exit status says the rest"),
};

/** Of commands that judge. */
export const judging = {
  ...shorter,
  failedOnly: flag("--failed-only", "only what fails, and how much was left out; json has all of it"),
};

/** Of every command that asks. */
export const agreement = { yes: flag("-y, --yes", "go on without the question") };

/** Of the commands that make a run on a host. */
export const armed = {
  ...agreement,
  confirmTimeout: word<number>({
    spelled: "--confirm-timeout <time>",
    text: "roll back unless confirmed within this time after the apply: 90 (seconds), 2m, 1h",
    parse: time(10, 86_400),
    initial: 120,
  }),
};

/** Throws commander's InvalidArgumentError. */
function someHosts(typed: string): number {
  if (!/^[1-9]\d{0,3}$/.test(typed))
    throw new InvalidArgumentError("It must be a number of hosts, from 1 to 9999.");
  return Number(typed);
}

/** Of the commands that may restart what containers run in. */
export const stopping = {
  stopContainers: flag(
    "--stop-containers",
    "also where a restart of the engine stops containers that were run with --rm, which go with their data",
  ),
};

/** Beside {@link targets}. */
export const limited = {
  atOnce: word<number | undefined>({
    spelled: "--at-once <number>",
    text: "hosts that are in work at one time, 10 where this is left out",
    parse: someHosts,
  }),
  limit: list(
    "--limit <target>",
    "of the targets only these hosts and @groups (may be repeated)",
    severalOf("hosts"),
  ),
};

/** What of a report is told. */
export const keptOf = ({
  quiet,
  failedOnly,
}: {
  readonly quiet?: boolean | undefined;
  readonly failedOnly?: boolean | undefined;
}) => ({ quiet: quiet === true, failedOnly: quiet === true || failedOnly === true });

export const targets = {
  targets: word<readonly string[]>({
    spelled: "[target...]",
    values: { lists: ["hosts"] },
    text: "user@host:port, a Host alias of ~/.ssh/config, or @group of harden.yaml; none: all hosts of harden.yaml, without one this machine",
    parse: (typed, before = []) => [...before, withoutPassword(typed)],
  }),
};

/** One host, and a run of it. */
export const targetAndRun = {
  target: word<string | undefined>({
    spelled: "[target]",
    values: { lists: ["hosts"] },
    text: "user@host:port or a Host alias; none: this machine",
    parse: withoutPassword,
  }),
  run: value("[run]", "id of a run, as `harden runs` lists it"),
};

/** What every run is called that this tool has made. */
export const runForm = /^\d{8}-\d{6}-[0-9a-f]{8}$/;

/** A single word that looks like a run is a run of this machine. */
export function whichRun({ target, run }: Given<typeof targetAndRun>): { target?: string; run?: string } {
  if (run === undefined && target !== undefined && runForm.test(target)) return { run: target };
  return { ...(target === undefined ? {} : { target }), ...(run === undefined ? {} : { run }) };
}
