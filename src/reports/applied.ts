/** How an apply ended, for a person: what, where, the state of the host, what next. */
import { failing } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import { isKept } from "../host/codes.ts";
import type { RunNote } from "../host/executor.ts";
import { consoleCommand } from "../host/script.ts";
import { commandText } from "../next.ts";
import type { Applied, Confirmed, Locked, Looked, RolledBack, UndoneRun } from "../results/applied.ts";
import type { HostVerdict, Judged } from "../results/verdict.ts";
import { type End, reportText } from "./end.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, count } from "./paint.ts";
import { checkText } from "./verify.ts";

export const notesText = (notes: readonly { object: string; text: string }[]) =>
  notes.map(({ object, text }) => `\n  note: ${clean([object, text].filter(Boolean).join(": "))}`).join("");

function backText(target: string, { clean: isClean, run, notes }: RolledBack, { next }: Page): string {
  if (isClean)
    return `The host is as it was before.${notesText(notes)}\n  When that is mended: ${clean(next("apply", target))}`;
  if (notes.length > 0)
    return `The host is as it was before, but for:${notesText(notes)}\n  ${lookText(notes, next("runs", target, run))}`;
  return `What is not as it was before, the host tells: ${clean(next("runs", target, run))}`;
}

/** After an undo that is not whole: `runs` is the command that tells of the run. */
export function lookText(left: readonly Pick<RunNote, "code">[], runs: string): string {
  const [kept, others] = [left.some(isKept), left.some((note) => !isKept(note))];
  const todo = kept
    ? `What stays can be removed by hand once nothing needs it.${others ? " Put the rest back on the host." : ""}`
    : "Put these back on the host.";
  return `${todo} All that the run did: ${clean(runs)}`;
}

/** What doesn't hold, or not for certain, though the run is settled: named, with what was found. */
function left(checks: readonly Assessed[], page: Page): string {
  const wrong = failing(checks);
  if (wrong.length === 0) return "";
  return `\n  Not as the profile wants it, and not mended by this plan:\n${wrong.map((check) => checkText(check, page)).join("\n")}`;
}

export function looked(
  target: string,
  { reachedAs = target, checks, open, unseen }: Looked & Pick<Confirmed, "reachedAs">,
  page: Page,
): string {
  const { paint, next } = page;
  const lines = [
    ...(open.length === 0 ? [] : [`\n  no longer as planned: ${clean(open.join(", "))}`]),
    ...(unseen === undefined
      ? []
      : [
          `\n  ${paint("bad", "not seen afterwards")}: a new login failed (${clean(unseen)}). Look at once: ${clean(next("verify", reachedAs))}`,
        ]),
  ];
  return [left(checks, page), ...lines].join("");
}

export const refusedText = ({ reasons }: Extract<Applied, { outcome: "refused" }>, { paint }: Page): string =>
  [
    `${paint("bad", "refused")} before anything was changed:`,
    ...reasons.map(({ code, object, text }) => `  ${clean(object)}: ${clean(text)} [${clean(code)}]`),
  ].join("\n");

function lockedText(target: string, { who, since, holder, state, next }: Locked, { paint }: Page): string {
  const is = state === "" ? "" : `, which is ${state === "rolling" ? "being rolled back" : state}`;
  const text = ` by run ${holder} of ${who}, since ${since}${is}. Nothing was changed. ${next}`;
  return `${paint("strong", clean(target))}: ${paint("bad", "locked")}${clean(text)}`;
}

function undoText(
  target: string,
  { reachedAs = target, undoneAs = reachedAs, cannotUndo, run, purged = [] }: Confirmed,
  { next }: Pick<Page, "next">,
): string {
  // A rollback installs nothing, so it can't undo a purge.
  if (purged.length > 0)
    return `It has purged ${clean(purged.join(", "))}, and no rollback installs them again: to have them, apply a profile that wants them, as the one before this run did.`;
  const command = clean(next("rollback", undoneAs, run));
  if (cannotUndo === undefined) return `To undo it: ${command}`;
  return `Neither login of this run can undo it: ${clean(cannotUndo.join(", and "))}. By a third one that is root by sudo: ${command}; else with harden on the host's own console: ${clean(commandText(["rollback", run]))}`;
}

