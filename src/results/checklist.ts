/** How each line of a list stands. */
import type { LineResult } from "../assess/lines.ts";
import type { HostFacts } from "../facts/host.ts";
import type { ProfileFacts } from "../plan/plan.ts";
import type { Judged } from "./verdict.ts";

/** The lists that there are. */
export type ChecklistName = "checklist" | "after-deploy";

/** A host, and how each line stands with it; the files that were named count for every host. */
export interface Answered {
  readonly list: ChecklistName;
  readonly host: HostFacts;
  readonly profile: ProfileFacts;
  /** Ids of findings that let nothing be trusted, such as a run that isn't settled. */
  readonly unsettled: readonly string[];
  readonly lines: readonly LineResult[];
}

export type ChecklistReport = readonly Judged<Answered>[];
