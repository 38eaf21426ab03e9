/** What a cloud is judged by: a project file's tiers, or Terraform's account of it. */
import type { Assessed } from "../assess/report.ts";
import type { Finding } from "../checks/finding.ts";
import { HardenError } from "../errors.ts";
import { at, type MapTree } from "../profile/tree.ts";
import type { Project } from "../project/project.ts";
import type { OriginAt, Tiers } from "../project/tiers.ts";
import type { Attested } from "./check.ts";
import { cloudOfTiers, tiersSeen } from "./from-tiers.ts";
import { type Clouded, judgeCloud } from "./judge.ts";
import type { Cloud } from "./model.ts";
import { cloudOfTerraform } from "./terraform/cloud.ts";

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
    where: project.file,
    hostState: "no host was contacted",
    hint: "Write them below tiers:, as docs/cloud.md has it; or name what terraform show -json gives.",
  });
}

interface Seen {
  readonly cloud: Cloud;
  readonly planned?: Cloud;
  readonly findings: readonly Finding[];
}

export function seenOf({ project, terraform }: CloudInput): Seen {
  if (terraform === undefined) return { cloud: plannedOf(tiersOf(project)), findings: [] };
  const tiers = project?.values.tiers ?? {};
  const seen = cloudOfTerraform(terraform.file, terraform.text, tiersSeen(tiers));
  return project === undefined || Object.keys(tiers).length === 0
    ? seen
    : { ...seen, planned: plannedOf({ project, tiers }) };
}

const plannedOf = ({ project, tiers }: ReturnType<typeof tiersOf>): Cloud =>
  cloudOfTiers(project.file, tiers, originIn(project.tree));

/** All that its checks say. `today`: as 2027-01-31. Throws HardenError. */
export function cloudedOf(input: CloudInput, today: string): Clouded {
  const { findings, ...seen } = seenOf(input);
  const attestations = input.project === undefined ? [] : attestationsOf(input.project);
  return judgeCloud({ ...seen, attestations, today }, findings);
}

/** What the tiers of a project give; none without tiers. */
export const tierChecks = (project: Project | undefined, today: string): readonly Assessed[] =>
  project === undefined || Object.keys(project.values.tiers).length === 0
    ? []
    : cloudedOf({ project }, today).checks;
