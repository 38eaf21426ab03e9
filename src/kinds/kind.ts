/**
 * A kind: one primitive of a host, such as a file or a live kernel value, with all that anybody needs to know of it.
 * `NAME.ts` beside `NAME.sh`, and a line in `index.ts`; planner, journal, manifest, script and runtime are loops over
 * that table.
 */
import type { FindingRecord } from "../checks/finding.ts";
import type { HostFacts } from "../facts/host.ts";
import type { Fact, Facts, Probe } from "../facts/probe.ts";
import type { CheckStep } from "./checks.ts";

export const actions = [
  ...(["create", "update", "delete", "install", "purge", "enable"] as const),
  ...(["disable", "reload", "restart", "start", "stop", "load"] as const),
] as const;
export type Action = (typeof actions)[number];

/** When a change takes hold, and what it disturbs. */
export type Effect = "now" | "reload" | "restart" | "reboot";

/** The order in which the runtime works. Kernel values come behind what sets some of them, too: see `writes`. */
export const stages = ["prepare", "files", "checks", "services", "access", "kernel", "finalize"] as const;
export type Stage = (typeof stages)[number];

/** What the host runtime is told to do: data only. Each step is one generated line with a verb and quoted words. */
export interface StepData {
  readonly verb: string;
}

/** Whose a changed thing is from now on; the manifest keeps it with the original. */
export interface Owner {
  readonly control: string;
  readonly address: string;
}

/** A change without what the planner knows: whose it is, and its address. */
export interface Draft<S> {
  readonly action: Action;
  /** One line each for a person: a live value, a mode, a version; absent where there is nothing. */
  readonly before?: string;
  readonly after?: string;
  /** Unified diff of text content. */
  readonly diff?: string;
  /** Lines for a person, each with its own mark (+ - ~): what a file's difference means. */
  readonly details?: readonly string[];
  /** In place of the claim's own. */
  readonly reason?: string;
  readonly effect: Effect;
  /**
   * Set where a package comes first: facts are read again after it is there, and the change must then turn out
   * as announced: with the very same `after` ("exact"), or at least at this address ("address").
   */
  readonly afterInstall?: "exact" | "address";
  readonly undo: "full" | "best effort" | "none";
  readonly stage: Stage;
  /** A user of the host owns the thing and may change it at any time: a run's proof does not depend on it. */
  readonly fleeting?: true;
  readonly steps: readonly S[];
}

export type ChangeOutcome<S> =
  | { readonly kind: "same" }
  | { readonly kind: "change"; readonly draft: Draft<S> }
  /** Can't be changed safely, or can't be told: a finding that blocks. */
  | { readonly kind: "blocked"; readonly why: string; readonly hint?: string };

export const same = { kind: "same" } as const;
export const change = <S>(draft: Draft<S>): ChangeOutcome<S> => ({ kind: "change", draft });
export const blocked = (why: string, hint?: string): ChangeOutcome<never> => ({
  kind: "blocked",
  why,
  ...(hint === undefined ? {} : { hint }),
});

/** An entry of the manifest; `run` holds the original. */
export interface OwnedThing {
  readonly address: string;
  readonly control: string;
  readonly run: string;
  readonly undo: { readonly kind: string };
}

/** Two controls want what can't both be. */
export interface Conflict {
  readonly controls: readonly [string, string];
  readonly why: string;
}

export interface DiffInput<R> {
  readonly control: string;
  readonly resource: R;
  /** What is ours on the host, and the controls that are switched off. */
  readonly owned: readonly OwnedThing[];
  readonly off: ReadonlySet<string>;
  /** What a change disturbs, where the claim says so. */
  readonly effect?: Effect;
  readonly facts: Facts;
  readonly host: HostFacts;
  /** A package of the same control is still to be installed. */
  readonly installing: boolean;
  /** `KIND:ADDRESS` of what changes in this plan, of the kinds before this one. */
  readonly changed: ReadonlySet<string>;
}

/** One line of a run's journal; `before` and `after` are the kind's own words for a state. */
export interface JournalEntry {
  readonly verb: string;
  readonly object: string;
  readonly before: string;
  readonly after: string;
  /** Number of the backup in the run's folder, where there is one. */
  readonly backup?: number;
}

/** What somebody has changed meanwhile. */
export interface Since {
  readonly kind: "since";
  readonly what: string;
  /** In which way, where that is known: goes on a sentence. */
  readonly how?: string;
  readonly isGone?: true;
  /** What to do, so that the run can be undone. */
  readonly hint?: string;
}

/** What gives one thing back: a change, nothing to do, or why not. */
export type Undoing<S> = ChangeOutcome<S> | Since;
export const since = (what: string): Since => ({ kind: "since", what });

