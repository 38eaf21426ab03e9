/** A command as data: its words, what it takes, and what it gives. */
import type { Next } from "../next.ts";
import type { LoadOptions } from "../profile/load.ts";
import type { Project } from "../project/project.ts";
import type { Page } from "../reports/page.ts";
import type { Judged } from "../results/verdict.ts";
import type { Ports } from "../run/ports.ts";
import type { Given, ReachWords, Words } from "./words.ts";

/** A word of the command line that has a help; without more than that it is a group, such as `profile`. */
export interface Described {
  /** As it is typed after `harden`; `runs prune` stands below `runs`. */
  readonly words: string;
  readonly summary: string;
}

export interface Command extends Described {
  /** In the order in which they are typed. */
  readonly arguments: Words;
  /** In the order of the help. */
  readonly options: Words;
  /** Loads what it needs, works, and prints nothing. Throws HardenError. */
  readonly run: (line: Line, outside: Outside) => Promise<Shown>;
}

/** What was typed. */
export interface Line<W extends Words = Words> {
  readonly given: Given<W>;
  /** The names of the options that somebody has written; the others have their initial value. */
  readonly typed: ReadonlySet<string>;
}

/** What a command may do to hosts, and so what an interrupt or an end that nobody planned leaves behind. */
export type Changes =
  | "nothing"
  /** By one request, which is done or not when a link is lost. */
  | "at once"
  /** By a run, which an interrupt rolls back. */
  | "by a run"
  /** Nothing but this machine's engine, and only what is taken away again, after an interrupt too. */
  | "by a try";

/** What is known of a command before it has read its input. */
export interface About {
  readonly targets: readonly string[];
  readonly next: Next;
  /** The command that asks nothing. */
  readonly unasked: string;
}

/** What is asked, and what is told beside the report. */
interface Telling {
  readonly yes?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** The process around a command. */
export interface Outside {
  readonly version: string;
  /** What runs harden: a program's absolute path, and what belongs to it, each a word. */
  readonly self: readonly string[];
  /** Of stdout, and of where `say` says it. */
  readonly page: Page;
  readonly sidePage: Page;
  /** The ways to hosts; the log is open before any is reached. */
  readonly ports: (reach: ReachWords & Telling, about: About) => Promise<Ports>;
  /** Where profiles are looked for. Throws HardenError `usage` where the folder is gone. */
  readonly places: () => Promise<LoadOptions>;
  /** That of the folder, where there is one. Throws HardenError `profile` with all that is wrong in it. */
  readonly project: () => Promise<Project | undefined>;
  /** As of the ports, for what is no host's. `unasked`: the command that asks nothing. */
  readonly ask: (question: string, unasked: string) => Promise<boolean>;
  /** Undefined where there is nobody to ask. */
  readonly askSecret: (question: string) => Promise<string | undefined>;
  /** What is piped in, where `-` stands for a `what`, such as a profile. Throws HardenError `usage`: only one can have it. */
  readonly piped: (what: string) => Promise<Uint8Array>;
  /** Whether a file could be written, which leaves it as it is. Throws HardenError `usage`. */
  readonly checkSavable: (file: Pick<Saved, "path" | "what">) => Promise<void>;
  /** Says something to the person who waits, beside what the command gives. */
  readonly say: (text: string) => void;
  /** Of the process: see {@link Changes}. */
  readonly interrupted: AbortSignal;
  /** Called when all input is read, before the first host may change. */
  readonly begin: (changes: Changes) => void;
}

/** What a command gives: for stdout, for stderr, for a file, and the process's exit status. */
export interface Shown {
  readonly out: string;
  readonly errors: readonly string[];
  readonly status: number;
  /** How it ended for each host: the end of the log. */
  readonly hosts: readonly Judged<unknown>[];
  /** Saved when `out` is written. */
  readonly file?: Saved | undefined;
  /** Called last: whatever comes of it changes no status. */
  readonly webhook?: Call | undefined;
}

/** What is posted as JSON. */
export interface Call {
  /** A secret: it is shown nowhere. */
  readonly url: string;
  /** The file that it is from, which stands for it in what is told. */
  readonly file: string;
  readonly body: string;
}

/** A file, and what is told of it to the person who waits. */
export interface Saved {
  readonly path: string;
  /** Such as `plan`. */
  readonly what: string;
  /** Left out where there is nothing to save: what the file had stays. */
  readonly text?: string;
  readonly said: string;
}
