/** A check of a cloud: what holds, where it doesn't, and what to do. Pure. */

import type { CheckReport } from "../assess/report.ts";
import type { About } from "../controls/about.ts";
import type { Reference, Severity, Verdict } from "../controls/control.ts";
import type { Origin } from "../profile/tree.ts";
import type { Attestation } from "../project/schema.ts";
import type { Cloud, Placed } from "./model.ts";

export interface Result {
  readonly object: string;
  /** Left out of what stands nowhere, such as a trail that isn't there. */
  readonly at?: Origin;
  readonly verdict: Exclude<Verdict, "until the next boot">;
  readonly found: string;
  readonly remedy?: string;
}

/** Whose line is the id of a check. */
export interface Attested extends Attestation {
  readonly at?: Origin;
}

export interface CloudSeen {
  readonly cloud: Cloud;
  /** The tiers of the project file, where the cloud is Terraform's. */
  readonly planned?: Cloud;
  readonly attestations: readonly Attested[];
  /** As 2027-01-31, by UTC. */
  readonly today: string;
}

export interface CloudCheck {
  /** Stable: `cloud.NAME`, and the line that an attestation names. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly references: readonly Reference[];
  readonly expected: string;
  /** Its command looks at the cloud itself. */
  readonly about: Omit<About, "by">;
  readonly test: (seen: CloudSeen) => readonly Result[];
}

export const bad = ({ object, at }: Placed, found: string, remedy: string): Result => ({
  ...{ object, at, verdict: "fail", found, remedy },
});

export const unmeasured = ({ object, at }: Placed, found: string, remedy: string): Result => ({
  ...{ object, at, verdict: "error", found, remedy },
});

/** One result where nothing was wrong: it passes where there was something to look at. */
export function orPass(results: readonly Result[], looked: number, what: string): readonly Result[] {
  if (results.length > 0) return results;
  if (looked === 0) return [{ object: "", verdict: "not applicable", found: `no ${what} in it` }];
  return [{ object: "", verdict: "pass", found: `${looked} ${what}` }];
}

export const reportOf = (check: CloudCheck, { at, ...result }: Result): CheckReport => {
  const { id, title, severity, references, expected } = check;
  return {
    ...{ id, control: "cloud", title, severity, role: "audit", references, expected, ...result },
    ...(at === undefined ? {} : { place: at }),
  };
};
