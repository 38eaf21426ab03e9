/** Lengths of time as certbot's files and systemd have them. Pure. */

const day = 86_400;
/** In seconds, by what their names begin with; a month is one of 28 days. */
const units = { s: 1, mo: 28 * day, mt: 28 * day, m: 60, h: 3600, d: day, w: 7 * day, y: 365 * day } as const;

/** Seconds of a time such as `3 weeks`, as parsedatetime reads it for certbot and systemd writes it; a number alone is days. */
export function intervalOf(text: string): number | undefined {
  const plain = /^\d+$/.test(text) ? `${text} days` : text.toLowerCase();
  const time =
    /(\d+(?:\.\d+)?|an?|one)\s*(seconds?|sec|s|minutes?|min|m|hours?|hr|h|days?|dy|d|weeks?|wk|w|months?|mth|years?|yr|y)(?![a-z])[\s,]*(?:and\s+)?/g;
  if (plain.trim() === "" || plain.replace(time, "").trim() !== "") return undefined;
  return [...plain.matchAll(time)].reduce((sum, [, count = "", unit = ""]) => {
    const [, seconds = 0] = Object.entries(units).find(([name]) => unit.startsWith(name)) ?? [];
    return sum + (/^\d/.test(count) ? Number(count) : 1) * seconds;
  }, 0);
}