const most = 10;

const staleText = ({ lines }: Extract<Applied, { outcome: "stale" }>) =>
  [
    ...lines.slice(0, most).map((line) => `    ${clean(line)}`),
    ...(lines.length > most ? [`    and ${lines.length - most} more`] : []),
  ].join("\n");

export const appliedText = (target: string, applied: Applied, page: Page = plainPage): string =>
  fold(endText(target, applied, page), page);

function endText(target: string, applied: Applied, page: Page): string {
  const { paint, next } = page;
  const name = paint("strong", clean(target));
  switch (applied.outcome) {
    case "in sync":
      return `${name}: in sync; nothing was written.${left(applied.checks, page)}`;
    case "declined":
      return `${name}: not applied; nothing was changed.`;
    case "not begun":
      return `${name}: ${paint("bad", "not begun")}, because of ${clean(applied.because)}; nothing was changed. When that is mended: ${clean(next("apply", target))}`;
    case "same host":
      return `${name}: the same host as ${clean(applied.as)}; done once.`;
    case "blocked":
      return `${name}: ${paint("bad", "blocked")} by the findings above; nothing was changed. Mend them, or the profile, and plan again.`;
    case "stale":
      return `${name}: ${paint("bad", "stale plan")}: the host, or the plan file, differs from what the plan was made of, at\n${staleText(applied)}\n  Nothing was changed; make a new plan.`;
    case "refused":
      return `${name}: ${refusedText(applied, page)}\n  The host is as it was. Mend this and plan again.`;
    case "locked":
      return lockedText(target, applied, page);
    case "confirmed":
      return `${name}: ${paint("good", "applied, verified and confirmed")} (run ${clean(applied.run)}${applied.checks.length > 0 ? `, ${count(applied.checks.length, "check")}` : ""}). ${undoText(target, applied, page)}${notesText(applied.notes)}${looked(target, applied, page)}`;
    case "to be confirmed":
      return `${name}: applied as run ${clean(applied.run)}. It rolls back in ${applied.seconds} s unless you run: ${clean(next("confirm", applied.reachedAs ?? target, applied.run))}`;
    case "rolled back":
      return `${name}: ${paint("bad", "rolled back")} (run ${clean(applied.run)}): ${clean(applied.why)}. ${backText(target, applied, page)}`;
    case "unknown":
      return `${name}: ${paint("bad", "outcome unknown")} (run ${clean(applied.run)}): ${clean(applied.why)}. ${unknownText(target, applied, page)}. To undo it from the host's console: ${consoleCommand(applied.run)}`;
  }
}

function unknownText(
  target: string,
  { confirming, reachedAs }: Extract<Applied, { outcome: "unknown" }>,
  { next }: Page,
): string {
  const look = clean(next("runs", target));
  if (!confirming) return `The host rolls back by itself; look with: ${look}`;
  const kept = reachedAs === undefined ? "" : `; where the run was kept: ${clean(next("runs", reachedAs))}`;
  return `A confirm was sent: the host has kept the run, or rolls back by itself; look with: ${look}${kept}`;
}

/** Why a host is named at the end, of `apply` and of `rollback`. */
export function whyListed(applied: Applied | UndoneRun, verdict: HostVerdict): string {
  switch (verdict) {
    case "pass":
      return "";
    case "pending":
      return "to be confirmed";
    case "fail": {
      const { checks = [], unseen }: Partial<Looked> = "checks" in applied ? applied : {};
      const ids = [
        ...new Set(failing(checks).map(({ id }) => id)),
        ...(unseen === undefined ? [] : ["not seen afterwards"]),
      ];
      return `${applied.outcome}, but for: ${ids.join(", ") || "what is no longer as planned"}`;
    }
    case "rolled back": {
      if (applied.outcome !== "undone") return applied.outcome;
      return `undone, but for: ${applied.left.map(({ object }) => object).join(", ")}`;
    }
    default:
      return applied.outcome;
  }
}

const end: End<Applied> = {
  well: "all done",
  bad: "not done",
  none: "no result",
  why: whyListed,
};

export const appliesText = (report: readonly Judged<Applied>[], page: Page = plainPage) =>
  reportText(report, { text: appliedText, end }, page);
