/** A rule: the resources that a control wants for one reason, and the check that tells whether they are so. Pure. */
import type { Fact, Probe, Probes, Unread } from "../facts/probe.ts";
import { held, type Resource } from "../kinds/index.ts";
import type { Check, CheckResult, Input } from "./control.ts";
import { inapplicable, result } from "./verdict.ts";

/** A text says why nothing is wanted: not applicable. A fact that could not be read is an error. */
type Wanted = readonly Resource[] | string | Unread;

type Said = "role" | "needs";

/** A proof that needs no facts beforehand, unless it says otherwise. */
export interface Rule<Params, P extends Probes, V = undefined>
  extends Omit<Check<Params, P, V>, "test" | Said>,
    Partial<Pick<Check<Params, P, V>, Said>> {
  /** Why it is wanted: that of its claims. */
  readonly reason: string;
  /** What it wants; of those that depend on no facts the probes follow, too. */
  readonly want: readonly Resource[] | ((input: Input<Params, P, V>) => Wanted);
  /** Where the effective state is more than what the kinds of the resources hold by. */
  readonly test?: Check<Params, P, V>["test"];
}

/** Types a rule that stands in a file of its own; in a control's own list it needs none. */
export const rule = <Params, P extends Probes, V = undefined>(given: Rule<Params, P, V>) => given;

export type AnyRule = Rule<unknown, Probes, unknown>;
export type AnyInput = Input<unknown, Probes, unknown>;

export type Reader = <T>(probe: Probe<T>) => Fact<T>;

export const wantedOf = ({ want }: Pick<AnyRule, "want">, input: AnyInput): Wanted =>
  typeof want === "function" ? want(input) : want;

/** From what says most: one that is surely not so, one that could not be read, one that can't be there at all. */
const verdictOf = [
  [false, "fail"],
  ["unknown", "error"],
  ["unsupported", "not applicable"],
  [true, "pass"],
] as const;

/** All must be so. */
export function judge(wanted: Wanted, read: Reader): CheckResult {
  if (typeof wanted === "string") return inapplicable(wanted);
  if ("why" in wanted) return result("error", "", wanted.why);
  const all = wanted.flatMap((resource) => held(resource, read) ?? []);
  for (const [so, verdict] of verdictOf) {
    const such = all.filter((each) => each.so === so);
    const text = (part: "expected" | "found") => [...new Set(such.map((one) => one[part]))].join("; ");
    if (such.length > 0) return result(verdict, text("expected"), text("found"));
  }
  return result("error", "", "no kind tells whether it is so");
}
