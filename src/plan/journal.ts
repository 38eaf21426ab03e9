/** Journals as what must be undone: one item a thing, from how it was first to how it was left. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingOf } from "../checks/finding.ts";
import { inForce, type JournalLine, type RunFact } from "../facts/runs.ts";
import { lastingOf, type Undo, undoneAs, undoRules } from "../kinds/index.ts";
import { lastingRecord } from "../kinds/kind.ts";
import type { UndoItem } from "./undo.ts";
import { changed } from "./undo-findings.ts";

export const thing = ({ verb, object }: JournalLine) => `${undoneAs(verb)?.name ?? verb} ${object}`;

/** What one run did to one thing: later lines continue earlier ones. */
interface Part {
  readonly run: RunFact;
  readonly lines: readonly [JournalLine, ...JournalLine[]];
}

/** By thing, what these runs did to it, the oldest run first. */
function partsByThing(oldestFirst: readonly RunFact[]): readonly (readonly [Part, ...Part[]])[] {
  const groups = new Map<string, [Part, ...Part[]]>();
  for (const run of oldestFirst)
    for (const [key, lines] of byThing(run.journal)) {
      const part: Part = { run, lines };
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [part]);
      else group.push(part);
    }
  return [...groups.values()];
}

function byThing(journal: readonly JournalLine[]) {
  const groups = new Map<string, [JournalLine, ...JournalLine[]]>();
  for (const line of journal) {
    const group = groups.get(thing(line));
    if (group === undefined) groups.set(thing(line), [line]);
    else group.push(line);
  }
  return groups;
}

export interface History {
  /** All runs that the host remembers, oldest first. */
  readonly all: readonly RunFact[];
  /** The command that undoes a run of this host, with all that are in force since. */
  readonly rollbackTo: (run: string) => string;
}

interface Undoable {
  readonly items: readonly UndoItem[];
  readonly findings: readonly Finding[];
}

const purges = ({ journal }: RunFact) => journal.some(({ verb }) => verb === "purge");

/** What undoes these runs together, newest first, in no order of its own; and what of them can't be undone. */
export function itemsOf(runs: readonly RunFact[], { all, rollbackTo }: History): Undoable {
  const oldestFirst = runs.toReversed();
  const later = laterChange(runs, all);
  const purging = runs.find(purges);
  const each = partsByThing(oldestFirst).map((parts): Undoable => {
    const [{ lines, run }] = parts;
    const [first] = lines;
    if (undoneAs(first.verb) === undefined) return { items: [], findings: lasting(parts, oldestFirst) };
    const undo = joined(parts);
    if (undo === undefined) return { items: [], findings: [] };
    if ("between" in undo)
      return { items: [], findings: [changedBetween(first, undo, { oldestFirst, rollbackTo })] };
    const by = later(first);
    const since = by === undefined ? {} : { later: { run: by, command: rollbackTo(run.id) } };
    const owner = ownerOf(first);
    const purged =
      purging === undefined
        ? {}
        : { purgedBy: { run: purging.id, packages: purgedOf(purging, owner.control) } };
    const brought = broughtBefore(run, oldestFirst, owner.control);
    // Ownership goes with the runs as a whole, on the host.
    return { items: [{ undo, owner, release: false, brought, ...since, ...purged }], findings: [] };
  });
  return {
    items: each.flatMap(({ items }) => items),
    findings: each.flatMap(({ findings }) => findings),
  };
}

const ownerOf = ({ address }: JournalLine) => ({ address, control: address.split("/")[0] ?? "" });

const wordsIn = (text: string) => text.trim().split(/\s+/);

/** What a run did to packages of a control: its lines with this verb. */
const packageLines = ({ journal }: RunFact, verb: string, control: string) =>
  journal.filter((line) => line.verb === verb && ownerOf(line).control === control);

const purgedOf = (run: RunFact, control: string): readonly string[] =>
  packageLines(run, "purge", control).flatMap(({ object }) => wordsIn(object));

/** Packages of the control that these runs have brought, up to the one that first changed a thing. */
const broughtBefore = (run: RunFact, oldestFirst: readonly RunFact[], control: string): readonly string[] =>
  oldestFirst
    .slice(0, oldestFirst.indexOf(run) + 1)
    .flatMap((each) => packageLines(each, "install", control))
    .flatMap(({ object, before }) => wordsIn(object).filter((name) => wordsIn(before).includes(name)));

