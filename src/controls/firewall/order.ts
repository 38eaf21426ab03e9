/** The same rules in another order: which of them that makes a difference to. */
import type { Rule } from "../../facts/iptables.ts";
import type { Condition } from "./match.ts";
import type { RulesReader } from "./reader.ts";
import { common } from "./space.ts";

/** A packet may match both, and which of them comes first decides about it. */
export interface Crossing {
  /** Comes first where it is wanted so. */
  readonly first: Rule;
  /** Comes first now. */
  readonly now: Rule;
}

/** More rules than this between the first and the last that are out of place are not looked through. */
const mostMoved = 1000;

/** None where the order makes no difference; undefined where they aren't the same rules, or too many are out of place. */
export function crossings(
  now: readonly Rule[],
  wanted: readonly Rule[],
  read: RulesReader,
): readonly Crossing[] | undefined {
  const places = placesOf(now, wanted, read);
  if (places === undefined) return undefined;
  const isMoved = (place: number, index: number) => place !== index;
  const from = places.findIndex(isMoved);
  if (from < 0) return [];
  const to = places.findLastIndex(isMoved);
  if (to - from > mostMoved) return undefined;
  const between = wanted.slice(from, to + 1).map((rule, index) => ({ rule, place: places[from + index]! }));
  return between.flatMap((first, index) =>
    between
      .slice(index + 1)
      .filter(({ rule, place }) => place < first.place && rulesOtherwise(first.rule, rule, read))
      .map(({ rule }) => ({ first: first.rule, now: rule })),
  );
}

const rulesOtherwise = (a: Rule, b: Rule, read: RulesReader) =>
  a.target !== b.target && !areApart(a, b, read);

/** Where each of the wanted rules stands now; of equal ones the first stands first. */
function placesOf(
  now: readonly Rule[],
  wanted: readonly Rule[],
  read: RulesReader,
): readonly number[] | undefined {
  if (now.length !== wanted.length) return undefined;
  const free = new Map<string, number[]>();
  for (const [place, rule] of now.entries()) {
    const key = read.normalRule(rule);
    free.set(key, [...(free.get(key) ?? []), place]);
  }
  const places = wanted.map((rule) => free.get(read.normalRule(rule))?.shift());
  return places.every((place) => place !== undefined) ? places : undefined;
}

/** No packet can match both, for all that is known. */
function areApart(a: Rule, b: Rule, { conditions }: RulesReader): boolean {
  const others = conditions(b);
  return conditions(a).some((one) => others.some((other) => excludes(one, other)));
}

const dimensions: Readonly<Record<string, string>> = {
  "-s": "source",
  "--src-range": "source",
  "-d": "destination",
  "--dst-range": "destination",
  "--dport": "to",
  "--dports": "to",
  "--sport": "from",
  "--sports": "from",
};

function excludes(a: Condition, b: Condition): boolean {
  if (/^-[pio]$/.test(a.name))
    return (
      a.name === b.name && ![a, b].some(({ not, value }) => not || value.endsWith("+")) && a.value !== b.value
    );
  const dimension = dimensions[a.name];
  if (dimension === undefined || dimension !== dimensions[b.name]) return false;
  return a.ranges !== undefined && b.ranges !== undefined && common(a.ranges, b.ranges).length === 0;
}
