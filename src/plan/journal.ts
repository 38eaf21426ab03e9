/** A run's journal as what must be undone: one item a thing, from how it was first to how it was left. Pure. */
import { inForce, type JournalLine, type RunFact } from "../facts/runs.ts";
import { lastingOf, type Undo, undoneAs } from "../kinds/index.ts";
import type { Finding } from "./plan.ts";
import type { UndoItem } from "./undo.ts";

const thing = ({ verb, object }: JournalLine) => `${undoneAs(verb)?.name ?? verb} ${object}`;

/** Later lines on the same thing continue earlier ones. */
function byObject(lines: readonly JournalLine[]): readonly (readonly JournalLine[])[] {
  const groups = new Map<string, JournalLine[]>();
  for (const line of lines) {
    const key = thing(line);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()];
}

export interface History {
  /** All runs that the host remembers, oldest first. */
  readonly all: readonly RunFact[];
  /** The command that undoes a run of this host. */
  readonly rollback: (run: string) => string;
}

/** What undoes the run, in no order of its own, and what of it can't be undone. */
export function itemsOf(
  run: RunFact,
  { all, rollback }: History,
): { items: readonly UndoItem[]; findings: readonly Finding[] } {
  const groups = byObject(run.journal);
  const later = laterChange(run, all);
  const items = groups.flatMap((lines) => {
    const undo = undoOf(lines, run.id);
    const [first] = lines as [JournalLine];
    const owner = { address: first.address, control: first.address.split("/")[0] ?? "" };
    const by = later(first);
    const since = by === undefined ? {} : { later: { run: by, command: rollback(by) } };
    // Ownership goes with the run as a whole, on the host.
    return undo === undefined ? [] : [{ undo, owner, release: false, ...since }];
  });
  return {
    items,
    findings: groups.flatMap(([first]) =>
      undoneAs(first!.verb) === undefined ? [lasting(first!, run)] : [],
    ),
  };
}

/** The newest run in force after this one that changed the same thing; an undo only where there is no other. */
function laterChange(run: RunFact, all: readonly RunFact[]): (line: JournalLine) => string | undefined {
  const since = all.slice(all.findIndex(({ id }) => id === run.id) + 1);
  // A run and its undo, both later, are no change: undone again, that would only bring the run back.
  const undoesLater = ({ undoes }: RunFact) => since.some(({ id }) => id === undoes);
  const after = since.filter((each) => inForce(each) && !undoesLater(each));
  const ordered = [
    ...after.filter(({ undoes }) => undoes !== undefined),
    ...after.filter(({ undoes }) => undoes === undefined),
  ];
  const last = new Map(
    ordered.flatMap(({ id, journal }) => journal.map((line) => [thing(line), id] as const)),
  );
  return (line) => last.get(thing(line));
}

function lasting(line: JournalLine, run: RunFact): Finding {
  const control = line.address.split("/")[0] ?? "";
  const known = lastingOf(line.verb);
  if (known === undefined)
    return {
      control,
      id: "undo.lasting",
      level: "warn",
      message: `${line.verb} of ${line.object} can't be undone by a rollback.`,
      hint: "Do it by hand where you want it back.",
    };
  const { id, level } = known;
  return { control, id, level, message: known.message(line, run), hint: known.hint(run) };
}

function undoOf(lines: readonly JournalLine[], run: string): Undo | undefined {
  const [first, ...rest] = lines;
  return first === undefined ? undefined : undoneAs(first.verb)?.undo?.fromJournal([first, ...rest], run);
}

/** How the last confirmed run that wrote a file left it. */
export function lastWritten(all: readonly RunFact[]): (path: string) => string | undefined {
  const lines = all.filter(({ state }) => state === "confirmed").flatMap(({ journal }) => journal);
  return (path) =>
    lines.findLast((line) => undoneAs(line.verb)?.name === "file" && line.object === path)?.after;
}
