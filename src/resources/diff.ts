/** What a kind of resource answers to the planner: is the host as wanted, and if not, what would change. */
import type { Facts } from "../facts/probe.ts";
import type { Change, HostFacts } from "../plan/plan.ts";
import type { Claim, Resource } from "./resource.ts";

export interface DiffInput<R extends Resource = Resource> {
  readonly claim: Claim;
  readonly resource: R;
  readonly facts: Facts;
  readonly host: HostFacts;
  /** A package of the same control is still to be installed. */
  readonly installing: boolean;
  /** `resourceName`s that change in this plan, of the kinds before this one. */
  readonly changed: ReadonlySet<string>;
}

/** A change without what the planner knows: whose it is, and its address. */
export type Draft = Omit<Change, "address" | "control" | "kind" | "reason"> & { readonly reason?: string };

export type Outcome =
  | { readonly kind: "same" }
  | { readonly kind: "change"; readonly draft: Draft }
  /** Can't be changed safely, or can't be told: a finding that blocks. */
  | { readonly kind: "blocked"; readonly why: string; readonly hint?: string };

export const same: Outcome = { kind: "same" };
export const change = (draft: Draft): Outcome => ({ kind: "change", draft });
export const blocked = (why: string, hint?: string): Outcome => ({
  kind: "blocked",
  why,
  ...(hint === undefined ? {} : { hint }),
});
