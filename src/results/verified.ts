/** What a verify found. */
import type { Assessed } from "../assess/report.ts";
import type { Finding } from "../checks/finding.ts";
import type { HostFacts } from "../facts/host.ts";
import type { Unsettled } from "../facts/unsettled.ts";
import type { ProfileFacts } from "../plan/plan.ts";
import type { Judged } from "./verdict.ts";

export interface Verified {
  readonly host: HostFacts;
  readonly profile: ProfileFacts;
  readonly checks: readonly Assessed[];
  /** Runs that aren't settled: what the checks found may not last. */
  readonly unsettled: readonly Unsettled[];
  /** What is to be said of the host as a whole, and of how the profile was found. */
  readonly findings: readonly Finding[];
}

export type VerifyReport = readonly Judged<Verified>[];
