/** `harden compose check FILE…`: compose files against what the guide wants of containers; no host is contacted. */
import { failing } from "../../assess/assess.ts";
import { checked, type Options } from "../../audit/files.ts";
import type { Composed } from "../../compose/composed.ts";
import type { ComposeReport } from "../../results/compose.ts";
import type { Settled } from "../../results/settled.ts";
import { judged } from "../../results/verdict.ts";
import type { CommandOutcome } from "../../run/ports.ts";

/** Status 0 where all passes or is waived, 2 where something fails, 78 where a file can't be used, whatever the others say. */
export async function composeCheck(
  files: readonly string[],
  options: Options,
): Promise<CommandOutcome<ComposeReport>> {
  const settled: Settled<Composed>[] = [];
  const all = options.together ? [files] : files.map((file) => [file]);
  for (const one of all) {
    const done = await checked(one, options);
    settled.push(done.ok ? { ...done, value: done.value.composed } : done);
  }
  const report = judged(settled, ({ checks }) => (failing(checks).length > 0 ? "fail" : "pass"));
  return { report, status: Math.max(0, ...report.map(({ status }) => status)) };
}
