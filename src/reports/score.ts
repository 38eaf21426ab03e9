/** The score of what was judged, the layers, and what they guard, for a person. */
import { open } from "../assess/assess.ts";
import { type Asset, guarding } from "../assess/assets.ts";
import type { Assessed } from "../assess/report.ts";
import { type GroupScore, gradeOf, type LayerScore, points } from "../assess/score.ts";
import { clean, count } from "./paint.ts";

/** `71 of 100, C`; of nothing that was measured that is said. */
export const scoreText = (score: number | undefined): string =>
  score === undefined ? "no score: nothing was measured" : `${score} of 100, ${gradeOf(score)}`;

/** `worst 25 of 100, E (web3); median 83 of 100, C; without 1 host that could not be read` */
export const groupText = ({ worst, median, unread }: GroupScore): string => {
  const without = unread === 0 ? "" : `; without ${count(unread, "host")} that could not be read`;
  return clean(`worst ${scoreText(worst.score)} (${worst.target}); median ${scoreText(median)}${without}`);
};

export const weightOf = ({ points: taken, severity }: Pick<Assessed, "points" | "severity">): number =>
  taken ?? points[severity];

export interface Weighty {
  readonly id: string;
  readonly title: string;
  /** Of a full score, with what it hides. */
  readonly points: number;
  readonly objects: readonly string[];
  readonly remedy: string;
}

/** What doesn't hold and counts, by check, what weighs most first. */
export function weightiest(checks: readonly Assessed[]): readonly Weighty[] {
  const byId = new Map<string, readonly Assessed[]>();
  for (const check of open(checks).filter(({ hiddenBy }) => hiddenBy === undefined))
    byId.set(check.id, [...(byId.get(check.id) ?? []), check]);
  return [...byId]
    .map(([id, own]) => {
      const { title, remedy = "" } = own[0]!;
      return { id, title, remedy, points: weightOf(own[0]!), objects: own.map(({ object }) => object) };
    })
    .sort((one, other) => other.points - one.points || (one.id < other.id ? -1 : 1));
}

export function layerText({ layer, score, grade, failing, unmeasured, hidden }: LayerScore): string {
  const said = [
    ...(failing === 0 ? [] : [`${count(failing, "check")} ${failing === 1 ? "doesn't" : "don't"} hold`]),
    ...(unmeasured === 0 ? [] : [`${unmeasured} not measured`]),
    ...(hidden === 0
      ? []
      : [`${hidden} more by the same ${failing + unmeasured === 1 ? "cause" : "causes"}`]),
  ];
  if (score === undefined) return `${layer.padEnd(11)}  -  nothing to measure`;
  return `${layer.padEnd(11)}  ${grade}  ${String(score).padStart(3)}${said.length === 0 ? "" : `  ${said.join(", ")}`}`;
}

export function assetText(asset: Asset): string {
  const holding = guarding(asset);
  const open = asset.guards.filter((guard) => guard.open.length > 0);
  const by = holding.length === 0 ? "no layer" : holding.join(", ");
  const not = open.map((guard) => `${guard.layer} by ${guard.open.join(", ")}`);
  return clean(
    `${asset.asset.padEnd(11)}  guarded by ${by}${not.length === 0 ? "" : `; open: ${not.join("; ")}`}`,
  );
}
