/** After packages were installed facts are read again: the new plan may only fill in what was announced. Pure. */
import { HostOnly } from "../host-only.ts";
import type { Step } from "../kinds/index.ts";
import type { Change, Plan } from "./plan.ts";

/** What the change would make of the host, without what it expects to find there. */
function outcomeOf({ address, action, after, steps }: Change): string {
  const made = steps.map(({ verb, ...rest }: Step) => {
    const { before: _before, ...words } = rest as Record<string, unknown>;
    const all = Object.entries(words).map(([name, word]) => [
      name,
      word instanceof HostOnly ? word.value : word,
    ]);
    return [verb, all];
  });
  return JSON.stringify([address, action === "create" ? "update" : action, after, made]);
}

/** Sentences that say where the new plan goes beyond the announced one; empty: go on. */
export function beyondAnnounced(announced: Plan, now: Plan): readonly string[] {
  const known = new Map(announced.changes.map((change) => [change.address, change]));
  const surprises = now.changes
    .filter(({ fleeting }) => !fleeting)
    .flatMap((change) => {
      const before = known.get(change.address);
      if (before === undefined) return [`${change.address} was not announced`];
      if (before.afterInstall === "address") return [];
      return outcomeOf(before) === outcomeOf(change)
        ? []
        : [`${change.address} would become something else than announced`];
    });
  const ids = new Set(announced.findings.map(({ id, message }) => `${id} ${message}`));
  const blocks = now.findings.filter(
    ({ level, id, message }) => level === "block" && !ids.has(`${id} ${message}`),
  );
  return [...surprises, ...blocks.map(({ message }) => message)];
}

/** What the new plan changes: nothing that a user of the host has made of their own things in between. */
export function announcedOf(announced: Plan, now: Plan): readonly Change[] {
  const known = new Set(announced.changes.map(({ address }) => address));
  return now.changes.filter(({ fleeting, address }) => !fleeting || known.has(address));
}
