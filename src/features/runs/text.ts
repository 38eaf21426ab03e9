/** Runs and clean-ups for a person. */
import type { RunFact } from "../../facts/runs.ts";
import { isProgress, progressText } from "../../host/codes.ts";
import { consoleCommand } from "../../host/script.ts";
import { resultsText } from "../../reports/end.ts";
import { fold, type Page } from "../../reports/page.ts";
import { clean, count, indent } from "../../reports/paint.ts";
import { profileOf } from "../../reports/plan.ts";
import type { Settled } from "../../results/settled.ts";
import { journalTexts } from "./journal.ts";
import type { Pruned } from "./prune.ts";

const stateText = ({ state, result, asked, undoneBy }: RunFact) => {
  const [, kind, why] = result.split(" ");
  if (undoneBy !== undefined) return `undone by ${undoneBy}`;
  if (state !== "rolled-back") return state;
  return `rolled back${kind === "notes" ? " with notes" : ""}${why === undefined ? "" : ` (${why === "asked" && asked !== "" ? asked : why})`}`;
};

/** A run's changes stand further in than a plan's. */
const deeper = 4;
const narrower = (page: Page): Page =>
  page.width === undefined ? page : { ...page, width: page.width - deeper };

const lostText =
  "its journal is lost, and its units are left: what it changed stays, and an uninstall removes the units";

function runText(run: RunFact, whole: boolean, page: Page): string {
  if (run.state === "lost") return fold(clean(`  ${run.id}  ${lostText}`), page, 4);
  const head = `  ${run.id}  ${run.time}  ${stateText(run)}${run.undoes === undefined ? "" : `  undoes ${run.undoes.join(", ")}`}  by ${run.who}  ${profileOf(run)}  ${count(run.journal.length, "change")}`;
  const lines = whole ? journalTexts(run.journal, narrower(page)).map((text) => indent(text, deeper)) : [];
  const notes = run.notes.map(({ code, object, text }) =>
    isProgress(code)
      ? `      ${progressText({ what: code, text })}`
      : `      note: ${[object, text].filter(Boolean).join(": ")} [${code}]`,
  );
  const unsettled = run.state === "pending" || run.state === "rolling";
  const command = unsettled ? consoleCommand(run.id) : "";
  const undo = command === "" ? [] : [`      to undo it from the host's console: ${command}`];
  return [
    fold(clean(head), page, 4),
    ...lines,
    ...[...notes, ...undo].map((text) => fold(clean(text), page)),
  ].join("\n");
}

export function runsText(report: readonly Settled<readonly RunFact[]>[], page: Page, whole: boolean): string {
  const { paint } = page;
  return resultsText(report, (target, runs) =>
    runs.length === 0
      ? fold(
          `${paint("strong", target)}: there is no record of harden here: it was never applied to this host, or was uninstalled.`,
          page,
        )
      : [paint("strong", target), ...runs.map((run) => runText(run, whole, page))].join("\n"),
  );
}

export const prunedText = (report: readonly Settled<Pruned>[]) =>
  resultsText(report, (target, { outcome, runs, lost }) => {
    if (runs.length === 0) return `${target}: nothing to remove.`;
    if (outcome === "declined") return `${target}: no run was removed; nothing was changed.`;
    const impossible = [...lost.runs, ...lost.to.map((run) => `--to ${run}`)];
    const told =
      impossible.length === 0 ? "" : ` No longer possible: rollback ${clean(impossible.join(", "))}.`;
    const copies = lost.copies.map(({ run, object }) => `${object} (run ${run})`);
    const gone = copies.length === 0 ? "" : ` Lost with their only copy here: ${clean(copies.join(", "))}.`;
    return `${target}: removed ${clean(runs.join(", "))}.${told}${gone}`;
  });
