/** A control: one hardening concern, from the profile's section to claims, guards and checks. All pure. */
import type { z } from "zod";
import type { Check, HostRecord, Verdict } from "../checks/check.ts";
import type { Finding, FindingRecord } from "../checks/finding.ts";
import type { HostFacts } from "../facts/host.ts";
import type { Probes, Read } from "../facts/probe.ts";
import type { Visit } from "../facts/sshd.ts";
import { lazy } from "../once.ts";
import type { Access } from "./access.ts";
import type { Claim } from "./claim.ts";
import type { Change } from "./plan.ts";

/** One of several things that a check is about: it is told, and may be waived, by itself. */
export interface Part {
  /** Empty for what is about all of them. */
  readonly object: string;
  readonly verdict: Exclude<Verdict, "pass" | "not applicable">;
  readonly found: string;
  /** What to do about it, where the check knows better than its verdict and role tell: one sentence. */
  readonly remedy?: string;
}

export interface CheckResult {
  readonly verdict: Verdict;
  readonly expected: string;
  /** All that was found, in one line. */
  readonly found: string;
  /** All that doesn't hold, each by itself: a part left out could hide behind the waiver of another. */
  readonly parts?: readonly Part[];
  /**
   * Of a "proof or audit": what was found here is somebody else's, and no change of the plan could alter it. Of an
   * "audit or advice": the profile wants it told only.
   */
  readonly role?: "audit" | "advice";
  /** As of a part. */
  readonly remedy?: string;
  /** Where what is checked depends on the parameters: says which, in place of the check's own title. */
  readonly title?: string;
  /** It fails, and what will make it pass is in place but still to come: no reason to roll back. */
  readonly pending?: "finalize" | "reboot";
}

/** What a control is given: its section of the profile, and what was read of one host. */
export interface Seen<Params, P extends Probes> {
  readonly params: Params;
  readonly facts: Read<P>;
  readonly access: Access;
  readonly host: HostFacts;
  /** When the host was asked, by the controller's clock in ms since 1970; undefined in a plan, which goes by no clock. */
  readonly askedAt?: number | undefined;
}

/**
 * The same with what the control derives from it, once, when somebody first asks: `undefined` where it derives nothing.
 * A class so that `{ ...input, facts }` has no view any more, in place of one of other facts.
 */
export class Input<Params, P extends Probes, V = undefined> implements Seen<Params, P> {
  readonly params: Params;
  readonly facts: Read<P>;
  readonly access: Access;
  readonly host: HostFacts;
  readonly askedAt: number | undefined;
  readonly #view: () => V;

  constructor({ view }: Pick<Control<Params, P, V>, "view">, seen: Seen<Params, P>) {
    this.params = seen.params;
    this.facts = seen.facts;
    this.access = seen.access;
    this.host = seen.host;
    this.askedAt = seen.askedAt;
    this.#view = lazy(() => view?.(seen) as V);
  }

  get view(): V {
    return this.#view();
  }
}

/** Left out of a run's results is an error, not a silence: every check of an enabled control gives a verdict. */
export interface ControlCheck<Params, P extends Probes, V = undefined>
  extends HostRecord,
    Check<Input<Params, P, V>, CheckResult> {
  /** Facts that must be present; any other state gives the verdict error or not applicable by itself. */
  readonly needs: readonly (keyof P & string)[];
  /** Paths that it is about, beyond those that its control reads and writes: it passes on while their storage does. */
  readonly keptAt?: (input: Input<Params, P, V>) => readonly string[];
}

/** What one confirmed run has made of a file. */
export interface Rewrite {
  readonly run: string;
  /** As it found it, empty where there was none; undefined where that can't be read any more. */
  readonly before: Buffer | undefined;
  /** As it left it; undefined where somebody has changed it before the next run, or since the last one. */
  readonly after?: Buffer;
}

