/** A moment as people read it: UTC, to the second, `2026-11-26T21:14:42Z`; seconds since 1970. */
export const timeText = (seconds: number): string => {
  const date = new Date(Math.floor(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString().replace(/\.000Z$/, "Z");
};
