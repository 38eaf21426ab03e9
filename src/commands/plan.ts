/** `harden plan`: what would change, and nothing else. */
import type { Recorded } from "../facts/recorded.ts";
import type { Plan } from "../plan/plan.ts";
import { serialize } from "../plan/planfile.ts";
import { routeOf } from "../targets.ts";
import { type Settled, statusOf } from "./each.ts";
import { gather } from "./gather.ts";
import { look } from "./look.ts";
import type { Outcome, Ports, ProfileChoice, Targets } from "./ports.ts";
import { eachConnected } from "./session.ts";

export interface PlanOptions extends Targets, ProfileChoice {
  /** Exit 2 where changes are pending, 3 where a guard blocks or somebody's run holds the host. */
  readonly detailedExitcode: boolean;
  /** Plan this recorded host instead of connecting to any. */
  readonly recorded?: Recorded;
}

export type PlanReport = readonly Settled<Plan>[];

export async function planCommand(options: PlanOptions, ports: Ports): Promise<Outcome<PlanReport>> {
  const { recorded } = options;
  if (recorded !== undefined) {
    const target = "a recorded host";
    const { plan } = look(recorded.facts, {
      choice: options,
      target,
      tool: ports.version,
      transport: recorded,
    });
    return { report: [{ target, ok: true, value: plan }], status: statusOfPlan(plan, options) };
  }
  const report = await eachConnected(options, ports, async (transport, target) => {
    const route = routeOf(target, options);
    return (await gather(transport, { choice: options, target, route, ports, deep: false })).plan;
  });
  return { report, status: statusOf(report, (plan) => statusOfPlan(plan, options)) };
}

/** The findings that keep an apply from starting. */
export const blocks = (plan: Plan) => plan.findings.filter(({ level }) => level === "block");

function statusOfPlan(plan: Plan, { detailedExitcode }: PlanOptions): number {
  if (!detailedExitcode) return 0;
  if (blocks(plan).length > 0) return 3;
  if (plan.findings.some(({ id }) => id === "host.unsettled")) return 3;
  return plan.changes.length > 0 ? 2 : 0;
}

/** The text of a plan file that holds every plan that could be made. */
export function savePlans(report: PlanReport, { profile, only, skip }: ProfileChoice, tool: string): string {
  const { origin: _origin, ...values } = profile;
  const saved = report.flatMap((result) =>
    result.ok ? [{ plan: result.value, profile: values, only, skip }] : [],
  );
  return serialize(saved, tool);
}
