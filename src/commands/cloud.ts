/** `harden cloud`: a project file's tiers, or Terraform's account of a cloud: judged, drawn, exported; no host is contacted. */
import { failing } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import type { Finding } from "../checks/finding.ts";
import type { Attested } from "../cloud/check.ts";
import { dot } from "../cloud/draw/dot.ts";
import { graphOf } from "../cloud/draw/graph.ts";
import { mermaid } from "../cloud/draw/mermaid.ts";
import { tableText } from "../cloud/export/table.ts";
import { terraformText } from "../cloud/export/terraform.ts";
import { ufwText } from "../cloud/export/ufw.ts";
import { cloudOfTiers, tiersSeen } from "../cloud/from-tiers.ts";
import { judgeCloud } from "../cloud/judge.ts";
import type { Cloud } from "../cloud/model.ts";
import { cloudOfTerraform } from "../cloud/terraform/cloud.ts";
import { HardenError } from "../errors.ts";
import { at, type MapTree } from "../profile/tree.ts";
import type { Project } from "../project/project.ts";
import type { OriginAt, Tiers } from "../project/tiers.ts";
import type { CloudReport } from "../results/cloud.ts";
import { judged } from "../results/verdict.ts";
import type { Outcome } from "./ports.ts";

export interface CloudInput {
  /** Its tiers are judged; beside Terraform they only name it, and its attestations answer. */
  readonly project: Project | undefined;
  readonly terraform?: { readonly file: string; readonly text: string };
}

/** The place of a value, or of the nearest thing that it would be in. */
const originIn =
  (tree: MapTree): OriginAt =>
  (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = at(tree, path.slice(0, length));
      if (node !== undefined) return node.origin;
    }
    return tree.origin;
  };

const attestationsOf = ({ values, tree }: Project): readonly Attested[] =>
  values.attestations.map((each, index) => ({ ...each, at: originIn(tree)(["attestations", index]) }));

/** Throws HardenError `usage` where there is none, or nothing in it. */
export function tiersOf(project: Project | undefined): { readonly project: Project; readonly tiers: Tiers } {
  if (project === undefined)
    throw new HardenError("usage", "There is no project file here.", {
      hint: "Write the tiers into harden.yaml, or name a file: of a project, or what terraform show -json gives.",
      hostState: "no host was contacted",
    });
  const { tiers } = project.values;
  if (Object.keys(tiers).length > 0) return { project, tiers };
  throw new HardenError("usage", "The project file has no tiers.", {
    ...{ where: project.file, hostState: "no host was contacted" },
    hint: "Write them below tiers:, as docs/cloud.md has it; or name what terraform show -json gives.",
  });
}

interface Seen {
  readonly cloud: Cloud;
  readonly planned?: Cloud;
  readonly findings: readonly Finding[];
}

function seenOf({ project, terraform }: CloudInput): Seen {
  if (terraform === undefined) return { cloud: plannedOf(tiersOf(project)), findings: [] };
  const tiers = project?.values.tiers ?? {};
  const seen = cloudOfTerraform(terraform.file, terraform.text, tiersSeen(tiers));
  return project === undefined || Object.keys(tiers).length === 0
    ? seen
    : { ...seen, planned: plannedOf({ project, tiers }) };
}

const plannedOf = ({ project, tiers }: ReturnType<typeof tiersOf>): Cloud =>
  cloudOfTiers(project.file, tiers, originIn(project.tree));

/** Status 0 where all passes, 2 where something doesn't, or could not be told. `today`: as 2027-01-31. Throws HardenError. */
export function cloudCheck(input: CloudInput, today: string): Outcome<CloudReport> {
  const { findings, ...seen } = seenOf(input);
  const { cloud } = seen;
  const attestations = input.project === undefined ? [] : attestationsOf(input.project);
  const value = judgeCloud({ ...seen, attestations, today }, findings);
  const report = judged([{ target: cloud.file, ok: true, value }], ({ checks }) =>
    failing(checks).length > 0 ? "fail" : "pass",
  );
  return { report, status: report[0]!.status };
}

/** What the tiers of a project give; none without tiers. */
export const tierChecks = (project: Project | undefined, today: string): readonly Assessed[] =>
  project === undefined || Object.keys(project.values.tiers).length === 0
    ? []
    : cloudCheck({ project }, today).report.flatMap((each) => (each.ok ? each.value.checks : []));

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
