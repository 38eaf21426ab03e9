/** How a kind is listed: from what the collector prints of it, and what explains an entry. Pure. */
import type { InventoryEntry, ListedKind } from "../../facts/inventory.ts";
import { type Entry, type ListedEntries, listIn } from "./entry.ts";
import type { PrivilegesSeen } from "./probes.ts";

export type Lister = (seen: PrivilegesSeen) => ListedEntries;

export const by = (text: string | false | undefined) => (text ? { by: text } : {});

/** Of a list of the collector: an entry each, or none. */
export const each =
  (kind: ListedKind, entryOf: (words: InventoryEntry, seen: PrivilegesSeen) => Entry | undefined): Lister =>
  (seen) => {
    const { entries, unread } = listOf(seen, kind);
    return { entries: entries.flatMap((words) => entryOf(words, seen) ?? []), unread };
  };

export const listOf = ({ facts }: PrivilegesSeen, kind: ListedKind) => listIn(facts.inventory, kind);

/** The profile's own accounts, and the login that harden comes as. */
export function loginOfProfile(name: string, { access }: PrivilegesSeen): string | undefined {
  if (access.listed?.has(name)) return "accounts.users";
  return access.planned.login === name ? "access.user" : undefined;
}
