/** What to do about a report that doesn't hold, in one sentence. Pure. */
import type { Assessed } from "./report.ts";

const forAudit =
  "No plan changes this: mend it on the host, or waive it in the profile (--format json has the lines).";

export function remedyOf(report: Assessed): string {
  const sentence = whatToDo(report);
  const { waiver } = report;
  if (waiver?.state === "expired")
    return `${waiver.owner} waived this until ${waiver.until} (${waiver.reason}), and that is over. ${sentence}`;
  if (waiver?.state === "refused")
    return `A waiver of ${waiver.owner} doesn't count: this is what an apply proves. ${sentence}`;
  return sentence;
}

function whatToDo({ role, verdict, pending, measured }: Assessed): string {
  if (pending === "reboot") return "What mends it is in place, and comes with a reboot.";
  if (measured)
    return "Its section says apply: false: mend it on the host, waive it, or let harden apply it.";
  if (verdict === "error") return "Find out why it could not be measured; most of it takes root's rights.";
  if (role === "audit") return forAudit;
  if (role === "advice") return "Change the profile, or waive it there.";
  if (pending === "finalize") return "It comes at the end of an apply.";
  if (verdict === "until the next boot")
    return "See by harden plan whether an apply mends it, and mend the rest on the host.";
  return "See by harden plan what mends it, and apply that.";
}
