/** What the checks of one host come to. Pure. */
import type { CheckRecord } from "../checks/check.ts";
import { isBad } from "./assess.ts";
import { type Asset, assetsOf } from "./assets.ts";
import type { Assessed } from "./report.ts";
import { type LayerScore, layerScores, scoreOf, sharesOf, type WeighedVerdict } from "./score.ts";

export interface Weighed {
  /** 0 to 100, see {@link scoreOf}; left out where nothing was measured. */
  readonly score?: number;
  readonly layers: readonly LayerScore[];
  readonly assets: readonly Asset[];
  /** Each that doesn't hold with what it takes of the score, or which one counts in its place. */
  readonly checks: readonly Assessed[];
}

export function weigh(checks: readonly Assessed[], records: readonly CheckRecord[]): Weighed {
  const judged = judgedBy(checks, records);
  const score = scoreOf(judged);
  const shares = sharesOf(judged);
  return {
    ...(score === undefined ? {} : { score }),
    layers: layerScores(judged),
    assets: assetsOf(checks, records),
    checks: checks.map((check) => (isBad(check) ? { ...check, ...shares.get(check.id) } : check)),
  };
}

export function judgedBy(
  checks: readonly Pick<Assessed, "id" | "severity" | "layer" | "verdict">[],
  records: readonly CheckRecord[],
): readonly WeighedVerdict[] {
  const known = new Map(records.map((record) => [record.id, record]));
  return checks.map((check) => ({ ...known.get(check.id), ...check }));
}
