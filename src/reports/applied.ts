/** How an apply ended, for a person: what, where, the state of the host, what next. */
import { failing } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import type { Applied, Locked, Looked, RolledBack } from "../commands/applied.ts";
import type { Settled } from "../commands/each.ts";
import { clean, count, type Paint, plain } from "./paint.ts";
import { checkText } from "./verify.ts";

const notesText = (notes: readonly { object: string; text: string }[]) =>
  notes.map(({ object, text }) => `\n  note: ${clean([object, text].filter(Boolean).join(": "))}`).join("");

function backText(target: string, { clean: isClean, run, notes }: RolledBack): string {
  if (isClean) return `The host is as it was before.${notesText(notes)}`;
  if (notes.length > 0) return `The host is as it was before, but for:${notesText(notes)}`;
  return `What is not as it was before, the host tells: harden runs ${clean(`${target} ${run}`)}`;
}

/** What doesn't hold, or not for certain, though the run is settled: named, with what was found. */
function left(checks: readonly Assessed[], paint: Paint): string {
  const wrong = failing(checks);
  if (wrong.length === 0) return "";
  return `\n  Not as the profile wants it, and not mended by this plan:\n${wrong.map((check) => checkText(check, paint)).join("\n")}`;
}

function looked(target: string, { checks, open, unseen }: Looked, paint: Paint): string {
  const lines = [
    ...(open.length === 0 ? [] : [`\n  no longer as planned: ${clean(open.join(", "))}`]),
    ...(unseen === undefined
      ? []
      : [
          `\n  ${paint("bad", "not seen afterwards")}: a new login failed (${clean(unseen)}). Look at once: harden verify ${clean(target)}`,
        ]),
  ];
  return [left(checks, paint), ...lines].join("");
}

function lockedText(target: string, { who, since, holder, state, next }: Locked, paint: Paint): string {
  const is = state === "" ? "" : `, which is ${state === "rolling" ? "being rolled back" : state}`;
  const text = ` by run ${holder} of ${who}, since ${since}${is}. Nothing was changed. ${next}`;
  return `${paint("strong", clean(target))}: ${paint("bad", "locked")}${clean(text)}`;
}

export function appliedText(target: string, applied: Applied, paint: Paint = plain): string {
  const name = paint("strong", clean(target));
  switch (applied.outcome) {
    case "in sync":
      return `${name}: in sync; nothing was written.${left(applied.checks, paint)}`;
    case "declined":
      return `${name}: not applied; nothing was changed.`;
    case "same host":
      return `${name}: the same host as ${clean(applied.as)}; done once.`;
    case "blocked":
      return `${name}: ${paint("bad", "blocked")} by the findings above; nothing was changed. Mend them, or the profile, and plan again.`;
    case "stale":
      return `${name}: ${paint("bad", "stale plan")}: the host differs from what the plan was made of, at ${clean(applied.addresses.join(", "))}. Nothing was changed; make a new plan.`;
    case "refused":
      return [
        `${name}: ${paint("bad", "refused")} before anything was changed:`,
        ...applied.reasons.map(
          ({ code, object, text }) => `  ${clean(object)}: ${clean(text)} [${clean(code)}]`,
        ),
        "  The host is as it was. Mend this and plan again.",
      ].join("\n");
    case "locked":
      return lockedText(target, applied, paint);
    case "confirmed":
      return `${name}: ${paint("good", "applied, verified and confirmed")} (run ${clean(applied.run)}${applied.checks.length > 0 ? `, ${count(applied.checks.length, "check")}` : ""}). To undo it: harden rollback ${clean(`${target} ${applied.run}`)}${notesText(applied.notes)}${looked(target, applied, paint)}`;
    case "to be confirmed":
      return `${name}: applied as run ${clean(applied.run)}. It rolls back in ${applied.seconds} s unless you run: harden confirm ${clean(`${target} ${applied.run}`)}`;
    case "undone":
      return `${name}: ${paint("good", "rolled back")}: run ${clean(applied.run)} is undone and verified${applied.by === applied.run ? "" : ` (by run ${clean(applied.by)})`}.${looked(target, applied, paint)}`;
    case "rolled back":
      return `${name}: ${paint("bad", "rolled back")} (run ${clean(applied.run)}): ${clean(applied.why)}. ${backText(target, applied)}`;
    case "unknown":
      return `${name}: ${paint("bad", "outcome unknown")} (run ${applied.run}): ${clean(applied.why)}. ${applied.confirming ? "A confirm was sent: the host has kept the run, or rolls back by itself" : "The host rolls back by itself"}; look with: harden runs ${clean(target)}`;
  }
}

export const appliesText = (report: readonly Settled<Applied>[], paint: Paint = plain) =>
  report.flatMap((result) => (result.ok ? [appliedText(result.target, result.value, paint)] : [])).join("\n");
