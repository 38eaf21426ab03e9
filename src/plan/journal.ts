/** A run's journal as what must be undone: one item a thing, from how it was first to how it was left. Pure. */
import type { JournalLine, RunFact } from "../facts/runs.ts";
import type { Owned } from "./owned.ts";
import type { Finding } from "./plan.ts";
import type { Undo, UndoItem } from "./undo.ts";

/** Later lines on the same thing continue earlier ones. */
function byObject(lines: readonly JournalLine[]): readonly (readonly JournalLine[])[] {
  const groups = new Map<string, JournalLine[]>();
  for (const line of lines) {
    const key = `${kindOf(line)} ${line.object}`;
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

/** What undoes the run, in no order of its own, and what of it can't be undone. */
export function itemsOf(
  run: RunFact,
  owned: Owned,
): { items: readonly UndoItem[]; findings: readonly Finding[] } {
  const ours = new Set(owned.filter((item) => item.run === run.id).map(({ address }) => address));
  const groups = byObject(run.journal);
  const items = groups.flatMap((lines) => {
    const undo = undoOf(lines, run.id);
    const [{ address }] = lines as [JournalLine];
    const owner = { address, control: address.split("/")[0] ?? "" };
    return undo === undefined ? [] : [{ undo, owner, release: ours.has(address) }];
  });
  return {
    items,
    findings: groups.filter((lines) => kindOf(lines[0]!) === "other").map((lines) => lasting(lines[0]!)),
  };
}

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
