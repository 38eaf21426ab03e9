/** Probes of sudo(8): whom it makes root, until when, and whether it asks for a password. */
import { pathMatcher } from "../glob.ts";
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

/** Whether sudo(8) lets a user become root with any command; `limited` is anything less. */
export type Sudo = "all" | "limited" | "none";

/** What sudo says of a user's shell of root: until when it runs it, in seconds since 1970, and whether it asks for a password. */
interface Shell {
  /** -Infinity where it doesn't run it, or not yet. */
  readonly until: number;
  readonly asks: boolean;
}

/** A command in a rule of `sudo -l`, such as `(ALL : ALL) NOPASSWD: ALL`, with what the words before it say. */
interface Command {
  readonly name: string;
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

/** Whether a list of users has root: the last word that names it counts. */
const hasRoot = (users: string) =>
  words(users)
    .findLast((word) => /^!?(ALL|%?root|%?#0)$/.test(word))
    ?.startsWith("!") === false;

/** Options carry on to the next commands of a rule. */
function commandsOf(rule: string): readonly Command[] {
  const [, runAs = "", list = ""] = /^\s+\(([^)]*)\)(.*)/s.exec(rule) ?? [];
  if (!hasRoot(runAs.split(" : ")[0]!)) return [];
  let options: Options = {};
  return words(list).map((word) => {
    const [, own = "", not, name = ""] = /^((?:[A-Z_]+(?:=\S+|:)\s+)*)(!?)(.*)/s.exec(word) ?? [];
    options = { ...options, ...optionsIn(own) };
    return { name, refused: not === "!", options };
  });
}

/** Programs by which who runs them as root does anything as root; the first is what a run of harden's starts. */
const shells = [
  ...["sh", "bash", "dash", "rbash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "busybox"],
  ...["su", "env", "python3", "perl", "sudo", "chroot", "nsenter", "setpriv", "runuser", "systemd-run"],
].map((name) => ["/bin", "/usr/bin", "/sbin", "/usr/sbin"].map((folder) => `${folder}/${name}`));

type Paths = readonly string[];

/** Whether a command is this program with any arguments: by ALL, its path, its folder or a glob. */
const isProgram = (name: string, paths: Paths) =>
  name === "ALL" ||
  paths.some(
    (path) => name === path.replace(/[^/]*$/, "") || (name.startsWith("/") && pathMatcher(name)(path)),
  );

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

/** Whether `Defaults>root …` or `Defaults!/bin/sh …` concerns root's shell; those of everybody do. */
function concerns(defaults: string, paths: Paths): boolean {
  const [, kind, list = ""] = /^Defaults([>!])((?:\S+, )*\S+)/.exec(defaults) ?? [];
  if (kind === ">") return hasRoot(list);
  return kind === undefined || words(list).some((word) => mayBeProgram(word, paths));
}

/** The last one counts; texts may have the word, too. */
function asksByDefault(defaults: string, paths: Paths): boolean {
  const parts = defaults.replace(/"[^"]*"/g, '""').split(/(?=\bDefaults[>!])/);
  const last = [
    ...parts
      .filter((each) => concerns(each, paths))
      .join("")
      .matchAll(/(?<=[\s,])(!?)authenticate\b/g),
  ].at(-1);
  return last?.[1] !== "!";
}

/** By name, what sudo says of each of root's shells; none where sudo allows it nothing. */
const shellsOf = (
  data: Buffer,
): readonly (readonly [string, readonly (Shell & { readonly path: string })[]])[] =>
  innerFrames(data).map(({ rest, content }) => {
    const text = content.toString("utf8");
    const allowed = /may run the following commands[^\n]*\n/.exec(text);
    if (allowed === null) return [rest, []];
    const defaults = text.slice(0, allowed.index);
    const commands = text
      .slice(allowed.index + allowed[0].length)
      .split("\n")
      .flatMap(commandsOf);
    const all = shells.map((paths) => {
      const asks = asksByDefault(defaults, paths);
      const none: Shell = { until: Number.NEGATIVE_INFINITY, asks };
      return {
        path: paths[0]!,
        ...commands.reduce((shell, each) => after(shell, each, { asks, paths }), none),
      };
    });
    return [rest, all];
  });

const asked = (names: readonly string[]) =>
  ({ collector: "sudo", args: [...new Set(names)] }) satisfies Partial<Probe<unknown>>;

/** By name; `*` asks for the local accounts. What ends some day is `limited`. Absent where sudo is not installed. */
export const sudo = (names: readonly string[]): Probe<ReadonlyMap<string, Sudo>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      shellsOf(data).map(([name, [shell]]) => {
        if (shell === undefined) return [name, "none"];
        return [name, shell.until === Number.POSITIVE_INFINITY ? "all" : "limited"];
      }),
    ),
});

/** Whom sudo(8) asks for no password before a shell of root, and which: /bin/sh where that is one of them. */
export const sudoUnasked = (names: readonly string[]): Probe<ReadonlyMap<string, string>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      shellsOf(data).flatMap(([name, all]) => {
        const first = all.find(({ asks, until }) => !asks && until !== Number.NEGATIVE_INFINITY);
        return first === undefined ? [] : [[name, first.path] as const];
      }),
    ),
});

/** The day on which sudo(8) makes a login root for the last time, in seconds since 1970, of those that have one: NOTAFTER. */
export const sudoEnds = (names: readonly string[]): Probe<ReadonlyMap<string, number>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      shellsOf(data).flatMap(([name, [shell]]) =>
        shell !== undefined && Number.isFinite(shell.until) ? [[name, shell.until]] : [],
      ),
    ),
});
