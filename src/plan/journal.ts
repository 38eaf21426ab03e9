/** A run's journal as what must be undone: one item a thing, from how it was first to how it was left. Pure. */
import { inForce, type JournalLine, type RunFact } from "../facts/runs.ts";
import type { Finding } from "./plan.ts";
import type { Undo, UndoItem } from "./undo.ts";

const thing = (line: JournalLine) => `${kindOf(line)} ${line.object}`;

/** Later lines on the same thing continue earlier ones. */
function byObject(lines: readonly JournalLine[]): readonly (readonly JournalLine[])[] {
  const groups = new Map<string, JournalLine[]>();
  for (const line of lines) {
    const key = thing(line);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()];
}

function kindOf({ verb }: JournalLine): Undo["kind"] | "other" {
  if (verb === "file" || verb === "remove" || verb === "restore") return "file";
  if (verb === "mode" || verb === "sysctl") return verb;
  if (verb.startsWith("unit-")) return "unit";
  if (verb.startsWith("firewall-")) return "firewall";
  if (verb === "audit-load") return "audit";
  return verb === "install" ? "packages" : "other";
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
    findings: groups
      .filter((lines) => kindOf(lines[0]!) === "other")
      .map(([first]) => (first!.verb === "purge" ? purged(first!, run) : lasting(first!))),
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

const purged = ({ object, address }: JournalLine, { id, profile }: RunFact): Finding => ({
  control: address.split("/")[0] ?? "",
  id: "undo.purged",
  level: "block",
  message: `Run ${id} has purged ${object}, and a rollback installs nothing.`,
  hint: `To have all of it again, apply the profile once more: ${profile}.`,
});

const lasting = ({ verb, object, address }: JournalLine): Finding => ({
  control: address.split("/")[0] ?? "",
  id: "undo.lasting",
  level: "warn",
  message: `${verb} of ${object} can't be undone by a rollback.`,
  hint:
    verb === "audit-lock"
      ? "The audit rules are locked until the next boot."
      : "Do it by hand where you want it back.",
});

function undoOf(lines: readonly JournalLine[], run: string): Undo | undefined {
  const first = lines[0]!;
  const last = lines.at(-1)!;
  const { object, before } = first;
  const { after } = last;
  const kind = kindOf(first);
  switch (kind) {
    case "file":
      return { kind, path: object, run, backup: first.backup ?? 0, before, after };
    case "mode":
    case "sysctl":
      return kind === "mode" ? { kind, path: object, before, after } : { kind, key: object, before, after };
    case "unit": {
      const [enabled = "", active = ""] = before.split(" ");
      const refresh = lines
        .map(({ verb }) => verb.slice("unit-".length))
        .find((word) => word === "reload" || word === "restart");
      return { kind, unit: object, enabled, active, ...(refresh === undefined ? {} : { refresh }) };
    }
    case "packages":
      return before === "-" ? undefined : { kind, run, names: before.trim().split(/\s+/) };
    case "firewall":
      return { kind, before };
    case "audit":
      return { kind };
    case "other":
      return undefined;
  }
}

/** How the last confirmed run that wrote a file left it. */
export function lastWritten(all: readonly RunFact[]): (path: string) => string | undefined {
  const lines = all.filter(({ state }) => state === "confirmed").flatMap(({ journal }) => journal);
  return (path) => lines.findLast((line) => kindOf(line) === "file" && line.object === path)?.after;
}
