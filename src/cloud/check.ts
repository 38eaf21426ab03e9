/** A check of a cloud: what holds, where it doesn't, and what to do. Pure. */
import type { ObjectCheck, ObjectResult, ObjectRow } from "../checks/object.ts";
import type { Origin } from "../profile/tree.ts";
import type { Attestation } from "../project/schema.ts";
import type { Cloud, Placed } from "./model.ts";

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

/** Its id is the line that an attestation names, and its command (`look`) looks at the cloud itself. */
export type CloudCheck = ObjectCheck<CloudSeen>;

/** A check of clouds as its module writes it. */
export type CloudRow = ObjectRow<CloudCheck>;

export const bad = ({ object, at }: Placed, found: string, remedy: string): ObjectResult => ({
  object,
  at,
  verdict: "fail",
  found,
  remedy,
});

export const unmeasured = ({ object, at }: Placed, found: string, remedy: string): ObjectResult => ({
  object,
  at,
  verdict: "error",
  found,
  remedy,
});

/** One result where nothing was wrong: it passes where there was something to look at. */
export function orPass(
  results: readonly ObjectResult[],
  looked: number,
  what: string,
): readonly ObjectResult[] {
  if (results.length > 0) return results;
  if (looked === 0) return [{ object: "", verdict: "not applicable", found: `no ${what} in it` }];
  return [{ object: "", verdict: "pass", found: `${looked} ${what}` }];
}
