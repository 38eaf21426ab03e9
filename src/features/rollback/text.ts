/** How a rollback ended, for a person: an undo that fails leaves the run in force that it was to undo. */
import { appliedText, looked, lookText, notesText, refusedText, whyListed } from "../../reports/applied.ts";
import { type End, reportText } from "../../reports/end.ts";
import { fold, type Page, plainPage } from "../../reports/page.ts";
import { clean } from "../../reports/paint.ts";
import type { UndoneRun } from "../../results/applied.ts";
import type { Judged } from "../../results/verdict.ts";

export const undoneText = (target: string, undone: UndoneRun, page: Page = plainPage): string =>
  fold(endText(target, undone, page), page);

const end: End<UndoneRun> = {
  well: "all rolled back",
  bad: "not rolled back as asked",
  none: "no result",
  why: whyListed,
};

export const undonesText = (report: readonly Judged<UndoneRun>[], page: Page = plainPage) =>
  reportText(report, { text: undoneText, end }, page);

const runsText = (runs: readonly string[]) =>
  `${runs.length === 1 ? "run" : "runs"} ${runs.join(", ")} ${runs.length === 1 ? "is" : "are"}`;

function endText(target: string, undone: UndoneRun, page: Page): string {
  const { paint } = page;
  const { undoes } = undone;
  const name = paint("strong", clean(target));
  const inForce = clean(`${runsText(undoes)} still in force`);
  switch (undone.outcome) {
    case "declined":
      return `${name}: nothing was undone; nothing was changed.`;
    case "blocked":
      return `${name}: nothing was undone: ${paint("bad", "blocked")} by the findings above; ${inForce}. Mend them, and roll back again.`;
    case "refused":
      return `${name}: ${refusedText(undone, page)}\n  Nothing was undone: ${inForce}. Mend this, and roll back again.`;
    case "undone": {
      const by = undoes.includes(undone.by) ? "" : ` (by run ${undone.by})`;
      const text = clean(`${runsText(undoes)} undone and verified${by}`);
      const { left, reachedAs = target } = undone;
      return left.length === 0
        ? `${name}: ${paint("good", "rolled back")}: ${text}.${notesText(undone.notes)}${looked(target, undone, page)}`
        : `${name}: ${paint("bad", "rolled back")}: ${text}, but for:${notesText(left)}\n  ${lookText(left, page.next("runs", reachedAs, undone.by))}${looked(target, undone, page)}`;
    }
    case "rolled back":
      // A pending run that was taken back itself has no other way of ending.
      return undoes.includes(undone.run)
        ? appliedText(target, undone, page)
        : `${name}: ${paint("bad", "NOT undone")} (by run ${clean(undone.run)}): ${clean(undone.why)}. ${notUndone(target, undone, { inForce, next: page.next })}\n  When that is mended: ${clean(againText(target, undoes, page))}`;
    case "unknown":
      return undoes.includes(undone.run)
        ? appliedText(target, undone, page)
        : `${appliedText(target, undone, page)}\n  That run undoes: once it has rolled back, ${inForce}.`;
    default:
      return appliedText(target, undone, page);
  }
}

const againText = (target: string, undoes: readonly string[], { next }: Page) =>
  next("rollback", target, ...(undoes.length === 1 ? undoes : ["--to", undoes.at(-1)!]));

function notUndone(
  target: string,
  { clean: isClean, notes, run }: Extract<UndoneRun, { outcome: "rolled back" }>,
  { inForce, next }: { readonly inForce: string } & Pick<Page, "next">,
): string {
  const still = `${inForce[0]!.toUpperCase()}${inForce.slice(1)}`;
  if (isClean) return `${still}; the host is as it was before this rollback.${notesText(notes)}`;
  if (notes.length > 0)
    return `${still}; the host is as it was before this rollback, but for:${notesText(notes)}`;
  return `${still}, as far as the host has come back from this rollback; what is not as it was, it tells: ${clean(next("runs", target, run))}`;
}
