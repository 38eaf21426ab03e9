/** A host's audits in the order in which they were measured, with what each has mended and what is new in it. Pure. */
import { isBad } from "./assess.ts";
import type { Baseline, Then, Was } from "./baseline.ts";

export interface Measured extends Then {
  readonly at: string;
}

type Named = Pick<Was, "id" | "object">;

export interface Point {
  /** The file that it was saved in; left out of what was measured now. */
  readonly file?: string;
  readonly at: string;
  /** Left out where nothing was measured. */
  readonly score?: number;
  /** Against the one before; what could not be measured is in neither. */
  readonly mended: readonly Named[];
  readonly fresh: readonly Named[];
}

/** Audits of another machine by this name are left out, and so is what is no host's. */
export function historyOf(now: Measured, saved: readonly Baseline[], target: string): readonly Point[] {
  const earlier = saved.flatMap(({ file, targets }) => {
    const then = targets.get(target);
    return then?.at === undefined || then.machineId !== now.machineId ? [] : [{ ...then, at: then.at, file }];
  });
  const all: readonly (Measured & { readonly file?: string })[] = [...earlier, now];
  const sorted = all.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return sorted.map(({ file, at, score, checks }, place) => {
    const before = sorted[place - 1]?.checks;
    return {
      ...(file === undefined ? {} : { file }),
      at,
      mended: [],
      fresh: [],
      ...(score === undefined ? {} : { score }),
      ...(before === undefined ? {} : { mended: openIn(before, checks), fresh: openIn(checks, before) }),
    };
  });
}

const keyOf = ({ id, object }: Named) => JSON.stringify([id, object]);

const isOpen = ({ verdict, waiver }: Was) => isBad({ verdict }) && waiver?.state !== "waived";

/** What is open in one and known not to be in the other. */
function openIn(one: readonly Was[], other: readonly Was[]): readonly Named[] {
  const open = new Set(other.filter(isOpen).map(keyOf));
  const unmeasured = new Set(other.flatMap(({ id, verdict }) => (verdict === "error" ? [id] : [])));
  const own = one.filter(
    (was) => isOpen(was) && was.verdict !== "error" && !open.has(keyOf(was)) && !unmeasured.has(was.id),
  );
  return [...new Map(own.map((was) => [keyOf(was), { id: was.id, object: was.object }])).values()];
}
