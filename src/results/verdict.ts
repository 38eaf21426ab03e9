/** How a command ended for each host, in a word and an exit status, and for all of them. */
import { type ErrorCode, exitStatus } from "../errors.ts";
import type { Settled } from "./settled.ts";

const statuses = {
  /** Done, or all as it is wanted. */
  pass: 0,
  /** Applied, and to be confirmed by somebody. */
  pending: 0,
  /** A plan has changes. */
  changes: 2,
  /** In force, or measured, and not as the profile wants it. */
  fail: 2,
  /** By a guard, a stale plan, or somebody's run. */
  blocked: 3,
  /** Somebody answered no. */
  declined: 1,
  /** Another host had rolled back, or is unknown. */
  "not begun": 1,
  "rolled back": 4,
  unknown: 5,
  /** No connection came about. */
  unreachable: 1,
  /** No result for another reason, which the error says. */
  error: 1,
} as const;

export type HostVerdict = keyof typeof statuses;

export const hostVerdicts = Object.keys(statuses) as readonly HostVerdict[];

/** A host's result with its verdict, and the exit status that it stands for alone. */
export type Judged<T> = Settled<T> & { readonly verdict: HostVerdict; readonly status: number };

const ofErrors: Readonly<Partial<Record<ErrorCode, HostVerdict>>> = {
  connect: "unreachable",
  blocked: "blocked",
  stale: "blocked",
  locked: "blocked",
  "rolled-back": "rolled back",
  "unknown-outcome": "unknown",
};

/** `verdictOf` says it of a value; an error has its own. */
export const judged = <T>(
  report: readonly Settled<T>[],
  verdictOf: (value: T) => HostVerdict,
): readonly Judged<T>[] =>
  report.map((result) => {
    if (!result.ok) {
      const { code } = result.error;
      return { ...result, verdict: ofErrors[code] ?? "error", status: exitStatus(code) };
    }
    const verdict = verdictOf(result.value);
    return { ...result, verdict, status: statuses[verdict] };
  });

/** Hosts that ended badly in several ways: which one in which, their verdicts say. */
const several = 6;

/** A host in an unknown state, or rolled back, is what counts; else what all that did not end well have in common. */
export function statusOf(report: readonly { readonly status: number }[]): number {
  const bad = [...new Set(report.map(({ status }) => status))].filter((status) => status !== 0);
  const worst = [5, 4].find((status) => bad.includes(status));
  return worst ?? (bad.length > 1 ? several : (bad[0] ?? 0));
}

/** What most commands give. */
export function outcomeOf<T>(report: readonly Settled<T>[], verdictOf: (value: T) => HostVerdict) {
  const all = judged(report, verdictOf);
  return { report: all, status: statusOf(all) };
}
