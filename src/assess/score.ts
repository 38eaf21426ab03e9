/** A score of what was judged, and a grade for each layer; docs/score.md has the rules. Pure. */
import type { CheckRecord, Severity } from "../checks/check.ts";
import { type Layer, layers } from "../checks/layers.ts";
import { isBad } from "./assess.ts";
import type { CheckReport } from "./report.ts";

/** What a check that fails alone takes of a full score, in points of 100. */
export const points: Readonly<Record<Severity, number>> = { high: 12, medium: 5, low: 2 };

/** What one takes that lets somebody in by itself: of the host's score, and of its layer's. */
export const opening = { host: 50, layer: 80 } as const;

type Of = keyof typeof opening;

export const takes = ({ severity, opens }: Pick<CheckRecord, "severity" | "opens">, of: Of = "host") =>
  opens ? opening[of] : points[severity];

/** A verdict with what its check's record says of its weight. */
export type WeighedVerdict = Pick<CheckReport, "verdict"> &
  Pick<CheckRecord, "id" | "severity" | "layer" | "opens" | "cause">;

const worst = (checks: readonly WeighedVerdict[], of: Of) =>
  Math.max(...checks.map((check) => takes(check, of)));

function causesOf(checks: readonly WeighedVerdict[]): readonly (readonly WeighedVerdict[])[] {
  const groups = new Map<string, WeighedVerdict[]>();
  for (const check of checks) {
    const cause = check.cause ?? check.id;
    groups.set(cause, [...(groups.get(cause) ?? []), check]);
  }
  return [...groups.values()];
}

/**
 * 0 to 100, of checks of which some were measured; undefined where none was, for nothing is known then. Each check that
 * fails, however often, takes its points in percent of what the others leave: none can hide behind many. Those of one
 * cause take together no more than the worst of them, so that a stopped service is never better than a weak one. What
 * could not be measured counts as failing, and so does what is waived or advice: it is so, whoever knows of it.
 */
export function scoreOf(checks: readonly WeighedVerdict[], of: Of = "host"): number | undefined {
  if (!checks.some(({ verdict }) => verdict !== "not applicable")) return undefined;
  const left = causesOf(checks).reduce((rest, group) => rest * shareLeft(group, of), 100);
  // Whatever fails shows; the small number is the error of multiplying.
  return Math.floor(left + 1e-9);
}

function shareLeft(group: readonly WeighedVerdict[], of: Of): number {
  const bad = new Map(group.filter(isBad).map((check) => [check.id, takes(check, of)]));
  const left = [...bad.values()].reduce((rest, each) => rest * (1 - each / 100), 1);
  return Math.max(left, 1 - worst(group, of) / 100);
}

/** What a check that doesn't hold takes of the host's score, or the one that counts in its place. */
export type Share = { readonly points: number } | { readonly hiddenBy: string };

/** Of all that doesn't hold, by id. Where the worst of a cause fails, the first that fails counts for all of it. */
export function sharesOf(checks: readonly WeighedVerdict[]): ReadonlyMap<string, Share> {
  const shares = causesOf(checks).flatMap((group): readonly (readonly [string, Share])[] => {
    const bad = group.filter(isBad);
    const most = worst(group, "host");
    const [first] = bad;
    if (first === undefined) return [];
    if (worst(bad, "host") < most) return bad.map((check) => [check.id, { points: takes(check) }]);
    const others = bad.filter(({ id }) => id !== first.id);
    return [[first.id, { points: most }], ...others.map(({ id }) => [id, { hiddenBy: first.id }] as const)];
  });
  return new Map(shares);
}

export const grades = ["A", "B", "C", "D", "E", "F"] as const;

export type Grade = (typeof grades)[number];

/** A is a score of 95 at least: not one check of high severity fails. */
const least: readonly (readonly [number, Grade])[] = [
  [95, "A"],
  [85, "B"],
  [70, "C"],
  [50, "D"],
  [25, "E"],
  [0, "F"],
];

export const gradeOf = (score: number): Grade => least.find(([from]) => score >= from)![1];

export interface LayerScore {
  readonly layer: Layer;
  /** Left out where nothing of it was there to be measured. */
  readonly score?: number;
  readonly grade?: Grade;
  readonly failing: number;
  readonly unmeasured: number;
  /** Checks that fail or were not measured by a cause that counts already. */
  readonly hidden: number;
}

/** All layers, in their order. */
export function layerScores(checks: readonly WeighedVerdict[]): readonly LayerScore[] {
  const shares = sharesOf(checks);
  return layers.map((layer) => {
    const own = checks.filter((check) => check.layer === layer);
    const score = scoreOf(own, "layer");
    const count = (isCounted: (one: WeighedVerdict, isHidden: boolean) => boolean) =>
      new Set(
        own.flatMap((one) =>
          isBad(one) && isCounted(one, "hiddenBy" in (shares.get(one.id) ?? {})) ? [one.id] : [],
        ),
      ).size;
    return {
      layer,
      ...(score === undefined ? {} : { score, grade: gradeOf(score) }),
      failing: count(({ verdict }, isHidden) => !isHidden && verdict !== "error"),
      unmeasured: count(({ verdict }, isHidden) => !isHidden && verdict === "error"),
      hidden: count((_, isHidden) => isHidden),
    };
  });
}

/** Several hosts: the worst of them, and the median; of an even number the lower one of the two in the middle. */
export interface GroupScore {
  /** Those that have a score. */
  readonly hosts: number;
  /** Those that have none, as they could not be read. */
  readonly unread: number;
  readonly worst: { readonly target: string; readonly score: number };
  readonly median: number;
}

/** Undefined of fewer than two that have a score. */
export function groupScore(hosts: readonly GroupScore["worst"][], unread: number): GroupScore | undefined {
  if (hosts.length < 2) return undefined;
  const sorted = hosts.toSorted((one, other) => one.score - other.score);
  const { score } = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return { hosts: hosts.length, unread, worst: sorted[0]!, median: score };
}
