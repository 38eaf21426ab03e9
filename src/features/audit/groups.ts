/** What an audit gave, by the criteria of a framework: evidence for whoever has to show it. Pure. */
import {
  type AskedTarget,
  byFramework,
  type FrameworkQuestion,
  type FrameworkReport,
} from "../../assess/frameworks.ts";
import { everyCheck } from "../../audit/every-check.ts";
import type { Composed } from "../../compose/composed.ts";
import { hinders } from "../../plan/unsettled.ts";
import type { Audited } from "../../results/audited.ts";
import type { Settled } from "../../results/settled.ts";
import { unreadable } from "../../running/checks.ts";

export const evidenceOf = (
  report: readonly Settled<Audited | Composed>[],
  by: Pick<FrameworkQuestion, "framework" | "date" | "tool">,
): FrameworkReport => byFramework({ ...by, asked: report.map(askedOf), catalogue: everyCheck });

function askedOf(each: Settled<Audited | Composed>): AskedTarget {
  const { target } = each;
  if (!each.ok) return { target, error: each.error.message };
  const { value } = each;
  if (!("host" in value)) return { target, checks: value.checks };
  const { host, profile, checks } = value;
  const { distro, version } = host;
  return { target, profile, release: { distro, version }, checks, doubts: doubtsOf(value) };
}

const doubtsOf = ({ engine, findings }: Audited): readonly string[] => [
  ...new Set([
    ...findings.filter(hinders).map(({ id }) => id),
    ...(engine.state === "unasked" ? [unreadable.id] : []),
  ]),
];
