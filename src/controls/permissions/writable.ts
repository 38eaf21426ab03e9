/** What everybody may write to, as the scans found it. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { Scan, Writable } from "../../facts/world-writable.ts";
import { askedPaths, type PermissionsSeen } from "./probes.ts";
import { targets } from "./targets.ts";

export interface World {
  /** Those that are named, each once. */
  readonly named: readonly Writable[];
  /** By path: how many more there are, of how many. */
  readonly left: readonly { readonly path: string; readonly count: number; readonly of: number }[];
  readonly unseen: readonly { readonly path: string; readonly why: string }[];
  /** Those that a plan may change: none where not all are named. */
  readonly mendable: readonly Writable[];
}

const whys: Readonly<Record<Exclude<Scan["state"], "found">, string>> = {
  unfinished: "not all of it was looked at in time",
  unread: "not all of it could be read",
  missing: "there is no such folder",
  "no-folder": "it is no folder",
};

/** `others`: paths whose modes are looked after for another reason. */
export function worldOf({ facts, params }: PermissionsSeen, others: ReadonlySet<string>): World {
  const asked = askedPaths(params);
  const pairs = [
    [["/etc"], facts.etc] as const,
    [asked, asked.length === 0 ? undefined : facts.asked] as const,
  ];
  const scans = pairs.flatMap(([, fact]) => (fact === undefined ? [] : valueOr(fact, [])));
  const named = [...new Map(scans.flatMap((scan) => scan.named.map((each) => [each.path, each]))).values()];
  const left = scans.flatMap(({ path, count, named }) =>
    count > named.length ? [{ path, count: count - named.length, of: count }] : [],
  );
  const fixed = new Set(targets.map(({ path }) => path));
  return {
    named,
    left,
    unseen: [
      ...pairs.flatMap(([paths, fact]) =>
        fact === undefined || fact.state === "present"
          ? []
          : paths.map((path) => ({ path, why: "why" in fact ? fact.why : "it was not looked at" })),
      ),
      ...scans.flatMap(({ path, state }) => (state === "found" ? [] : [{ path, why: whys[state] }])),
    ],
    mendable:
      params.worldWritable.fix && left.length === 0
        ? named.filter(({ path }) => !fixed.has(path) && !others.has(path))
        : [],
  };
}
