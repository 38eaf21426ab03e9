/** On which days a line of cron or a calendar of systemd comes due, and how far apart they are. Pure. */

/** What comes due on a day where both its date and its weekday fit, or `isEither` where one does. */
interface Days {
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 to 7, both of which are Sunday. */
  readonly weekdays: ReadonlySet<number>;
  readonly isEither: boolean;
}

interface Bounds {
  readonly from: number;
  readonly to: number;
  /** The first is the number `from`. */
  readonly names?: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const fields: readonly Bounds[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: months },
  { from: 0, to: 7, names: weekdays },
];
const [, , dayBounds, monthBounds, weekdayBounds] = fields as [Bounds, Bounds, Bounds, Bounds, Bounds];

/** Of `*`, `1,15`, `1-5`, `1..5`, each perhaps with a step behind; undefined where it is none of these. */
function numbersOf(text: string, { from, to, names = [] }: Bounds): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  const numberOf = (word: string) =>
    /^\d+$/.test(word) ? Number(word) : names.includes(word) ? from + names.indexOf(word) : Number.NaN;
  for (const item of text.toLowerCase().split(",")) {
    const parts = /^(\*|[a-z]+|\d+)(?:(-|\.\.)([a-z]+|\d+))?(?:\/(\d+))?$/.exec(item);
    if (parts === null) return undefined;
    const [, first = "", range, last = "", step] = parts;
    // systemd alone goes on from a number to the end: `01/7`.
    const isOpen = first === "*" || (step !== undefined && range === undefined);
    const begin = first === "*" ? from : numberOf(first);
    const end = range !== undefined ? numberOf(last) : isOpen ? to : begin;
    const by = Number(step ?? 1);
    if (!(begin >= from && begin <= end && end <= to && by > 0)) return undefined;
    for (let at = begin; at <= end; at += by) found.add(at);
  }
  return found;
}

const nicknames: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

/** The five fields of a line of cron, or its one word; undefined where cron can't read it, and with it the whole file. */
export function cronDays(words: readonly string[]): Days | "at boot" | undefined {
  const [word = ""] = words;
  if (word === "@reboot") return "at boot";
  const texts = word.startsWith("@") ? (nicknames[word]?.split(" ") ?? []) : words;
  // A step behind a single number is systemd's alone.
  const isCron = texts.length === 5 && !texts.some((text) => /(^|,)\w+\//.test(text));
  const sets = fields.map((bounds, at) => (isCron ? numbersOf(texts[at] ?? "", bounds) : undefined));
  const [minute, hour, days, months, weekdays] = sets;
  if (!minute || !hour || !days || !months || !weekdays) return undefined;
  const isEither = !texts[2]!.startsWith("*") && !texts[4]!.startsWith("*");
  return { days, months, weekdays, isEither };
}

/** A calendar as systemd spells it, such as `Mon *-*-* 03:00:00`; undefined of one with a year, or by a month's end. */
export function calendarDays(text: string): Days | undefined {
  const parts = /^(?:([A-Z][A-Za-z.,]*) )?\*-([^-~ ]+)-([^-~ ]+) \S+/.exec(text);
  if (parts === null) return undefined;
  const [, weekday = "*", month = "", day = ""] = parts;
  const sets = {
    days: numbersOf(day, dayBounds),
    months: numbersOf(month, monthBounds),
    weekdays: numbersOf(weekday.replace("..Sun", "..7"), weekdayBounds),
  };
  const { days, months, weekdays } = sets;
  return days && months && weekdays ? { days, months, weekdays, isEither: false } : undefined;
}

const day = 86_400_000;
/** In it each date falls on each weekday. */
const looked = { from: Date.UTC(2024, 0, 1), days: 28 * 366 };

function isDue({ days, months, weekdays, isEither }: Days, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const weekday = date.getUTCDay();
  const fits = [days.has(date.getUTCDate()), weekdays.has(weekday) || (weekday === 0 && weekdays.has(7))];
  return isEither ? fits.some(Boolean) : fits.every(Boolean);
}

/** The most days from one day on which any of these is due to the next; infinite where none is. */
export function longestGap(all: readonly Days[]): number {
  let last: number | undefined;
  let gap = 0;
  for (let at = 0; at < looked.days; at++) {
    const date = new Date(looked.from + at * day);
    if (!all.some((each) => isDue(each, date))) continue;
    gap = Math.max(gap, at - (last ?? at));
    last = at;
  }
  return last === undefined || gap === 0 ? Number.POSITIVE_INFINITY : gap;
}
