/** The rules that `sudo -l` prints: as whom sudo(8) runs which program, until when, and whether it asks for a password. Pure. */
import { pathMatcher } from "../glob.ts";
import type { Frame } from "./frames.ts";
import { type SudoSettings, settingsIn, unquoted } from "./sudo-settings.ts";

/** What sudo says of a user's shell of root: until when it runs it, in seconds since 1970, and whether it asks for a password. */
export interface Shell {
  /** -Infinity where it doesn't run it, or not yet. */
  readonly until: number;
  readonly asks: boolean;
}

/** As whom a rule runs its commands, as `(root, deploy : adm)`. */
interface RunAs {
  readonly users: string;
  readonly groups: string;
}

/** Whether a rule concerns those as whom a command is to run. */
export type RunAsTarget = (runAs: RunAs) => boolean;

/** A command in a rule of `sudo -l`, such as `(ALL : ALL) NOPASSWD: ALL`, with what the words before it say. */
interface Command {
  readonly name: string;
  readonly runAs: RunAs;
  readonly refused: boolean;
  readonly options: Options;
}

interface Options {
  /** The last moment of NOTAFTER. */
  readonly until?: number;
  /** NOTBEFORE. */
  readonly later?: true;
  /** PASSWD or NOPASSWD; undefined where the defaults say it. */
  readonly asks?: boolean;
}

/** Words of a list; a comma of a word itself is escaped. */
const words = (list: string) => list.split(/(?<!\\),/).map((word) => word.trim());

function optionsIn(text: string): Options {
  const [, year, month, day] = /\bNOTAFTER=(\d{4})(\d\d)(\d\d)/.exec(text) ?? [];
  const tag = /\b(NO)?PASSWD:/.exec(text);
  return {
    ...(year === undefined ? {} : { until: Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000 }),
    ...(/\bNOTBEFORE=/.test(text) ? { later: true as const } : {}),
    ...(tag === null ? {} : { asks: tag[1] === undefined }),
  };
}

/** Whether a list of users or groups has one of these names: the last word that names it counts. */
const has = (list: string, names: ReadonlySet<string>) =>
  words(list)
    .findLast((word) => names.has(word.replace(/^!/, "")))
    ?.startsWith("!") === false;

/** The user of these names, such as `deploy`, `#1001` and `%adm`. */
export function asUser(names: readonly string[]): RunAsTarget {
  const all = new Set(["ALL", ...names]);
  return ({ users }) => has(users, all);
}

/** One of these groups. */
export function asGroup(names: readonly string[]): RunAsTarget {
  const all = new Set(["ALL", ...names]);
  return ({ groups }) => has(groups, all);
}

export const asRootUser = asUser(["root", "%root", "#0", "%#0"]);

/** Options carry on to the next commands of a rule. */
function commandsOf(rule: string): readonly Command[] {
  const [, runAs = "", list = ""] = /^\s+\(([^)]*)\)(.*)/s.exec(rule) ?? [];
  const [users = "", groups = ""] = runAs.split(" : ");
  let options: Options = {};
  return words(list).map((word) => {
    const [, own = "", not, name = ""] = /^((?:[A-Z_]+(?:=\S+|:)\s+)*)(!?)(.*)/s.exec(word) ?? [];
    options = { ...options, ...optionsIn(own) };
    return { name, runAs: { users, groups }, refused: not === "!", options };
  });
}

/** A program by its paths. */
export type Paths = readonly string[];

/** Whether a command is this program with any arguments: by ALL, its path, its folder or a glob. */
function isProgram(name: string, paths: Paths): boolean {
  if (name === "ALL" || paths.includes(name)) return true;
  if (!name.startsWith("/")) return false;
  const fits = pathMatcher(name);
  return paths.some((path) => name === path.replace(/[^/]*$/, "") || fits(path));
}

