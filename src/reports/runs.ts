/** Runs, confirms and clean-ups for a person. */
import type { ConfirmResult } from "../commands/confirm.ts";
import type { Settled } from "../commands/each.ts";
import type { RunFact } from "../facts/runs.ts";
import { clean, count, type Paint } from "./paint.ts";

const each = <T>(report: readonly Settled<T>[], text: (target: string, value: T) => string) =>
  report.flatMap((result) => (result.ok ? [text(clean(result.target), result.value)] : [])).join("\n");

export const confirmsText = (report: readonly Settled<ConfirmResult>[], paint: Paint) =>
  each(
    report,
    (target, { run }) => `${paint("strong", target)}: ${paint("good", "confirmed")} (run ${clean(run)}).`,
  );

const stateText = ({ state, result, undoneBy }: RunFact) => {
  const [, kind, why] = result.split(" ");
  if (undoneBy !== undefined) return `undone by ${undoneBy}`;
  if (state !== "rolled-back") return state;
  return `rolled back${kind === "notes" ? " with notes" : ""}${why === undefined ? "" : ` (${why})`}`;
};

function runText(run: RunFact, whole: boolean): string {
  const commit = run.commit === "-" || run.commit === "" ? "" : ` at ${run.commit.slice(0, 12)}`;
  const head = `  ${run.id}  ${run.time}  ${stateText(run)}${run.undoes === undefined ? "" : `  undoes ${run.undoes}`}  by ${run.who}  profile ${run.profile}${commit}  ${count(run.journal.length, "change")}`;
  const lines = run.journal.map(
    ({ address, verb, object, before, after }) =>
      `      ${verb} ${object} (${address}): ${before} → ${after}`,
  );
  const notes = run.notes.map(
    ({ code, object, text }) => `      note: ${[object, text].filter(Boolean).join(": ")} [${code}]`,
  );
  return clean([head, ...(whole ? lines : []), ...notes].join("\n"));
}

export function runsText(
  report: readonly Settled<readonly RunFact[]>[],
  { paint, whole }: { readonly paint: Paint; readonly whole: boolean },
): string {
  return each(report, (target, runs) =>
    runs.length === 0
      ? `${paint("strong", target)}: no runs; harden has never changed this host.`
      : [paint("strong", target), ...runs.map((run) => runText(run, whole))].join("\n"),
  );
}

export const prunedText = (report: readonly Settled<readonly string[]>[]) =>
  each(
    report,
    (target, ids) =>
      `${target}: ${ids.length === 0 ? "nothing to remove" : `removed ${clean(ids.join(", "))}`}.`,
  );

export const uninstalledText = (report: readonly Settled<"uninstalled">[]) =>
  each(
    report,
    (target) => `${target}: harden's journal and backups are gone; what it had set stays as it is.`,
  );
