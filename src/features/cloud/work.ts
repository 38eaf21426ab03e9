/** `harden cloud`: a project file's tiers, or Terraform's account of a cloud: judged, drawn, exported; no host is contacted. */
import { failing } from "../../assess/assess.ts";
import { dot } from "../../cloud/draw/dot.ts";
import { graphOf } from "../../cloud/draw/graph.ts";
import { mermaid } from "../../cloud/draw/mermaid.ts";
import { tableText } from "../../cloud/export/table.ts";
import { terraformText } from "../../cloud/export/terraform.ts";
import { ufwText } from "../../cloud/export/ufw.ts";
import { type CloudInput, cloudedOf, seenOf, tiersOf } from "../../cloud/input.ts";
import type { Project } from "../../project/project.ts";
import type { CloudReport } from "../../results/cloud.ts";
import { judged } from "../../results/verdict.ts";
import type { CommandOutcome } from "../../run/ports.ts";

/** Status 0 where all passes, 2 where something doesn't, or could not be told. `today`: as 2027-01-31. Throws HardenError. */
export function cloudCheck(input: CloudInput, today: string): CommandOutcome<CloudReport> {
  const value = cloudedOf(input, today);
  const report = judged([{ target: value.file, ok: true, value }], ({ checks }) =>
    failing(checks).length > 0 ? "fail" : "pass",
  );
  return { report, status: report[0]!.status };
}

/** As Mermaid's text, or in the language of Graphviz. Throws HardenError. */
export function cloudDrawing(input: CloudInput, as: "mermaid" | "dot"): string {
  const graph = graphOf(seenOf(input).cloud);
  return as === "mermaid" ? mermaid(graph) : dot(graph);
}

export const exports = { terraform: terraformText, table: tableText, ufw: ufwText } as const;

export type ExportName = keyof typeof exports;

/** Throws HardenError. */
export const cloudExport = (project: Project | undefined, to: ExportName): string =>
  exports[to](tiersOf(project).tiers);
