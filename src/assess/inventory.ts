/** The inventory of a host as an audit's result has it, and what is new in it since an earlier one. Pure. */
import { acceptedBy } from "../controls/privileges/view.ts";
import { privileges } from "../controls/privileges.ts";
import type { HostEntry, HostInventory, HostList } from "../plan/control.ts";
import { inputOf } from "../plan/input.ts";
import { redactAll } from "../secrets/index.ts";
import type { CheckInput } from "./checks.ts";
import type { Assessed } from "./report.ts";
import { plain } from "./waiver.ts";

type Named = Pick<HostEntry, "kind" | "name">;

/** The id of the check that an entry is a part of. */
export const checkIdOf = ({ kind }: Pick<HostEntry, "kind">) => `${privileges.id}.${kind}`;

/** Undefined where the profile doesn't ask for it. `checks`: those of the same facts, with their waivers. */
export function inventoryOf(input: CheckInput, checks: readonly Assessed[]): HostInventory | undefined {
  const [own] = input.managed.filter(
    ({ control, mode }) => control.inventory !== undefined && mode !== "off",
  );
  if (own === undefined) return undefined;
  const inventory = redactAll(listed(own, input));
  const waived = new Map(
    checks.flatMap(({ id, object, waiver }) =>
      waiver?.state === "waived" ? [[nameOf(id, object), `a waiver until ${waiver.until}`] as const] : [],
    ),
  );
  return {
    ...inventory,
    entries: inventory.entries.map((entry) => {
      const by = entry.by ?? waived.get(nameOf(checkIdOf(entry), entry.name));
      return by === undefined ? entry : { ...entry, by };
    }),
  };
}

const nameOf = (...words: readonly string[]) => JSON.stringify(words);

function listed(own: CheckInput["managed"][number], input: CheckInput): HostInventory {
  const { control } = own;
  try {
    return control.inventory!(inputOf(own, input));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const kinds = control.checks.map(({ id }) => id.slice(control.id.length + 1));
    return { entries: [], unread: kinds.map((kind) => ({ kind, why })), unused: [] };
  }
}

export interface InventorySince {
  /** What nothing explains, and was not so then; and what the profile accepts and was another thing then. */
  readonly new: readonly HostEntry[];
  /** Of which nobody can say whether something is new: it never passes. Of all kinds where none is named. */
  readonly uncompared: readonly { readonly kind?: string; readonly why: string }[];
}

export const unexplained = ({ entries }: HostList) => entries.filter(({ by }) => by === undefined);

/** By what they are as well: what was known as one thing and is another is new. */
const entryKey = ({ kind, name, about }: HostEntry) => nameOf(kind, plain(name), plain(about));
const nameKey = ({ kind, name }: Named) => nameOf(kind, plain(name));

/** `then` is undefined where the earlier audit had none. */
export function inventorySince(now: HostList, then: HostList | undefined): InventorySince {
  if (then === undefined)
    return { new: [], uncompared: [{ why: "the baseline has no inventory: save a new one with --out" }] };
  const left = new Map<string, number>();
  for (const each of unexplained(then)) left.set(entryKey(each), (left.get(entryKey(each)) ?? 0) + 1);
  const known = new Set(then.entries.map(nameKey));
  const same = new Set(then.entries.map(entryKey));
  // A profile accepts a name: what is behind it may be another thing now.
  const isAnother = (entry: HostEntry) =>
    entry.by === acceptedBy && known.has(nameKey(entry)) && !same.has(entryKey(entry));
  const isNew = (entry: HostEntry) => {
    const number = left.get(entryKey(entry)) ?? 0;
    left.set(entryKey(entry), number - 1);
    return number <= 0;
  };
  const found = [...unexplained(now).filter(isNew), ...now.entries.filter(isAnother)];
  return { new: found, uncompared: uncomparedIn(now, then) };
}

/** Of another machine, or of none: all of it is new. */
export const allNew = (now: HostList): InventorySince => ({ new: unexplained(now), uncompared: [] });

/** What could not be read passes only where it could not be then, for the same reason, and all that was listed still is. */
function uncomparedIn(now: HostList, then: HostList): InventorySince["uncompared"] {
  const known = new Set(then.unread.map(reasonOf));
  const names = new Set(now.entries.map(nameKey));
  const lost = new Set(then.entries.flatMap((each) => (names.has(nameKey(each)) ? [] : [each.kind])));
  return now.unread.filter((each) => !known.has(reasonOf(each)) || lost.has(each.kind));
}

/** Counts and seconds in it change from day to day. */
const reasonOf = ({ kind, why }: HostList["unread"][number]) => nameOf(kind, why.replace(/\d+/g, "#"));

/** What nothing explained then, and is gone now or explained; of kinds that could be read. */
export function entriesMended(now: HostList, then: HostList | undefined) {
  if (then === undefined) return [];
  const unread = new Set(now.unread.map(({ kind }) => kind));
  const known = new Map(now.entries.map((each) => [nameKey(each), each]));
  return unexplained(then).flatMap((each) => {
    const found = known.get(nameKey(each));
    if (unread.has(each.kind) || (found !== undefined && found.by === undefined)) return [];
    const is = found === undefined ? ("gone" as const) : ("pass" as const);
    return [{ id: checkIdOf(each), object: each.name, was: "fail" as const, now: is }];
  });
}

/** Those of them that no open check tells: of kinds that are kept. */
export function silent(entries: readonly HostEntry[], checks: readonly Assessed[]): readonly HostEntry[] {
  const told = new Set(
    checks.flatMap(({ id, object, verdict, waiver }) =>
      verdict === "fail" && waiver?.state !== "waived" ? [nameOf(id, object)] : [],
    ),
  );
  return entries.filter((entry) => !told.has(nameOf(checkIdOf(entry), entry.name)));
}
