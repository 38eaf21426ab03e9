/** A host's score over time: a line for the eye, and the same as a table. Pure. */
import type { Baseline } from "../../assess/baseline.ts";
import { historyOf, type Point } from "../../assess/history.ts";
import { gradeOf } from "../../assess/score.ts";
import type { Audited } from "../../results/audited.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { table } from "./parts.ts";

/** In the drawing's own points; text stays readable where all of it is as wide as a phone. */
const [left, right, top, bottom] = [34, 350, 14, 130] as const;

const day = (at: string) => at.slice(0, 10);

function chart(points: readonly Point[]): Markup {
  const known = points.flatMap(({ at, score }) =>
    score === undefined ? [] : [{ at, score, time: Date.parse(at) }],
  );
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || first === last) return nothing;
  const span = Math.max(1, last.time - first.time);
  const placed = known.map(({ time, score }) => ({
    x: Math.round(left + ((right - left) * (time - first.time)) / span),
    y: Math.round(bottom - ((bottom - top) * score) / 100),
    score,
  }));
  const said = `Score over time: ${first.score} on ${day(first.at)}, ${last.score} on ${day(last.at)}`;
  return html`<svg viewBox="0 0 360 160" role="img" aria-label="${said}">${[0, 50, 100].map((score) => {
    const y = bottom - ((bottom - top) * score) / 100;
    return html`<line class="axis" x1="${left}" y1="${y}" x2="${right}" y2="${y}"/><text x="0" y="${y + 4}">${score}</text>`;
  })}<polyline class="line" points="${placed.map(({ x, y }) => `${x},${y}`).join(" ")}"/>${placed.map(
    ({ x, y, score }) => html`<circle class="dot" cx="${x}" cy="${y}" r="4"><title>${score}</title></circle>`,
  )}<text x="${left}" y="152">${day(first.at)}</text><text x="${right}" y="152" text-anchor="end">${day(last.at)}</text></svg>`;
}

/** Each id once, with how often it is meant. */
function names(all: Point["mended"]): string {
  const numbers = new Map<string, number>();
  for (const { id } of all) numbers.set(id, (numbers.get(id) ?? 0) + 1);
  return [...numbers].map(([id, number]) => (number === 1 ? id : `${id} (${number})`)).join(", ") || "–";
}

/** Nothing where no earlier audit is of this host. */
export function historySection(target: string, audited: Audited, saved: readonly Baseline[]): Markup {
  const { at, score, host, checks } = audited;
  const points = historyOf({ at, score, checks, machineId: host.machineId }, saved, target);
  if (points.length < 2) return nothing;
  const rows = points.map((point) => [
    point.at,
    point.score === undefined ? "not measured" : `${point.score}, ${gradeOf(point.score)}`,
    names(point.mended),
    names(point.fresh),
    point.file ?? "this one",
  ]);
  const head = ["measured", "score", "mended since the one before", "new", "file"];
  return html`<h3>History</h3>${chart(points)}${table(`History of ${target}`, head, rows.toReversed())}`;
}