/** Whether it may be it: with some arguments, by a digest, or by a regular expression. */
function mayBeProgram(name: string, paths: Paths) {
  const [path = ""] = name.replace(/^sha\d+:\S+ /, "").split(" ");
  return isProgram(path, paths) || path.startsWith("^");
}

/** What it is after one more command, of which the last counts. A refusal counts whatever time it is for. */
function after(
  shell: Shell,
  { name, refused, options }: Command,
  { asks, paths }: { asks: boolean; paths: Paths },
): Shell {
  if (refused) return mayBeProgram(name, paths) ? { ...shell, until: Number.NEGATIVE_INFINITY } : shell;
  if (!isProgram(name, paths) || options.later) return shell;
  return {
    until: Math.max(shell.until, options.until ?? Number.POSITIVE_INFINITY),
    asks: options.asks ?? asks,
  };
}

/** `>` or `!` of a part such as `Defaults>root …`; nothing of users and hosts. */
const kindOf = (part: string) => /^Defaults([>!])/.exec(part)?.[1] ?? "";

/** Whether `Defaults>root …` or `Defaults!/bin/sh …` concerns the program as the target; those of everybody do. */
function concerns(part: string, paths: Paths, target: RunAsTarget): boolean {
  const after = part.slice("Defaults>".length);
  switch (kindOf(part)) {
    case ">":
      return target({ users: /^(?:\S+, )*\S+/.exec(after)?.[0] ?? "", groups: "" });
    case "!":
      // A command has arguments by an alias, with blanks: each word may be one.
      return after.split(/[\s,]+/).some((word) => mayBeProgram(word, paths));
    default:
      return true;
  }
}

/**
 * The settings for the program as the target: of users and hosts, of targets, and of commands. sudo goes by the order of its files,
 * which `sudo -l` doesn't tell of different ones.
 */
export function settingsOf(
  { defaults }: Listing,
  paths: Paths,
  target: RunAsTarget,
): readonly SudoSettings[] {
  const ofSettings = defaults.split("\n").filter((line) => /^\s/.test(line));
  const parts = unquoted(ofSettings.join("\n"))
    .split(/(?=\bDefaults[>!])/)
    .filter((part) => concerns(part, paths, target));
  return ["", ">", "!"].map((kind) => settingsIn(parts.filter((part) => kindOf(part) === kind).join(" ")));
}

/** What sudo says of a user. */
export interface Listing {
  /** The text of the defaults. */
  readonly defaults: string;
  readonly commands: readonly Command[];
}

/** By name, what sudo says; undefined where it allows nothing. */
export const listingsOf = (
  frames: readonly Frame[],
  kind: string,
): readonly (readonly [string, Listing | undefined])[] =>
  frames
    .filter(({ word }) => word === kind)
    .map(({ rest, content }) => {
      const text = content.toString("utf8");
      const allowed = /may run the following commands[^\n]*\n/.exec(text);
      if (allowed === null) return [rest, undefined];
      const rules = text.slice(allowed.index + allowed[0].length).split("\n");
      return [rest, { defaults: text.slice(0, allowed.index), commands: rules.flatMap(commandsOf) }];
    });

/** Whether it lets the user of these names, such as `deploy` and `%adm`, run this program as that target. */
export function shellIn(
  listing: Listing,
  { paths, target, names = [] }: { paths: Paths; target: RunAsTarget; names?: readonly string[] },
): Shell {
  const settings = settingsOf(listing, paths, target);
  const asks = settings.every((of) => of.get("authenticate") !== false);
  const shell = listing.commands
    .filter(({ runAs }) => target(runAs))
    .reduce((shell, each) => after(shell, each, { asks, paths }), {
      until: Number.NEGATIVE_INFINITY,
      asks,
    });
  // Whatever a rule says.
  const isExempt = settings.some((of) => names.includes(`%${of.get("exempt_group")}`));
  return { ...shell, asks: shell.asks && !isExempt };
}

/** The program of a command, without its arguments. */
export const programOf = (name: string) => /^(?:\\.|[^ \\])*/.exec(name)![0];
