/** What to do about a report that doesn't hold, in one sentence. Pure. */
import type { Plan } from "../plan/plan.ts";
import type { Assessed } from "./report.ts";

/** What a plan of the same facts would do. */
export type PlannedChanges = Pick<Plan, "changes" | "findings">;

interface Known extends PlannedChanges {
  /** By whose clock a waiver is over, where that matters. */
  readonly apart: string | undefined;
}

const forAudit =
  "No plan changes this: mend it on the host, or waive it in the profile (--format json has the lines).";

const forChanged =
  "See by harden plan whether an apply mends it; else mend it on the host, or waive it in the profile (--format json has the lines).";

export function remedyOf(report: Assessed, known: Known): string {
  const sentence = whatToDo(report, known);
  const { waiver } = report;
  if (waiver?.state === "expired")
    return `${waiver.owner} waived this until ${waiver.until} (${waiver.reason}), and that is over${known.apart === undefined ? "" : ` ${known.apart}`}. ${sentence}`;
  if (waiver?.state === "refused")
    return `A waiver of ${waiver.owner} doesn't count: this is what an apply proves. ${sentence}`;
  return sentence;
}

function whatToDo(report: Assessed, { changes, findings }: PlannedChanges): string {
  const { control, role, verdict, pending, measured, remedy } = report;
  const isOfIt = (each: { readonly control: string }) => each.control === control;
  if (pending === "reboot") return "What mends it is in place, and comes with a reboot.";
  if (measured)
    return "Its section says apply: false: mend it on the host, waive it, or let harden apply it.";
  if (verdict === "error") return "Find out why it could not be measured; most of it takes root's rights.";
  if (remedy !== undefined) return remedy;
  if (role === "audit") return changes.some(isOfIt) ? forChanged : forAudit;
  if (role === "advice")
    return "Change the profile or the host, or waive it. verify doesn't count it; audit and checklist do.";
  if (pending === "finalize") return "It comes at the end of an apply.";
  if (!changes.some(isOfIt) && findings.some((each) => each.level === "block" && isOfIt(each)))
    return "No plan mends it as it is: see by harden plan what blocks that.";
  if (verdict === "until the next boot")
    return "See by harden plan whether an apply mends it, and mend the rest on the host.";
  return "See by harden plan what mends it, and apply that.";
}
