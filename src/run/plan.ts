/** `harden plan`: what would change, and nothing else. */
import type { Recorded } from "../facts/recorded.ts";
import type { Plan } from "../plan/plan.ts";
import { refusesApply } from "../plan/unsettled.ts";
import type { Settled } from "../results/settled.ts";
import { type HostVerdict, type Judged, judged, statusOf } from "../results/verdict.ts";
import { redactAll } from "../secrets/index.ts";
import { routeOf } from "../targets.ts";
import { each } from "./each.ts";
import { serialize } from "./planfile.ts";
import type { Choices, CommandOutcome, Ports, Targets } from "./ports.ts";
import { eachConnected } from "./session.ts";

export interface PlanOptions extends Targets, Choices {
  /** Exit 2 where changes are pending, 3 where a guard blocks or somebody's run holds the host. */
  readonly detailedExitcode: boolean;
  /** Plan this recorded host instead of connecting to any. */
  readonly recorded?: Recorded;
}

export type PlanReport = readonly Judged<Plan>[];

export async function planCommand(options: PlanOptions, ports: Ports): Promise<CommandOutcome<PlanReport>> {
  const settled = await (options.recorded === undefined
    ? planHosts(options, ports)
    : planRecorded(options.recorded, options, ports));
  // Without the option a plan that could be made is 0, whatever is in it.
  const report = judged(settled, planVerdict).map((each) =>
    each.ok && !options.detailedExitcode ? { ...each, status: 0 } : each,
  );
  return { report, status: statusOf(report) };
}

function planHosts(options: PlanOptions, ports: Ports): Promise<readonly Settled<Plan>[]> {
  const loading = loadGather();
  return eachConnected(options, ports, async (transport, target) => {
    const [choice, route] = [options.choiceOf(target), routeOf(target, options)];
    const gather = await loading;
    return (await gather(transport, { choice, target, route, ports, depth: "plan" })).plan;
  });
}

/** What plans is loaded while the hosts answer, and what their script calls is packed. */
async function loadGather() {
  await new Promise(setImmediate);
  const [{ gather }, { prepareCollect }] = await Promise.all([import("./gather.ts"), import("./collect.ts")]);
  prepareCollect();
  return gather;
}

function planRecorded(
  recorded: Recorded,
  { choiceOf }: Choices,
  { version: tool, next }: Ports,
): Promise<readonly Settled<Plan>[]> {
  return each(["a recorded host"], async (target) => {
    const { look } = await import("./look.ts");
    return look(recorded.facts, { choice: choiceOf(target), target, tool, next, transport: recorded }).plan;
  });
}

/** The findings that keep an apply from starting. */
export const blocks = (plan: Plan) => plan.findings.filter(({ level }) => level === "block");

export function planVerdict(plan: Plan): HostVerdict {
  if (plan.findings.some(refusesApply)) return "blocked";
  return plan.changes.length > 0 ? "changes" : "pass";
}

/** The text of a plan file that holds every plan that could be made; undefined where none could. */
export function savePlans(report: PlanReport, { choiceOf }: Choices, tool: string): string | undefined {
  const saved = report.flatMap((result) => {
    if (!result.ok) return [];
    const { profile, only, skip } = choiceOf(result.target);
    const { origin: _origin, images: _images, ...values } = profile;
    return [{ plan: redactAll(result.value), profile: values, only, skip }];
  });
  return saved.length === 0 ? undefined : serialize(saved, tool);
}
