/** What the checks of one host come to. Pure. */
import type { CheckRecord } from "../checks/check.ts";
import { type Asset, assetsOf } from "./assets.ts";
import type { CheckReport } from "./report.ts";
import { type LayerScore, layerScores, scoreOf } from "./score.ts";

export interface Weighed {
  /** 0 to 100, see {@link scoreOf}; left out where nothing was measured. */
  readonly score?: number;
  readonly layers: readonly LayerScore[];
  readonly assets: readonly Asset[];
}

export function weigh(
  checks: readonly Pick<CheckReport, "id" | "severity" | "verdict" | "layer">[],
  records: readonly CheckRecord[],
): Weighed {
  const score = scoreOf(checks);
  return {
    ...(score === undefined ? {} : { score }),
    layers: layerScores(checks),
    assets: assetsOf(checks, records),
  };
}
