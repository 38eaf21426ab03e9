/** How much of the journal is to stay at least, and systemd's times. Pure. */

/** An intrusion is often found days later. */
export const leastKept = 7 * 86_400;
/** Bytes: messages of a week take less than this where nothing is wrong. */
export const leastRoom = 64 * 1024 ** 2;
/** Files that journald keeps by itself: SystemMaxFiles of journald.conf(5). */
export const leastFiles = 100;

const unitSeconds: readonly (readonly [RegExp, number])[] = [
  [/^(us|usec|µs)$/, 1e-6],
  [/^(ms|msec)$/, 1e-3],
  [/^(|s|sec|seconds?)$/, 1],
  [/^(m|min|minutes?)$/, 60],
  [/^(h|hr|hours?)$/, 3600],
  [/^(d|days?)$/, 86_400],
  [/^(w|weeks?)$/, 604_800],
  [/^(M|months?)$/, 2_629_800],
  [/^(y|years?)$/, 31_557_600],
];

/** Seconds of `1h 30m`; of what isn't a time, the default of no limit, as journald takes it: 0. */
export function span(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text.replace(/\d+(\.\d+)?\s*[A-Za-zµ]*\s*/g, "").trim() !== "") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([A-Za-zµ]*)/g)];
  const factors = parts.map(([, , unit]) => unitSeconds.find(([pattern]) => pattern.test(unit!))?.[1] ?? 0);
  return parts.reduce((sum, [, amount], at) => sum + Number(amount) * factors[at]!, 0);
}
