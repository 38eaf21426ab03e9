/** Packages that came along with those of switched-off controls: they go together, but for what the host needs. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingOf } from "../checks/finding.ts";
import { inForce, type RunFact } from "../facts/runs.ts";
import { undoneAs } from "../kinds/index.ts";
import { packagesUnknown } from "./arrivals.ts";
import type { UndoItem } from "./undo.ts";

/**
 * One a run, by which of them the host remembers what that brought; none where no package is given back. `wanted`: addresses
 * of what the profile wants, which stays whatever it came with.
 */
export function alongItems(
  items: readonly UndoItem[],
  all: readonly RunFact[],
  wanted: ReadonlySet<string> = new Set(),
): readonly UndoItem[] {
  const [first] = packagesOf(items);
  if (first === undefined) return [];
  const { control } = first.owner;
  return byRun(cameAlong(all)).map(([run, names]) => ({
    undo: {
      kind: "package",
      run,
      names,
      asked: [],
      stay: names.filter((name) => wanted.has(`package:${name}`)),
    },
    owner: { control, address: `${control}/package:${names[0]}` },
    release: false,
  }));
}

const packagesOf = (items: readonly UndoItem[]) => items.filter(({ undo }) => undo.kind === "package");

export const alongUnknown = (items: readonly UndoItem[], why: string): readonly Finding[] =>
  packagesOf(items)
    .slice(0, 1)
    .map(({ owner }) =>
      findingOf(
        packagesUnknown,
        owner.control,
        `What came along with the packages that go is not known, and stays: ${why}.`,
        "See which runs brought them: harden runs.",
      ),
    );

/** The run that brought each package which no profile had asked for, and that no run has purged since. */
function cameAlong(all: readonly RunFact[]): ReadonlyMap<string, string> {
  const from = new Map<string, string>();
  for (const { id, journal } of all.filter(inForce))
    for (const line of journal) {
      if (line.verb === "purge") for (const name of line.object.split(" ")) from.delete(name);
      const undo = undoneAs(line.verb)?.undo?.fromJournal([line], id);
      if (undo?.kind !== "package") continue;
      for (const name of undo.names) from.set(name, id);
      for (const name of undo.asked) from.delete(name);
    }
  return from;
}

function byRun(
  from: ReadonlyMap<string, string>,
): readonly (readonly [run: string, names: readonly string[]])[] {
  const runs = [...new Set(from.values())];
  return runs.map((run) => [run, [...from].flatMap(([name, by]) => (by === run ? [name] : []))]);
}
