/** `harden show`: the plans of a file, as `harden plan` has shown them; no host is contacted. */
import { judged } from "../../results/verdict.ts";
import { type PlanReport, planVerdict } from "../../run/plan.ts";
import { parsePlanFile } from "../../run/planfile.ts";

/** Throws HardenError `usage` where the file is none, was edited, or is of another version. */
export const showCommand = (text: string, o: { tool: string; where: string }): PlanReport =>
  judged(
    parsePlanFile(text, o).map(({ plan }) => ({ target: plan.target, ok: true, value: plan })),
    planVerdict,
  ).map((each) => ({ ...each, status: 0 }));
