/** A check of a control as its module writes it: the resources that it wants, or a test of its own. Pure. */
import type { Row } from "../checks/check.ts";
import { type Fact, type Probe, type Probes, probeKey, type Unread, unknown } from "../facts/probe.ts";
import { held, type Resource } from "../kinds/index.ts";
import type { CheckResult, ControlCheck, Input } from "../plan/control.ts";
import { inapplicable, result } from "./verdict.ts";

/** A text says why nothing is wanted: not applicable. A fact that could not be read is an error. */
type Wanted = readonly Resource[] | string | Unread;

type Optional = "role" | "needs";

/** A proof that needs no facts beforehand, unless it says otherwise. */
type Common<Params, P extends Probes, V> = Omit<Row<ControlCheck<Params, P, V>>, "test" | Optional> &
  Partial<Pick<ControlCheck<Params, P, V>, Optional>> & {
    /** What it reads beside the probes of its control and those of what it wants; `factOf` gives their facts. */
    readonly probes?: readonly Probe<unknown>[];
  };

/** A check that wants nothing of a host: it tells what is so. */
export type TestRow<Params, P extends Probes, V = undefined> = Common<Params, P, V> &
  Pick<ControlCheck<Params, P, V>, "test"> & { readonly want?: never };

export type WantRow<Params, P extends Probes, V = undefined> = Common<Params, P, V> & {
  /** Why it is wanted: that of its claims. */
  readonly reason: string;
  /** What it wants; of those that depend on no facts the probes follow, too. */
  readonly want: readonly Resource[] | ((input: Input<Params, P, V>) => Wanted);
  /** Where the effective state is more than what the kinds of the resources hold by. */
  readonly test?: ControlCheck<Params, P, V>["test"];
};

export type ControlRow<Params, P extends Probes, V = undefined> =
  | TestRow<Params, P, V>
  | WantRow<Params, P, V>;

export type AnyWant = WantRow<unknown, Probes, unknown>;
export type AnyRow = ControlRow<unknown, Probes, unknown>;
export type AnyInput = Input<unknown, Probes, unknown>;

/** The fact of a probe that a row reads. */
export const factOf = <T>({ facts }: { readonly facts: object }, probe: Probe<T>): Fact<T> =>
  (facts as Readonly<Record<string, Fact<T>>>)[probeKey(probe)] ??
  unknown(`${probe.collector} is not collected`);

export type FactReader = <T>(probe: Probe<T>) => Fact<T>;

export const wantedOf = ({ want }: Pick<AnyWant, "want">, input: AnyInput): Wanted =>
  typeof want === "function" ? want(input) : want;

/** From what says most: one that is surely not so, one that could not be read, one that can't be there at all. */
const verdictOf = [
  [false, "fail"],
  ["unknown", "error"],
  ["unsupported", "not applicable"],
  [true, "pass"],
] as const;

/** All must be so. */
export function judge(wanted: Wanted, read: FactReader): CheckResult {
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
