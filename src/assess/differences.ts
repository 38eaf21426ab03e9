/** What two things differ in: hosts, the states between runs, audits. Pure. */
import type { HostFacts } from "../facts/host.ts";
import { inForce, type RunFact } from "../facts/runs.ts";
import type { HostEntry, HostList } from "../plan/control.ts";
import { thing } from "../plan/journal.ts";
import type { Change, ProfileFacts } from "../plan/plan.ts";
import type { Then, Was } from "./baseline.ts";
import type { Assessed } from "./report.ts";

export const differing = ["hosts", "runs", "profiles", "audits"] as const;

export interface Difference {
  readonly of: "host" | "profile" | "change" | "check" | "entry" | "value" | "run" | "thing";
  readonly name: string;
  /** As it is on either side; left out where it isn't there. */
  readonly a?: string;
  readonly b?: string;
  /** Where each was written, of a profile's value. */
  readonly aFrom?: string;
  readonly bFrom?: string;
}

export interface Diff {
  readonly of: (typeof differing)[number];
  readonly a: string;
  readonly b: string;
  readonly differences: readonly Difference[];
}

/** Both sides by name; what is the same on both is left out. In the order of a, then what only b has. */
export function apart(
  of: Difference["of"],
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): readonly Difference[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => {
    const [one, other] = [a.get(name), b.get(name)];
    if (one === other) return [];
    return [
      { of, name, ...(one === undefined ? {} : { a: one }), ...(other === undefined ? {} : { b: other }) },
    ];
  });
}

/** A host as it is now, by its profile. */
export interface HostSide {
  readonly host: HostFacts;
  readonly profile: ProfileFacts;
  readonly changes: readonly Pick<Change, "address" | "action">[];
  readonly checks: readonly Assessed[];
  /** Left out where the profile doesn't ask for it. */
  readonly inventory?: HostList | undefined;
}

export const hostsApart = (a: HostSide, b: HostSide): readonly Difference[] => [
  ...apart("host", aboutHost(a), aboutHost(b)),
  ...apart("profile", aboutProfile(a.profile), aboutProfile(b.profile)),
  ...apart("change", pending(a), pending(b)),
  ...apart("check", byCheck(a.checks, foundOf), byCheck(b.checks, foundOf)),
  ...inventoriesApart(a, b),
];

type Listing = Pick<HostSide, "inventory">;

/** Explained entries as well; what is on one side alone where the other could not be read is not known there. */
function inventoriesApart(a: Listing, b: Listing): readonly Difference[] {
  if (a.inventory === undefined || b.inventory === undefined) return apart("entry", numberOf(a), numberOf(b));
  const [inA, inB] = [a.inventory, b.inventory].map(byEntry) as [Entries, Entries];
  const names = [...new Set([...inA.keys(), ...inB.keys()])];
  const sideOf = (own: Entries, { unread }: HostList, other: Entries) =>
    new Map(
      names.flatMap((name) => {
        const isUnread = unread.some(({ kind }) => kind === other.get(name)?.kind);
        const text = own.get(name)?.text ?? (isUnread ? "not known" : undefined);
        return text === undefined ? [] : [[name, text] as const];
      }),
    );
  return apart("entry", sideOf(inA, a.inventory, inB), sideOf(inB, b.inventory, inA));
}

/** By kind and name. */
type Entries = ReadonlyMap<string, Pick<HostEntry, "kind"> & { readonly text: string }>;

const byEntry = ({ entries }: HostList): Entries =>
  new Map(
    entries.map(({ kind, name, about, by }) => [
      `${kind} ${name}`,
      { kind, text: by === undefined ? `unexplained: ${about}` : `explained by ${by}` },
    ]),
  );

const numberOf = ({ inventory }: Listing) =>
  new Map(inventory === undefined ? [] : [["inventory", `entries: ${inventory.entries.length}`]]);

/** What a host is, and not which one. */
const aboutHost = ({ host }: HostSide) => {
  const { distro, version, kernel, architecture, systemd, container } = host;
  const all = { distro, version, kernel, architecture, systemd, container };
  return new Map(Object.entries(all).map(([name, value]) => [name, String(value)]));
};

const aboutProfile = ({ name, digest }: ProfileFacts) =>
  new Map([
    ["name", name],
    ["digest", digest],
  ]);

const pending = ({ changes }: HostSide) => new Map(changes.map(({ address, action }) => [address, action]));

const foundOf = ({ verdict, found }: Assessed) => (found === "" ? verdict : `${verdict} (${found})`);

/** Several of one name are told together. */
function byCheck<T extends Pick<Was, "id" | "object">>(
  checks: readonly T[],
  text: (check: T) => string,
): ReadonlyMap<string, string> {
  const found = new Map<string, readonly string[]>();
  for (const check of checks) {
    const name = check.object === "" ? check.id : `${check.id} of ${check.object}`;
    found.set(name, [...(found.get(name) ?? []), text(check)].sort());
  }
  return new Map([...found].map(([name, texts]) => [name, texts.join(", ")]));
}

/** By verdict alone: what was found changes from day to day. */
export const auditsApart = (a: Then, b: Then): readonly Difference[] => [
  ...apart("host", machineOf(a), machineOf(b)),
  ...apart("check", byCheck(a.checks, verdictOf), byCheck(b.checks, verdictOf)),
  ...inventoriesApart(a, b),
];

const machineOf = ({ machineId }: Then) =>
  new Map(machineId === undefined ? [] : [["machine id", machineId]]);

const verdictOf = ({ verdict, waiver }: Was) => (waiver?.state === "waived" ? `waived ${verdict}` : verdict);

/** What the confirmed runs after the older one, up to the newer one, have changed together; what they gave back is not told. */
export function runsApart(all: readonly RunFact[], a: RunFact, b: RunFact): readonly Difference[] {
  const [older, newer] = a.number <= b.number ? [a, b] : [b, a];
  const done = all.filter(
    ({ number, state }) => number > older.number && number <= newer.number && state === "confirmed",
  );
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (const line of done.flatMap(({ journal }) => journal)) {
    const name = thing(line);
    if (!before.has(name)) before.set(name, line.before);
    after.set(name, line.after);
  }
  const things = older === a ? apart("thing", before, after) : apart("thing", after, before);
  return [...apart("run", aboutRun(a), aboutRun(b)), ...things];
}

const aboutRun = (run: RunFact) => {
  const { time, who, profile, digest, commit, state } = run;
  const all = { time, who, profile, digest, commit, state: inForce(run) ? "in force" : state };
  return new Map(Object.entries(all));
};
