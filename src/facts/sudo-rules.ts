/** The rules that `sudo -l` prints: as whom sudo(8) runs which program, until when, and whether it asks for a password. Pure. */
import { pathMatcher } from "../glob.ts";
import type { Frame } from "./frames.ts";

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
export type Target = (runAs: RunAs) => boolean;

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
export function asUser(names: readonly string[]): Target {
  const all = new Set(["ALL", ...names]);
  return ({ users }) => has(users, all);
}

/** One of these groups. */
export function asGroup(names: readonly string[]): Target {
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

/** Whether `Defaults>root …` or `Defaults!/bin/sh …` concerns the program as the target; those of everybody do. */
function concerns(defaults: string, paths: Paths, target: Target): boolean {
  const [, kind, list = ""] = /^Defaults([>!])((?:\S+, )*\S+)/.exec(defaults) ?? [];
  if (kind === ">") return target({ users: list, groups: "" });
  return kind === undefined || words(list).some((word) => mayBeProgram(word, paths));
}

/** The last one counts; texts may have the word, too. */
function asksByDefault(defaults: string, paths: Paths, target: Target): boolean {
  const parts = defaults.replace(/"[^"]*"/g, '""').split(/(?=\bDefaults[>!])/);
  const last = [
    ...parts
      .filter((each) => concerns(each, paths, target))
      .join("")
      .matchAll(/(?<=[\s,])(!?)authenticate\b/g),
  ].at(-1);
  return last?.[1] !== "!";
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

/** Whether it lets the user run this program as that target. */
export function shellIn({ defaults, commands }: Listing, paths: Paths, target: Target): Shell {
  const asks = asksByDefault(defaults, paths, target);
  const none: Shell = { until: Number.NEGATIVE_INFINITY, asks };
  return commands
    .filter(({ runAs }) => target(runAs))
    .reduce((shell, each) => after(shell, each, { asks, paths }), none);
}

/** The program of a command, without its arguments. */
export const programOf = (name: string) => /^(?:\\.|[^ \\])*/.exec(name)![0];
