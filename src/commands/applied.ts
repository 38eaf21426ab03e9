/** How an apply ended for one host. */
import type { Refusal, RunNote } from "../host/executor.ts";
import type { CheckReport } from "../plan/checks.ts";

export interface Confirmed {
  readonly outcome: "confirmed";
  readonly run: string;
  /** What was proven over the new connection. */
  readonly checks: readonly CheckReport[];
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

export type Applied =
  /** `pending`: a run that the host still takes back unless it is confirmed. */
  | { readonly outcome: "in sync"; readonly pending?: string }
  | { readonly outcome: "declined" | "blocked" }
  | { readonly outcome: "stale"; readonly addresses: readonly string[] }
  | { readonly outcome: "refused"; readonly reasons: readonly Refusal[] }
  | { readonly outcome: "locked"; readonly who: string; readonly since: string; readonly holder: string }
  | Confirmed
  | { readonly outcome: "to be confirmed"; readonly run: string; readonly seconds: number }
  | RolledBack
  /** `rollback` came to its end: run `run` is undone, by run `by`. */
  | { readonly outcome: "undone"; readonly run: string; readonly by: string }
  | { readonly outcome: "unknown"; readonly run: string; readonly why: string };

/** DESIGN's exit statuses. */
export const appliedStatus: Readonly<Record<Applied["outcome"], number>> = {
  "in sync": 0,
  confirmed: 0,
  undone: 0,
  "to be confirmed": 0,
  declined: 1,
  blocked: 3,
  stale: 3,
  refused: 3,
  locked: 3,
  "rolled back": 4,
  unknown: 5,
};