/** `U`: how one thing was before a run, and what the run made of it where that is known. */
export interface UndoRules<S, U> {
  /** The journal's words for what is undone here, as the shell writes them. */
  readonly words: readonly string[];
  /** From all lines of a run on one thing, the first and the last telling the most. Undefined: nothing to undo. */
  readonly fromJournal: (lines: readonly [JournalEntry, ...JournalEntry[]], run: string) => U | undefined;
  /** From the manifest's words after the kind's name; `run` is the one that took it over. */
  readonly fromManifest: (words: readonly string[], run: string) => U;
  /** One thing that two runs have changed, undone at once: undefined where somebody has changed it in between. */
  readonly join: (older: U, newer: U) => U | undefined;
  /** What must be read to undo it. */
  readonly probes: (undo: U) => readonly Probe<unknown>[];
  /** `release`: it ends an ownership, so there is a step for what is back already, too. */
  readonly changes: (undo: U, facts: Facts, release: boolean) => Undoing<S>;
  /** What it gives back of a file, where that is known: empty where the file goes. */
  readonly content?: (
    undo: U,
    facts: Facts,
  ) => { readonly path: string; readonly content: Buffer } | undefined;
  /** What of it can be looked at after an undo; undefined where no fact tells. */
  readonly lookBack: (undo: U) => U | undefined;
  /** Names of kinds that are undone before it, besides those that write its things. */
  readonly after: readonly string[];
  /** Which of two lines on the host is undone first; one that was written later, unless it says so. */
  readonly replay?: "forwards";
  /**
   * After a lost power: "early" before services start, "late" when they have, "by itself" where a boot forgets it.
   * Early kinds are undone before all others at any time, with one daemon-reload behind them.
   */
  readonly atBoot: "early" | "late" | "by itself";
  /** Its undo needs the homes of the run's accounts: of what is in them, or to tell whose account it is. */
  readonly byHomes?: true;
}

export const lastingRecord: FindingRecord = {
  id: "undo.lasting",
  level: "warn",
  about: "What a run has done can't be undone by a rollback",
};

/** A journal's word that no rollback can undo. */
export interface Lasting {
  readonly record: FindingRecord;
  readonly message: (line: JournalEntry, run: { readonly id: string }) => string;
  readonly hint: string;
  /** Whether it doesn't matter, as what these older lines did is undone, too. */
  readonly moot?: (line: JournalEntry, older: readonly JournalEntry[]) => boolean;
}

/** Whether a resource is so on a host, or why that can't be told. */
export interface Held {
  readonly so: boolean | "unknown" | "unsupported";
  readonly expected: string;
  readonly found: string;
}

/** What one fact says of it: what is not there is not so. */
export function heldBy<T>(
  fact: Fact<T>,
  expected: string,
  judge: (value: T) => Pick<Held, "so" | "found">,
): Held {
  if (fact.state === "present") return { expected, ...judge(fact.value) };
  return fact.state === "absent"
    ? { expected, so: false, found: "not there" }
    : { expected, so: fact.state, found: fact.why };
}

export interface Named {
  readonly name: string;
  readonly draft: Draft<unknown>;
}

/** Such as one value for each network interface. */
export interface Together {
  /** Equal for those that are read as one; undefined: by itself. */
  readonly key: (named: Named) => string | undefined;
  /** At most a line, as `line` of one. */
  readonly line: (all: readonly [Named, ...Named[]]) => string;
}

export interface Kind<R extends { readonly kind: string }, S extends StepData, U> {
  readonly name: R["kind"];
  /** With the kind's name before it, equal for claims on the same thing. */
  readonly address: (resource: R) => string;
  /** Where one thing is many controls': what all of them want of it. Left out: only equal claims can stand together. */
  readonly compose?: (
    wanted: readonly { readonly control: string; readonly resource: R }[],
  ) => R | readonly Conflict[];
  /** What `diff` reads, where a control can name the resource before the facts are there. */
  readonly probes?: (resource: R) => readonly Probe<unknown>[];
  readonly diff: (input: DiffInput<R>) => ChangeOutcome<S | CheckStep>;
  /** By the effective state, where a fact tells it: what a file says is none. */
  readonly holds?: (resource: R, read: <T>(probe: Probe<T>) => Fact<T>) => Held;
  /** What changes, for a person: at most a line, without the mark of its action. */
  readonly line: (draft: Draft<unknown>, address: string) => string;
  /** Where a person reads several as one. */
  readonly together?: Together;
  /** Its steps say themselves what becomes ours; else the first one makes the whole thing ours. */
  readonly ownsByStep?: true;
  /** By verb: a step's words on its data line. */
  readonly words: { readonly [V in S["verb"]]: (step: Extract<S, { verb: V }>) => readonly string[] };
  /** Names of kinds whose things its steps and its undo set, too: those are set, and undone, behind it. */
  readonly writes?: readonly string[];
  readonly undo?: UndoRules<S, U>;
  readonly lasting?: Readonly<Record<string, Lasting>>;
  /** Units that read at boot what the kind sets: a rollback at boot comes before them. */
  readonly readAtBootBy?: readonly string[];
  /**
   * `NAME.sh`: preflight_VERB, snapshot_VERB and apply_VERB of each step, undo_NAME, and hooks (host/runtime.ts); behind them
   * a part that begins with `# collect_`, for a collector of its own, and one that begins with `# state_`, for tests.
   */
  readonly shell: readonly string[];
}

/** `net.ipv4.tcp_syncookies 0 → 1`: the line of a kind that has one value before and after. */
export const valueLine = ({ before, after }: Draft<unknown>, address: string): string =>
  [address, [before, after].filter((each) => each !== undefined).join(" → ")].filter(Boolean).join(" ");

/** Types a kind by its own resource, step and undo. */
export const defineKind = <R extends { readonly kind: string }, S extends StepData, U>(
  kind: Kind<R, S, U>,
): Kind<R, S, U> => kind;
