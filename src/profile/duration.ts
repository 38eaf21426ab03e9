/** Lengths of time as people write them: `90` (seconds), `10s`, `2m`, `1h30m`, `1d`, `1w`. */

/** In seconds, the longest first, as they are written one after the other. */
const units = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 } as const;

type Unit = keyof typeof units;

const names = Object.keys(units) as readonly Unit[];

/** Seconds alone, or each unit at most once. */
export const durationForm = new RegExp(
  `^(?=.)(?:\\d{1,9}|${names.map((unit) => `(?:\\d{1,9}${unit})?`).join("")})$`,
);

/** What a text must be, the end of a sentence. */
export const durationWanted = "a time such as 90 (seconds), 10s, 2m, 1h30m, 1d or 1w";

/** In seconds; undefined where the text is no length of time. */
export function parseDuration(text: string): number | undefined {
  if (!durationForm.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([a-z])?/g)];
  return parts.reduce((sum, [, count, unit = "s"]) => sum + Number(count) * units[unit as Unit], 0);
}

/** In the largest units: 5400 is `1h30m`; whole seconds from 0. */
export function formatDuration(seconds: number): string {
  let rest = seconds;
  const parts = names.map((unit) => {
    const count = Math.floor(rest / units[unit]);
    rest -= count * units[unit];
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.join("") || "0s";
}
