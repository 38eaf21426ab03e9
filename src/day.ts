/** `2027-01-31`: the day of a time in ms since 1970, by UTC, as waivers and certificates end by it. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** `2027-01-31T02:50:10Z`: the same time to the second. */
export const timeOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
