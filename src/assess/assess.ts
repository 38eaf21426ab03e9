/** The verdicts, and what is made of them: what counts, what is waived, what has expired, what to do about each. Pure. */
import type { Waiver } from "../profile/schema.ts";
import { redactAll } from "../secrets/index.ts";
import type { Clocks } from "./clocks.ts";
import { type PlannedChanges, remedyOf } from "./remedy.ts";
import type { Assessed, Assessment, CheckReport, Waived } from "./report.ts";
import { concerns, isOver, matches, waiverLines } from "./waiver.ts";

export interface Assessing extends Clocks {
  readonly waivers: readonly Waiver[];
  readonly planned: PlannedChanges;
}

/** What was found is without secrets from here on: a waiver and an earlier audit name it as it was shown. */
export function assess(measured: readonly CheckReport[], by: Assessing): Assessment {
  const { waivers } = by;
  const reports = redactAll(measured);
  return {
    checks: reports.map((report) => assessed(report, by)),
    unused: waivers
      .filter((waiver) => !reports.some((report) => isBad(report) && matches(waiver, report)))
      .map((waiver) => ({ waiver, found: reports.filter(nearTo(waiver)).map(({ found }) => found) })),
  };
}

const nearTo = (waiver: Waiver) => (report: CheckReport) => isBad(report) && concerns(waiver, report);

function assessed(report: CheckReport, { waivers, today, apart, planned }: Assessing): Assessed {
  const { remedy: known, ...bare } = report;
  if (!isBad(report)) return bare;
  const waiver = waivedBy(report, waivers, today);
  const about = waiver === undefined ? bare : { ...bare, waiver };
  if (waiver?.state === "waived") return about;
  const remedy = remedyOf(known === undefined ? about : { ...about, remedy: known }, { ...planned, apart });
  return report.role === "proof" ? { ...about, remedy } : { ...about, remedy, waive: waiverLines(report) };
}

function waivedBy(report: CheckReport, waivers: readonly Waiver[], today: string): Waived | undefined {
  const own = waivers.filter((waiver) => matches(waiver, report));
  const waiver = own.find((each) => !isOver(each, today)) ?? own[0];
  if (waiver === undefined) return undefined;
  const { reason, owner, until } = waiver;
  if (report.role === "proof") return { state: "refused", reason, owner, until };
  return { state: isOver(waiver, today) ? "expired" : "waived", reason, owner, until };
}

/** What doesn't hold, could not be measured, or holds until the next boot only. */
export const isBad = ({ verdict }: Pick<CheckReport, "verdict">) =>
  verdict === "fail" || verdict === "error" || verdict === "until the next boot";

/** What doesn't hold, and is told only. */
export const isAdvised = ({ role, verdict, waiver }: Pick<Assessed, "role" | "verdict" | "waiver">) =>
  role === "advice" && isBad({ verdict }) && waiver?.state !== "waived";

/** What makes exit 2: all that is bad, but what is waived, and advice. */
export const failing = <T extends CheckReport & Pick<Assessed, "waiver">>(checks: readonly T[]) =>
  checks.filter((check) => isBad(check) && check.role !== "advice" && check.waiver?.state !== "waived");

/** All that is bad and not waived, advice too: what an audit counts. */
export const open = <T extends Pick<Assessed, "verdict" | "waiver">>(checks: readonly T[]) =>
  checks.filter((check) => isBad(check) && check.waiver?.state !== "waived");

/** What keeps a run from being confirmed. Rolling back would mend no audit, and nothing that is still to come. */
export const disproving = (checks: readonly CheckReport[]) =>
  checks.filter(
    ({ role, verdict, pending }) =>
      role === "proof" && pending === undefined && (verdict === "fail" || verdict === "error"),
  );
