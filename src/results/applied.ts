/** How an apply ended for one host. */
import { failing } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import { leftOf } from "../host/codes.ts";
import type { Refusal, RunNote } from "../host/executor.ts";
import type { HostVerdict } from "./verdict.ts";

/** The last look, over a new login, when all was settled: what the status is said of. */
export interface Looked {
  readonly checks: readonly Assessed[];
  /** Addresses that aren't as planned: somebody changed them, or a step after the confirm failed. */
  readonly open: readonly string[];
  /** Why there was no such look: the run is settled, and the new login did not get in. */
  readonly unseen?: string;
}

export interface Confirmed {
  readonly outcome: "confirmed";
  /** The target by the login and the port of the proof, where these are others than before. */
  readonly reachedAs?: string;
  /** The target by a login that can roll the run back, where the proof's own can't. */
  readonly undoneAs?: string;
  /** Why neither the login of the run nor that of the proof can: `undoneAs` then stands for one that harden doesn't know. */
  readonly cannotUndo?: readonly string[];
  readonly run: string;
  /** Packages that went for good: no rollback brings them back. */
  readonly purged?: readonly string[];
  /** Of the whole run, from its first step on. */
  readonly notes: readonly RunNote[];
}

export interface RolledBack {
  readonly outcome: "rolled back";
  readonly run: string;
  readonly why: string;
  /** The host itself says that it is as it was. False also where it could not say so any more. */
  readonly clean: boolean;
  readonly notes: readonly RunNote[];
}

/** Somebody else's run holds the host: whatever is there now may not last. */
export interface Locked {
  readonly outcome: "locked";
  readonly who: string;
  readonly since: string;
  readonly holder: string;
  /** Where that run stands, as the host says: `preparing`, `pending`, `rolling`, or `confirmed` and not yet settled. */
  readonly state: string;
  /** What to do about it. */
  readonly next: string;
}

/** How a run ended, before anybody has looked once more. */
export type Ended = Exclude<Applied, { readonly outcome: "confirmed" }> | Confirmed;

export type Applied =
  | { readonly outcome: "in sync"; readonly checks: readonly Assessed[] }
  | { readonly outcome: "declined" | "blocked" }
  /** Another name of the host that is `as` here: told there, and done once. */
  | { readonly outcome: "same host"; readonly as: string }
  /** Nothing was changed, as another host had rolled back, or is unknown. */
  | { readonly outcome: "not begun"; readonly because: string }
  | ({ readonly outcome: "stale" } & Staleness)
  | { readonly outcome: "refused"; readonly reasons: readonly Refusal[] }
  | Locked
  | (Confirmed & Looked)
  | {
      readonly outcome: "to be confirmed";
      /** The target by the login and the port of the plan, where these are others than before. */
      readonly reachedAs?: string;
      readonly run: string;
      readonly seconds: number;
    }
  | RolledBack
  /** `confirming`: a confirm was sent and not answered, so the host keeps the run, or takes it back. */
  | {
      readonly outcome: "unknown";
      readonly run: string;
      readonly why: string;
      readonly confirming: boolean;
      /** The target by the login and the port of the plan, where these are others than before and the host may have kept them. */
      readonly reachedAs?: string;
    };

/** How a `rollback` ended for one host: `by` is the run that undid them, or the pending run itself. */
export type UndoneRun = (
  | Applied
  /** `left`: what could not be taken back, or stays for it is needed or may be somebody else's. */
  | ({
      readonly outcome: "undone";
      readonly reachedAs?: string;
      readonly by: string;
      readonly left: readonly RunNote[];
      readonly notes: readonly RunNote[];
    } & Looked)
) & {
  /** What was to be undone, newest first. */
  readonly undoes: readonly string[];
};

/**
 * How an undo ended by what ended it, `by`: the run that undid others, or the rollback of a pending run itself. A pending
 * run is undone where nothing is left of it; a host that has notes, and tells none, does not say so.
 */
export function undoneAs(
  ended: Applied,
  { undoes, by }: { readonly undoes: readonly string[]; readonly by: string },
): UndoneRun {
  if (ended.outcome === "confirmed")
    return { ...ended, outcome: "undone", undoes, by, left: leftOf(ended.notes) };
  if (ended.outcome !== "rolled back" || !undoes.includes(ended.run)) return { ...ended, undoes };
  const { clean, notes } = ended;
  const isWhole = clean || (notes.length > 0 && leftOf(notes).length === 0);
  return isWhole
    ? { outcome: "undone", undoes, by, left: [], notes, checks: [], open: [] }
    : { ...ended, undoes };
}

const verdicts: Readonly<Record<(Applied | UndoneRun)["outcome"], HostVerdict>> = {
  "in sync": "pass",
  confirmed: "pass",
  undone: "pass",
  "to be confirmed": "pending",
  "same host": "pass",
  declined: "declined",
  "not begun": "not begun",
  blocked: "blocked",
  stale: "blocked",
  refused: "blocked",
  locked: "blocked",
  "rolled back": "rolled back",
  unknown: "unknown",
};

/** `fail` for what is in force and not, or not for certain, as the profile wants it. */
export function appliedVerdict(applied: Applied | UndoneRun): HostVerdict {
  if (applied.outcome === "undone" && applied.left.length > 0) return "rolled back";
  const { checks = [], open = [], unseen }: Partial<Looked> = "checks" in applied ? applied : {};
  const holds = failing(checks).length === 0 && open.length === 0 && unseen === undefined;
  return holds ? verdicts[applied.outcome] : "fail";
}
export interface Staleness {
  readonly addresses: readonly string[];
  /** What a person knows these changes by: a line of the plan each; of a service with why, where that differs. */
  readonly lines: readonly string[];
}
