/** What is known of hashes of the empty password, for the checks of two controls. Pure. */
import type { EmptyHashes } from "../facts/empty-hashes.ts";
import { type Fact, notLooked, valueOr } from "../facts/probe.ts";

export const hasEmptyHash = (fact: Fact<EmptyHashes>, name: string): boolean =>
  valueOr(fact, undefined)?.names.has(name) === true;

/** Why there may be more of them. */
export function untried(fact: Fact<EmptyHashes>): readonly string[] {
  if (fact.state === "unknown") return fact.why === notLooked ? [] : [fact.why];
  const left = valueOr(fact, undefined)?.left ?? 0;
  return left === 0 ? [] : [`there was no time to try the empty password with ${left} more hashes`];
}
