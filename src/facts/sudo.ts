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

type Paths = readonly string[];

const programs = (folders: Paths, names: Paths): readonly Paths[] =>
  names.map((name) => folders.map((folder) => `${folder}/${name}`));

/** What a run of harden's starts. */
const shellOfRuns: Paths = ["/bin/sh", "/usr/bin/sh"];

/** Each program by which who runs it as root does anything as root, by its paths. */
const shells: readonly Paths[] = [
  shellOfRuns,
  ...programs(
    ["/bin", "/usr/bin"],
    [
      ...["bash", "dash", "rbash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "busybox"],
      ...["su", "env", "python3", "perl", "sudo", "nsenter", "setpriv", "systemd-run"],
    ],
  ),
  ...programs(["/sbin", "/usr/sbin"], ["chroot", "runuser"]),
];

/** Whether a command is this program with any arguments: by ALL, its path, its folder or a glob. */
function isProgram(name: string, paths: Paths): boolean {
  if (name === "ALL" || !name.startsWith("/")) return name === "ALL";
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

interface Listing {
  /** The text of the defaults. */
  readonly defaults: string;
  readonly commands: readonly Command[];
}

/** By name, what sudo says; undefined where it allows nothing. */
const listingsOf = (data: Buffer): readonly (readonly [string, Listing | undefined])[] =>
  innerFrames(data).map(({ rest, content }) => {
    const text = content.toString("utf8");
    const allowed = /may run the following commands[^\n]*\n/.exec(text);
    if (allowed === null) return [rest, undefined];
    const rules = text.slice(allowed.index + allowed[0].length).split("\n");
    return [rest, { defaults: text.slice(0, allowed.index), commands: rules.flatMap(commandsOf) }];
  });

function shellIn({ defaults, commands }: Listing, paths: Paths): Shell {
  const asks = asksByDefault(defaults, paths);
  const none: Shell = { until: Number.NEGATIVE_INFINITY, asks };
  return commands.reduce((shell, each) => after(shell, each, { asks, paths }), none);
}

const asked = (names: readonly string[]) =>
  ({ collector: "sudo", args: [...new Set(names)] }) satisfies Partial<Probe<unknown>>;

/** By name; `*` asks for the local accounts. What ends some day is `limited`. Absent where sudo is not installed. */
export const sudo = (names: readonly string[]): Probe<ReadonlyMap<string, Sudo>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      listingsOf(data).map(([name, listing]) => {
        if (listing === undefined) return [name, "none"];
        const { until } = shellIn(listing, shellOfRuns);
        return [name, until === Number.POSITIVE_INFINITY ? "all" : "limited"];
      }),
    ),
});

/** Whom sudo(8) asks for no password before a shell of root, and which: /bin/sh where that is one of them. */
export const sudoUnasked = (names: readonly string[]): Probe<ReadonlyMap<string, string>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      listingsOf(data).flatMap(([name, listing]) => {
        if (listing === undefined) return [];
        const isUnasked = (paths: Paths) => {
          const { asks, until } = shellIn(listing, paths);
          return !asks && until !== Number.NEGATIVE_INFINITY;
        };
        const first = shells.find(isUnasked);
        return first === undefined ? [] : [[name, first[0]!] as const];
      }),
    ),
});

/** The day on which sudo(8) makes a login root for the last time, in seconds since 1970, of those that have one: NOTAFTER. */
export const sudoEnds = (names: readonly string[]): Probe<ReadonlyMap<string, number>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      listingsOf(data).flatMap(([name, listing]) => {
        const until = listing === undefined ? Number.NaN : shellIn(listing, shellOfRuns).until;
        return Number.isFinite(until) ? [[name, until] as const] : [];
      }),
    ),
});