type Between = { readonly between: readonly [older: string, newer: string] };

/** Undefined where there is nothing to undo. */
function joined(parts: readonly Part[]): Undo | Between | undefined {
  let whole: { readonly undo: Undo; readonly run: string } | undefined;
  for (const { run, lines } of parts) {
    const undo = undoneAs(lines[0].verb)?.undo?.fromJournal(lines, run.id);
    if (undo === undefined) continue;
    const both = whole === undefined ? undo : undoRules(undo.kind)!.join(whole.undo, undo);
    if (both === undefined) return { between: [whole!.run, run.id] };
    whole = { undo: both, run: run.id };
  }
  return whole?.undo;
}

/** Between two runs that are undone together it became something else, which the older one can't give back. */
function changedBetween(
  line: JournalLine,
  { between: [older, newer] }: Between,
  { oldestFirst, rollbackTo }: Pick<History, "rollbackTo"> & { readonly oldestFirst: readonly RunFact[] },
): Finding {
  const ids = oldestFirst.map(({ id }) => id);
  const since = oldestFirst.slice(ids.indexOf(older) + 1, ids.indexOf(newer) + 1);
  const purging = since.find(purges);
  const how =
    purging === undefined
      ? `was changed between the runs ${older} and ${newer}, by no run that this host remembers`
      : `is another file since run ${older}: run ${purging.id} has purged packages, and a purge takes their files along`;
  return findingOf(
    changed,
    ownerOf(line).control,
    `${line.object} ${how}.`,
    `What the newer ones made of it can be undone: ${rollbackTo(newer)}`,
  );
}

/** The newest run in force after these that changed the same thing; an undo only where there is no other. */
function laterChange(
  runs: readonly RunFact[],
  all: readonly RunFact[],
): (line: JournalLine) => string | undefined {
  const undone = new Set(runs.map(({ id }) => id));
  const since = all.slice(all.findIndex(({ id }) => undone.has(id)) + 1);
  const known = new Set(since.map(({ id }) => id));
  // A run and its undo, both later, are no change: undone again, that would only bring the run back.
  const undoesLater = ({ undoes }: RunFact) => undoes?.every((id) => known.has(id)) === true;
  const after = since.filter((each) => inForce(each) && !undoesLater(each) && !undone.has(each.id));
  const ordered = [
    ...after.filter(({ undoes }) => undoes !== undefined),
    ...after.filter(({ undoes }) => undoes === undefined),
  ];
  const last = new Map(
    ordered.flatMap(({ id, journal }) => journal.map((line) => [thing(line), id] as const)),
  );
  return (line) => last.get(thing(line));
}

/** Of what no rollback can undo: said once, of the newest run that did it. */
function lasting(parts: readonly Part[], oldestFirst: readonly RunFact[]): readonly Finding[] {
  const stays = parts.flatMap(({ run, lines: [line] }) => {
    const older = oldestFirst.slice(0, oldestFirst.indexOf(run)).flatMap(({ journal }) => journal);
    return lastingOf(line.verb)?.moot?.(line, older) ? [] : [{ line, run }];
  });
  const newest = stays.at(-1);
  return newest === undefined ? [] : [lastingFinding(newest.line, newest.run)];
}

function lastingFinding(line: JournalLine, run: RunFact): Finding {
  const { control } = ownerOf(line);
  const known = lastingOf(line.verb);
  if (known === undefined)
    return findingOf(
      lastingRecord,
      control,
      `${line.verb} of ${line.object} can't be undone by a rollback.`,
      "Do it by hand where you want it back.",
    );
  return findingOf(known.record, control, known.message(line, run), known.hint);
}

/** How the last confirmed run that wrote a file left it. */
export function lastWritten(all: readonly RunFact[]): (path: string) => string | undefined {
  const lines = all.filter(({ state }) => state === "confirmed").flatMap(({ journal }) => journal);
  return (path) =>
    lines.findLast((line) => undoneAs(line.verb)?.name === "file" && line.object === path)?.after;
}
