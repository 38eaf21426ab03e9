/** An audit for a webhook: targets, ids and counts; nothing that a host has said. */
import { open } from "../../assess/assess.ts";
import { isHost } from "../../compose/composed.ts";
import { groupIn } from "../../reports/audit.ts";
import { clean, count } from "../../reports/paint.ts";
import { freshIds, uncomparedIds } from "../../reports/since.ts";
import type { AuditedOrFile, AuditReport } from "../../results/audited.ts";
import { jsonText } from "../../text.ts";

export function webhookText(report: AuditReport, status: number): string {
  const targets = report.map((each) => {
    const { target, verdict, status } = each;
    const about = { target: clean(target), verdict, status };
    return each.ok ? { ...about, ...countsOf(each.value) } : { ...about, error: each.error.code };
  });
  const bad = report.filter((each) => each.status !== 0).map(({ target }) => clean(target));
  const text = `harden audit: ${count(report.length, "result")}, ${bad.length === 0 ? "all green" : `not green: ${bad.join(", ")}`}`;
  const group = groupIn(report);
  const scores =
    group === undefined
      ? {}
      : { worst: { ...group.worst, target: clean(group.worst.target) }, median: group.median };
  return jsonText({ text, command: "audit", status, ...scores, targets });
}

function countsOf(value: AuditedOrFile) {
  const { checks, since } = value;
  const all = open(checks);
  const own = freshIds(value);
  const known = checks.filter((check) => check.since === "known").length;
  return {
    ...(isHost(value) && value.score !== undefined ? { score: value.score } : {}),
    open: all.length,
    ...(since === undefined
      ? {}
      : {
          new: own.length,
          known,
          mended: since.mended.length,
          unlooked: [...since.unlooked, ...uncomparedIds(since)],
        }),
    checks: [...new Set(own)].sort(),
  };
}