/** The files of a control from before they became ours until now. */
export interface Past {
  /** Undefined where there was none, or it could not be read. */
  readonly original: (path: string) => Buffer | undefined;
  /** By runs in force, oldest first, from the one that made it ours. */
  readonly rewrites: (path: string) => readonly Rewrite[];
}

export interface Released {
  readonly claims: readonly Claim[];
  /** What can't be given back. */
  readonly findings: readonly Finding[];
}

/** What a rollback gives back. */
export interface Restored {
  /** Those of the control. */
  readonly changes: readonly Change[];
  /** By path, as files will be; empty of those that go. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

export interface GivenBack {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/** What stands on a host in a profile's words; or the end of a sentence: why none say it. */
export type DescribedControl =
  | {
      /** As a profile writes them. One that is undefined is left out; those that aren't named are not readable. */
      readonly params: Readonly<Record<string, unknown>>;
      /** The networks that logins can come from, where that is read here. */
      readonly from?: readonly string[];
    }
  | { readonly why: string };

/** One thing of a host that a person should know of. */
export interface HostEntry {
  /** Its check is the control's of this name. */
  readonly kind: string;
  /** Stable, and unique in its kind. */
  readonly name: string;
  /** What it is, for a person. */
  readonly about: string;
  /** What explains it; left out where nothing does. */
  readonly by?: string;
}

/** All entries of a host, whether or not something explains them. */
export interface HostList {
  readonly entries: readonly HostEntry[];
  /** Why there may be more of a kind. */
  readonly unread: readonly { readonly kind: string; readonly why: string }[];
}

export interface HostInventory extends HostList {
  /** What the profile accepts and the host doesn't have: a slip, or long gone. */
  readonly unused: readonly { readonly kind: string; readonly name: string }[];
}

export interface Control<
  Params = unknown,
  P extends Probes = Probes,
  V = unknown,
  S extends z.ZodObject = z.ZodObject,
> {
  readonly id: string;
  readonly title: string;
  readonly rationale: string;
  readonly schema: S;
  /** Its lists that add up where profiles extend each other. */
  readonly adds?: readonly string[];
  /**
   * All that desired, guard and checks read, and every file and unit that a claim may name.
   * `visit`: who comes and as whom, for what depends on the login.
   */
  readonly probes: (params: Params, visit: Visit) => P;
  /** What several of the functions below go by. Made once a host, when the first of them asks; its parts may be lazy. */
  readonly view?: (seen: Seen<Params, P>) => V;
  readonly desired: (input: Input<Params, P, V>) => readonly Claim[];
  readonly guard: (input: Input<Params, P, V>) => readonly Finding[];
  /** The records of all findings that it makes. */
  readonly findings: readonly FindingRecord[];
  /**
   * Switched off, for files that are shared with others: the file without our part, or the original itself where
   * that says the same. A file without such a claim that somebody has added to since is a block, for giving back the
   * original would lose what is theirs.
   */
  readonly release?: (input: Input<Params, P, V>, past: Past) => Released;
  /** What a rollback's changes of its own mean, where the kinds alone can't say it; `params` are those of `{}`. */
  readonly givenBack?: (input: Input<Params, P, V>, restored: Restored) => GivenBack;
  /** What its things must not take with them when they are given back, by a rollback or because it is switched off. */
  readonly takes?: (input: Input<Params, P, V>, restored: Restored) => readonly Finding[];
  /** Without its files the next boot shuts everybody out, or lets everybody in: a plan whose files a reset loses is blocked. */
  readonly guardsWayIn?: true;
  /** Paths that it depends on at a boot, beyond those that its probes and claims name. */
  readonly keptAt?: (input: Input<Params, P, V>) => readonly string[];
  /** What the host is now, whatever the parameters of the input are; left out, nothing says so but an empty plan. */
  readonly describe?: (input: Input<Params, P, V>) => DescribedControl;
  /** What an audit lists of the host, where the control is an inventory. */
  readonly inventory?: (input: Input<Params, P, V>) => HostInventory;
  readonly checks: readonly ControlCheck<Params, P, V>[];
}
