/** What `init --from-ansible` takes over of an inventory, and what it doesn't. */
import type { AnsibleInventory, InventoryHost } from "../../project/ansible.ts";
import { fold, type Page, plainPage } from "../../reports/page.ts";
import { clean, count } from "../../reports/paint.ts";
import { filesText, type Proposal } from "./text.ts";

export interface InventoryReport extends Pick<Proposal, "files"> {
  readonly inventory: AnsibleInventory;
  /** Those that are added. */
  readonly hosts: readonly InventoryHost[];
  /** Those that the project had before, as ssh knows them. */
  readonly kept: readonly string[];
}

export function inventoryText(
  {
    inventory,
    hosts,
    kept,
    files,
    isWritten,
    isShown,
  }: InventoryReport & {
    readonly isWritten: boolean;
    /** Somebody has seen the files, and was asked. */
    readonly isShown?: boolean;
  },
  page: Page = plainPage,
): string {
  const renamed = hosts.filter(({ name, target }) => name !== target);
  const left = inventory.left.slice(0, 20);
  const more = inventory.left.length - left.length;
  return [
    `${count(inventory.hosts.length, "host")} and ${count(inventory.groups.length, "group")} in the inventory.`,
    ...(renamed.length === 0
      ? []
      : [
          ["As ssh knows them:", ...renamed.map(({ name, target }) => clean(`  ${name}: ${target}`))].join(
            "\n",
          ),
        ]),
    ...(kept.length === 0
      ? []
      : [fold(`In the project already, and left as they are: ${clean(kept.join(", "))}.`, page)]),
    ...(left.length === 0
      ? []
      : [
          fold(
            `Variables are not taken over: ${clean(left.join(", "))}${more > 0 ? ` and ${more} more` : ""}.`,
            page,
          ),
        ]),
    ...(isShown === true ? [] : filesText(files, page)),
    ...(isWritten
      ? [
          files.length === 0
            ? "Nothing is to be added."
            : `Written: ${clean(files.map(({ file }) => file).join(", "))}. What the profiles would change: harden plan`,
        ]
      : []),
  ].join("\n\n");
}

/** The same, all of it, as data. */
export const inventoryData = ({ inventory, hosts, kept, files }: InventoryReport) => ({
  hosts,
  groups: inventory.groups,
  kept,
  left: inventory.left,
  files: files.map(({ file, text }) => ({ file, text })),
});
