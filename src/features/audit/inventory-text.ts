/** The inventory of hosts, for a person and as data: what nothing explains comes first. */
import { stringify } from "yaml";
import { unexplained } from "../../assess/inventory.ts";
import { isHost } from "../../compose/composed.ts";
import type { HostEntry, HostInventory } from "../../plan/control.ts";
import { acceptedOf, whyByHand } from "../../profile/accepted.ts";
import { failedText, plainResult } from "../../reports/error.ts";
import { fold, type Page, plainPage } from "../../reports/page.ts";
import { clean, count } from "../../reports/paint.ts";
import type { Audited, AuditReport } from "../../results/audited.ts";
import { jsonText } from "../../text.ts";

/** A longer name moves its own row alone. */
const widest = 48;

const heads = ["kind", "name", "explained by"] as const;

function rowsText(entries: readonly HostEntry[], { paint, width }: Page): readonly string[] {
  const rows = entries.map(({ kind, name, about, by }) => ({
    cells: [clean(kind), clean(name), by === undefined ? `nothing: ${clean(about)}` : clean(by)],
    isOpen: by === undefined,
  }));
  const wide = [0, 1].map((at) =>
    Math.min(widest, Math.max(...[heads, ...rows.map(({ cells }) => cells)].map((each) => each[at]!.length))),
  );
  const line = (mark: string, cells: readonly string[]) =>
    fold(
      `${mark} ${cells.map((cell, at) => cell.padEnd(wide[at] ?? 0)).join("  ")}`.trimEnd(),
      width === undefined ? {} : { width },
      6,
    );
  return [
    line(" ", heads),
    ...rows.map(({ cells, isOpen }) => (isOpen ? paint("warn", line("!", cells)) : line(" ", cells))),
  ];
}

function inventoryLines({ entries, unread, unused }: HostInventory, page: Page): readonly string[] {
  const open = entries.filter(({ by }) => by === undefined);
  const sorted = [...open, ...entries.filter(({ by }) => by !== undefined)];
  return [
    ...(sorted.length === 0 ? [] : [rowsText(sorted, page).join("\n")]),
    ...unread.map(({ kind, why }) =>
      fold(`Not known, there may be more of ${clean(kind)}: ${clean(why)}.`, page),
    ),
    ...unused.map(({ kind, name }) =>
      fold(
        `The profile accepts ${clean(name)} of ${clean(kind)}, and there is none: a name counts as it stands here, whole.`,
        page,
      ),
    ),
  ];
}

/** What a profile has to say for those that may be meant to be there. */
function acceptLines(open: readonly HostEntry[], page: Page): readonly string[] {
  const some = open.filter((each) => whyByHand(each, open) === undefined);
  if (some.length === 0) return [];
  const text = stringify({ privileges: { accepted: acceptedOf(some) } }, { lineWidth: 0 }).trimEnd();
  return [
    fold("Look at each of them. What is meant to be there, the profile accepts by these lines:", page),
    text.split("\n").map(clean).join("\n"),
  ];
}

function hostText(target: string, { host, inventory }: Audited, page: Page): string {
  const head = `${page.paint("strong", clean(target))} (${clean(host.hostname)}, ${clean(host.distro)} ${clean(host.version)})`;
  if (inventory === undefined)
    return fold(
      `${head}: no inventory, for the profile has no section privileges, or --only or --skip leaves it out. Add "privileges: {}" to the profile.`,
      page,
    );
  const open = unexplained(inventory);
  const { length } = open;
  const number = `${count(inventory.entries.length, "entry").replace("entrys", "entries")}, ${length === 0 ? "all of them explained" : `${length} that nothing explains`}`;
  return [
    fold(`${head}: ${number}`, page),
    ...inventoryLines(inventory, page),
    ...acceptLines(open, page),
  ].join("\n\n");
}

const ofHosts = (report: AuditReport) =>
  report.filter((each) => (each.ok ? isHost(each.value) : each.error.code !== "compose"));

export const inventoriesText = (report: AuditReport, page: Page = plainPage): string =>
  ofHosts(report)
    .flatMap((each) => {
      if (!each.ok) return report.length > 1 ? [fold(failedText(each, "no inventory", page), page)] : [];
      return isHost(each.value) ? [hostText(each.target, each.value, page)] : [];
    })
    .join("\n\n");

export const inventoriesJson = (report: AuditReport): string =>
  jsonText(
    ofHosts(report).map((each) => {
      if (!each.ok || !isHost(each.value)) return plainResult(each);
      const { host, inventory } = each.value;
      return plainResult({ ...each, value: { host, ...(inventory === undefined ? {} : { inventory }) } });
    }),
  );
