/** What a run changed, as its journal has it: lines as a plan's, a thing each. */
import type { JournalLine } from "../../facts/runs.ts";
import type { Change } from "../../plan/plan.ts";
import { rowsOf } from "../../plan/rows.ts";
import { rowText } from "../../reports/changes.ts";
import type { Page } from "../../reports/page.ts";

/** Files are a plan's by their path alone. */
const ofFiles: readonly string[] = ["file", "remove", "restore"];

export const journalTexts = (journal: readonly JournalLine[], page: Page): readonly string[] =>
  rowsOf(things(journal).map(changeOf)).map((row) => rowText(row, { ...page, whole: false }));

/** From how a thing was first to how it was left. */
function things(journal: readonly JournalLine[]): readonly JournalLine[] {
  const found = new Map<string, JournalLine>();
  for (const line of journal) {
    const key = `${line.verb} ${line.object}`;
    found.set(key, { ...line, before: found.get(key)?.before ?? line.before });
  }
  return [...found.values()];
}

function changeOf({ address, verb, object, before, after }: JournalLine): Change {
  const control = address.split("/")[0] ?? "";
  const known = verb === "sysctl";
  const name = known || ofFiles.includes(verb) ? object : `${verb.replace(/^service-/, "")} ${object}`;
  const from = stateOf(before);
  const to = stateOf(after);
  return {
    address: `${control}/${verb}:${name}`,
    control,
    // Of other kinds a journal knows less than their lines say.
    kind: known ? verb : "",
    action: from === undefined ? "create" : to === undefined ? "delete" : "update",
    ...(from === undefined || from === to ? {} : { before: from }),
    ...(to === undefined ? {} : { after: to }),
    reason: "",
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [],
  };
}

/** `0644 root:root` of a file; undefined for what isn't there. */
function stateOf(words: string): string | undefined {
  if (words === "absent" || words === "no-folder") return undefined;
  const [, mode, owner, group] = /^(?:file|dir) \S+ (\d{3,4}) (\S+) (\S+)$/.exec(words) ?? [];
  return mode === undefined ? words : `${mode} ${owner}:${group}`;
}
