/** `--since`: the words for a moment, as date(1) of the host reads them by its own clock. Pure. */
import { parseDuration } from "../../profile/duration.ts";

export const sinceWanted =
  "today, yesterday, recent (10 minutes), a day such as 2026-11-26 or 2026-11-26T14:30, or a time until now such as 10m, 1h or 2d";

const words: Readonly<Record<string, string>> = {
  today: "today 00:00",
  yesterday: "yesterday 00:00",
  recent: "600 seconds ago",
};

/** Undefined where the text is no moment. */
export function sinceOf(text: string): string | undefined {
  if (Object.hasOwn(words, text)) return words[text];
  const [, day, time = "00:00"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?))?$/.exec(text) ?? [];
  if (day !== undefined) return isDay(day) ? `${day} ${time}` : undefined;
  const seconds = /^\d+$/.test(text) ? undefined : parseDuration(text);
  return seconds === undefined || seconds === 0 ? undefined : `${seconds} seconds ago`;
}

/** No 30th of February: JavaScript would take it for a day in March. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
