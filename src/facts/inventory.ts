/** The inventory of a host: who may become root, and what runs as root without a package that explains it. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

/** What the collector lists, by its own words. */
const listed = [
  ...["account", "directory", "group", "subid", "sudoers", "doas", "preload"],
  ...["job", "unit", "startup", "pam", "stack", "module", "setuid", "capability", "changed", "writable"],
  ...["configured", "twist"],
  ...["source", "raw", "shell"],
] as const;

export type ListedKind = (typeof listed)[number];

/** The words of an entry, its name first; printable: a byte that isn't stands as `\xHH`. */
export type InventoryEntry = readonly string[];

export interface InventoryList {
  readonly entries: readonly InventoryEntry[];
  /** Why there may be more. */
  readonly unread: readonly string[];
}

export type Inventory = Readonly<Record<ListedKind, InventoryList>>;

/** Root only, at low priority, within so many seconds. */
export const inventory = (seconds: number): Probe<Inventory> => ({
  collector: "inventory",
  args: [String(seconds)],
  deep: "settled",
  parse: (data) =>
    listsOf(listed, data, `the ${seconds} s for it (privileges.seconds) were over, or its program failed`),
});

/** What such a collector prints, by kind. `over`: why there may be more of a kind whose end is missing. */
export function listsOf<Kind extends string>(
  kinds: readonly Kind[],
  data: Buffer,
  over: string,
): Readonly<Record<Kind, InventoryList>> {
  const rows = linesOf(data).map((line) => line.split("\t"));
  const listOf = (kind: Kind): InventoryList => {
    const about = (word: string) =>
      rows.flatMap(([first, of, text = ""]) => (first === word && of === kind ? [text] : []));
    return {
      entries: rows.flatMap(([first, ...words]) => (first === kind ? [words] : [])),
      unread: [
        ...about("unread"),
        ...about("more").map((count) => `${count} more were left out`),
        ...(about("done").length === 0 ? [over] : []),
      ],
    };
  };
  return Object.fromEntries(kinds.map((kind) => [kind, listOf(kind)])) as Record<Kind, InventoryList>;
}
