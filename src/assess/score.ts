/** A score of what was judged, a grade for each layer, and which layers guard what matters. Pure. */
import type { Severity } from "../checks/check.ts";
import { type Layer, layers } from "../checks/layers.ts";
import { isBad } from "./assess.ts";
import type { CheckReport } from "./report.ts";

/** What a check that fails alone takes of a full score, in points of 100. */
export const points: Readonly<Record<Severity, number>> = { high: 12, medium: 5, low: 2 };

type Judged = Pick<CheckReport, "id" | "severity" | "verdict">;
type Layered = Judged & Pick<CheckReport, "layer">;

/**
 * 0 to 100, of checks of which some were measured; undefined where none was, for nothing is known then. Each check that
 * fails, however often, takes its points in percent of what the others leave: none can hide behind many. What could not
 * be measured counts as failing, and so does what is waived or advice: it is so, whoever knows of it.
 */
export function scoreOf(checks: readonly Judged[]): number | undefined {
  if (!checks.some(({ verdict }) => verdict !== "not applicable")) return undefined;
  const bad = new Map(checks.filter(isBad).map(({ id, severity }) => [id, severity]));
  const left = [...bad.values()].reduce((rest, severity) => rest * (1 - points[severity] / 100), 100);
  // Whatever fails shows; the small number is the error of multiplying.
  return Math.floor(left + 1e-9);
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
}

/** All layers, in their order. */
export const layerScores = (checks: readonly Layered[]): readonly LayerScore[] =>
  layers.map((layer) => {
    const own = checks.filter((check) => check.layer === layer);
    const score = scoreOf(own);
    const count = (verdict: (one: Judged) => boolean) =>
      new Set(own.filter(verdict).map(({ id }) => id)).size;
    return {
      layer,
      ...(score === undefined ? {} : { score, grade: gradeOf(score) }),
      failing: count((one) => isBad(one) && one.verdict !== "error"),
      unmeasured: count(({ verdict }) => verdict === "error"),
    };
  });
