/** `harden checklist` and `harden verify --after-deploy`: lines to go through, answered by an audit and by attestations. */
import { answer, holds, linesOf } from "../assess/lines.ts";
import { reportOf } from "../assess/object-report.ts";
import type { Assessed } from "../assess/report.ts";
import { afterDeploy, checklist } from "../checks/lines.ts";
import type { ObjectResult } from "../checks/object.ts";
import { aliveChecks } from "../compose/checks/alive.ts";
import { composeChecks } from "../compose/checks/index.ts";
import { type Composed, isHost } from "../compose/composed.ts";
import { hinders } from "../plan/unsettled.ts";
import type { Attestation } from "../project/schema.ts";
import type { Audited } from "../results/audited.ts";
import type { Answered, ChecklistName, ChecklistReport } from "../results/checklist.ts";
import type { Settled } from "../results/settled.ts";
import { outcomeOf } from "../results/verdict.ts";
import type { CommandOutcome, Ports } from "../run/ports.ts";
import { runningChecks } from "../running/checks.ts";
import { withoutPlace } from "../running/judge.ts";
import { nowhere } from "../running/nodes.ts";
import { type AuditOptions, auditCommand } from "./audit.ts";
import { downIds } from "./engine.ts";
import { everyCheck } from "./every-check.ts";

/** Each list with the checks that answer its lines. */
export const lists = {
  checklist: linesOf(checklist, everyCheck),
  "after-deploy": linesOf(afterDeploy, everyCheck),
} as const satisfies Record<ChecklistName, unknown>;

export interface ChecklistOptions extends Omit<AuditOptions, "failOn"> {
  readonly list: ChecklistName;
  readonly attestations: readonly Attestation[];
  /** What the tiers of the project file give. */
  readonly tiers: readonly Assessed[];
}

/** Status 0 where every line holds; not measured never does. A file that can't be used has no lines, and ends so. */
export async function checklistCommand(
  options: ChecklistOptions,
  ports: Ports,
): Promise<CommandOutcome<ChecklistReport>> {
  const { report } = await auditCommand({ ...options, failOn: "low" }, ports);
  const files = report.flatMap((each) => (each.ok && !isHost(each.value) ? [each.value] : []));
  const settled = report.flatMap((each): readonly Settled<Answered>[] => {
    if (!each.ok) return [{ target: each.target, ok: false, error: each.error }];
    if (!isHost(each.value)) return [];
    return [{ target: each.target, ok: true, value: answered(each.value, files, options) }];
  });
  return outcomeOf(settled, ({ lines, unsettled }) =>
    unsettled.length === 0 && lines.every(holds) ? "pass" : "fail",
  );
}

/** What is said of containers where nobody could look at them: none are there to be wrong, or nobody knows. */
function unlooked(engine: Audited["engine"]): readonly Assessed[] {
  if (engine.state === "asked") return [];
  const verdict = engine.state === "unasked" ? "error" : "not applicable";
  const told = { object: "", at: nowhere, found: engine.why };
  return [...composeChecks, ...runningChecks].map((check) =>
    withoutPlace(
      reportOf(check, {
        ...told,
        verdict,
        ...(verdict === "error"
          ? { remedy: "Let the engine answer, and look again: containers may run on without it." }
          : {}),
      }),
    ),
  );
}

const ofHealth = (told: ObjectResult): Assessed => reportOf(aliveChecks.health, told);

/** What was deployed and doesn't run isn't healthy, whatever its file says. */
const notRunning = (findings: Audited["findings"]): readonly Assessed[] =>
  findings
    .filter(({ id }) => downIds.has(id))
    .map(({ message, hint }) =>
      ofHealth({
        object: "",
        verdict: "fail",
        found: message,
        ...(hint === undefined ? {} : { remedy: hint }),
      }),
    );

/** Nor is one known to be that has not answered yet. */
const notYetHealthy = (containers: Audited["containers"]): readonly Assessed[] =>
  containers
    .filter(({ health }) => health === "starting")
    .map(({ name }) =>
      ofHealth({
        object: name,
        verdict: "error",
        found: "it is starting: its health check has not passed yet",
        remedy: "Look again once docker compose up --detach --wait has ended.",
      }),
    );

/** Before a deployment files count for every host; after one only what runs there does. */
export function answered(
  { host, profile, engine, containers, checks, findings }: Audited,
  files: readonly Composed[],
  { list, attestations, today, tiers }: Pick<ChecklistOptions, "list" | "attestations" | "today" | "tiers">,
): Answered {
  const seen = [...checks, ...unlooked(engine)];
  const all =
    list === "after-deploy"
      ? [...seen, ...notRunning(findings), ...notYetHealthy(containers)]
      : [...seen, ...files.flatMap((file) => file.checks), ...tiers];
  const unsettled = findings.filter(hinders).map(({ id }) => id);
  return { list, host, profile, unsettled, lines: answer(lists[list], { checks: all, attestations, today }) };
}
