/** Probes of sudo(8): whom it makes root, and until when. */
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";
import { asRootUser, listingsOf, type Paths, shellIn } from "./sudo-rules.ts";

/** Whether sudo(8) lets a user become root with any command; `limited` is anything less. */
export type Sudo = "all" | "limited" | "none";

/** What a run of harden's starts. */
export const shellOfRuns: Paths = ["/bin/sh", "/usr/bin/sh"];

const root = { paths: shellOfRuns, target: asRootUser };

/** The question for these names, which each probe of sudo shares. */
export const asked = (names: readonly string[]) =>
  ({ collector: "sudo", args: [...new Set(names)] }) satisfies Partial<Probe<unknown>>;

/** By name; `*` asks for the local accounts. What ends some day is `limited`. Absent where sudo is not installed. */
export const sudo = (names: readonly string[]): Probe<ReadonlyMap<string, Sudo>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      listingsOf(innerFrames(data), "sudo").map(([name, listing]) => {
        if (listing === undefined) return [name, "none"];
        const { until } = shellIn(listing, root);
        return [name, until === Number.POSITIVE_INFINITY ? "all" : "limited"];
      }),
    ),
});

/**
 * Those whom sudo(8) makes root for ever also without the last rule of theirs that allows all, such as an apply writes, and asks for a
 * password no more than with it.
 */
export const sudoBeside = (names: readonly string[]): Probe<ReadonlySet<string>> => ({
  ...asked(names),
  parse: (data) =>
    new Set(
      listingsOf(innerFrames(data), "sudo").flatMap(([name, listing]) => {
        if (listing === undefined) return [];
        const ours = listing.commands.findLastIndex(
          ({ name, refused, runAs }) => name === "ALL" && !refused && runAs.users === "ALL",
        );
        const before = shellIn({ ...listing, commands: listing.commands.toSpliced(ours, 1) }, root);
        const isEnough = before.until === Number.POSITIVE_INFINITY;
        return isEnough && (!before.asks || shellIn(listing, root).asks) ? [name] : [];
      }),
    ),
});

/** The day on which sudo(8) makes a login root for the last time, in seconds since 1970, of those that have one: NOTAFTER. */
export const sudoEnds = (names: readonly string[]): Probe<ReadonlyMap<string, number>> => ({
  ...asked(names),
  parse: (data) =>
    new Map(
      listingsOf(innerFrames(data), "sudo").flatMap(([name, listing]) => {
        const until = listing === undefined ? Number.NaN : shellIn(listing, root).until;
        return Number.isFinite(until) ? [[name, until] as const] : [];
      }),
    ),
});
