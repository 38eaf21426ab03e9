/**
 * Giving back what a run changed: by hand (`rollback`), or because a control was switched off. What was done is
 * read from the host's journal or manifest, and becomes changes like any others: shown, armed, proven.
 */
import type { Finding } from "../checks/finding.ts";
import { findingOf } from "../checks/finding.ts";
import { lacksPackage } from "../facts/files.ts";
import { type Facts, type Probe, probeKey } from "../facts/probe.ts";
import { withoutLines } from "../kinds/file-diff.ts";
import { rollbackOrder, type Step, type Undo, undoRules } from "../kinds/index.ts";
import type { Owner, Since } from "../kinds/kind.ts";
import type { Change } from "./plan.ts";
import { changed } from "./undo-findings.ts";

export interface UndoItem {
  readonly undo: Undo;
  readonly owner: Owner;
  /** The manifest's entry ends with this. */
  readonly release: boolean;
  /** A later run in force that changed the same thing, and the command that undoes both, with all between them. */
  readonly later?: { readonly run: string; readonly command: string };
  /** The newest of its runs that has purged packages, and those of its control: a file may have gone with one. */
  readonly purgedBy?: { readonly run: string; readonly packages: readonly string[] };
  /** Packages of its control that its runs had brought by the time they first changed it. */
  readonly brought?: readonly string[];
}

export interface Undone {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

const rulesOf = ({ kind }: Undo) => undoRules(kind)!;
const placeOf = ({ kind }: Undo) => rollbackOrder.findIndex(({ name }) => name === kind);

/** What must be read to undo these: their facts now, and the backups. */
export function undoProbes(items: readonly Pick<UndoItem, "undo">[]): readonly Probe<unknown>[] {
  const probes = items.flatMap(({ undo }) => rulesOf(undo).probes(undo));
  return [...new Map(probes.map((probe) => [probeKey(probe), probe])).values()];
}

/** What of these can still be looked at when they are undone. */
export const lookBack = (items: readonly UndoItem[]): readonly UndoItem[] =>
  items.flatMap((item) => {
    const undo = rulesOf(item.undo).lookBack(item.undo);
    return undo === undefined ? [] : [{ ...item, undo }];
  });

/** By path, what these give back of files: empty of those that go. */
export const contentsOf = (
  items: readonly Pick<UndoItem, "undo">[],
  facts: Facts,
): ReadonlyMap<string, Buffer> =>
  new Map(
    items.flatMap(({ undo }) => {
      const file = rulesOf(undo).content?.(undo, facts);
      return file === undefined ? [] : [[file.path, file.content] as const];
    }),
  );

/** Pure. */
export function undoChanges(items: readonly UndoItem[], facts: Facts): Undone {
  const ordered = [...items].sort((a, b) => placeOf(a.undo) - placeOf(b.undo));
  const results = ordered.map((item) => undoOne(item, facts));
  return {
    changes: results.flatMap(({ changes }) => changes),
    findings: results.flatMap(({ findings }) => findings),
  };
}

function undoOne(item: UndoItem, facts: Facts): Undone {
  const { undo, owner, release } = item;
  const outcome = rulesOf(undo).changes(undo, facts, release);
  switch (outcome.kind) {
    case "same":
      return { changes: [], findings: [] };
    case "blocked":
      return refused(item, `${outcome.why}.`, outcome.hint);
    case "since":
      return outcome.isGone && wentWithPackage(item, facts)
        ? { changes: [], findings: [] }
        : changedSince(item, outcome);
    case "change":
      return { changes: [givenBack(owner, { ...outcome.draft, release })], findings: [] };
  }
}

/** The runs had brought the package, and neither it nor the file is there, as before them. */
const wentWithPackage = ({ brought = [] }: UndoItem, facts: Facts): boolean =>
  brought.length > 0 && brought.every((name) => lacksPackage(facts, name));

function givenBack(
  owner: Owner,
  { release, ...draft }: Omit<Change, "address" | "control" | "kind" | "reason"> & { release: boolean },
): Change {
  const [first, ...rest] = draft.steps;
  const steps: readonly Step[] =
    first === undefined ? [] : [release ? { ...first, release: owner } : first, ...rest];
  const { address, control } = owner;
  const kind = kindOf(owner);
  const { diff } = draft;
  const shown = diff === undefined || kind !== "edit" ? {} : { diff: withoutLines(diff) };
  return { reason: "Gives back what was there before.", ...draft, ...shown, address, control, kind, steps };
}

const kindOf = ({ address }: Owner) => /\/([a-z-]+):/.exec(address)?.[1] ?? "";

function refused({ owner }: UndoItem, message: string, hint: string | undefined): Undone {
  return { changes: [], findings: [findingOf(changed, owner.control, message, hint)] };
}

const leftHint = "Look at it; when it is as this run left it, the run can be undone.";

const installHint = (packages: string) =>
  `Install ${packages} again (apt-get install ${packages}); then roll back.`;

/** `what` has another value than the run gave it: by a later run of ours, or by somebody. */
function changedSince(item: UndoItem, { what, how, ...since }: Since): Undone {
  const { later, purgedBy } = item;
  // The lines of a file that is edited by key are others'.
  const hint = (kindOf(item.owner) === "edit" ? undefined : since.hint) ?? leftHint;
  if (since.isGone && purgedBy !== undefined)
    return refused(
      item,
      `${what} is gone: run ${purgedBy.run} has purged packages, and a purge takes their files along.`,
      purgedBy.packages.length === 0 ? hint : installHint(purgedBy.packages.join(" ")),
    );
  return later === undefined
    ? refused(
        item,
        `${what} was changed since, by no run that this host remembers${how === undefined ? "" : `: ${how}`}.`,
        `${hint} If a run that was pruned has changed it: \`enabled: false\` in the profile's ${item.owner.control} gives back the original.`,
      )
    : refused(
        item,
        `${what} was changed since, by run ${later.run}.`,
        `To undo both, with all that is in force since, in one run: ${later.command}`,
      );
}
