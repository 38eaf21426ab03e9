/**
 * What sshd will make of files that aren't there yet: the first value wins, a Match block wins over all that stands
 * outside of one. Only for what is planned, and to name the line that a value comes from; `sshd -T` says what is.
 */
import type { Spec } from "../../facts/sshd.ts";
import type { Directive, MatchCriterion, MatchLine } from "./config.ts";
import { matchAddress, matchPatterns } from "./patterns.ts";

/** Keywords whose lines add up. */
const lists: ReadonlySet<string> = new Set([
  "port",
  "listenaddress",
  "hostkey",
  "allowusers",
  "allowgroups",
  "denyusers",
  "denygroups",
]);

export interface Visitor {
  readonly spec: Spec;
  /** Groups of `spec.user`; undefined where they are not known. */
  readonly groups?: readonly string[] | undefined;
}

/** Whether a criterion holds; undefined where only the host could say. */
function holds({ name, list }: MatchCriterion, { spec, groups }: Visitor): boolean | undefined {
  switch (name) {
    case "all":
      return true;
    case "user":
      return matchPatterns(spec.user, list);
    case "host":
      return matchPatterns(spec.host.toLowerCase(), list.toLowerCase());
    case "address":
      return matchAddress(spec.addr, list);
    case "localaddress":
      return matchAddress(spec.laddr, list);
    case "localport":
      return matchPatterns(spec.lport, list);
    case "group":
      return groups === undefined
        ? undefined
        : groups.some((group) => matchPatterns(group, list)) && !negated(groups, list);
    default:
      return undefined;
  }
}

const negated = (groups: readonly string[], list: string) =>
  list
    .split(",")
    .some((entry) => entry.startsWith("!") && groups.some((group) => matchPatterns(group, entry.slice(1))));

/** Whether all criteria of all the lines hold; undefined where one can't be told and none fails. */
export function applies(under: readonly MatchLine[], visitor: Visitor): boolean | undefined {
  const all = under.flatMap(({ criteria }) => criteria.map((each) => holds(each, visitor)));
  if (all.includes(false)) return false;
  return all.includes(undefined) ? undefined : true;
}

/** Every line of a keyword, whatever it stands under. */
export const linesOf = (directives: readonly Directive[], keyword: string): readonly Directive[] =>
  directives.filter((each) => each.keyword === keyword);

/** The directives that give a keyword its value: one, or all of a keyword whose lines add up; empty for the default. */
export function winning(
  directives: readonly Directive[],
  keyword: string,
  visitor: Visitor,
): readonly Directive[] {
  const all = linesOf(directives, keyword);
  const matched = all.filter(({ under }) => under.length > 0 && applies(under, visitor) === true);
  const wins = matched.length > 0 ? matched : all.filter(({ under }) => under.length === 0);
  return lists.has(keyword) ? wins : wins.slice(0, 1);
}

/**
 * Lines that win for one of the visitors, then those of Match blocks that win for none of them: where an earlier block decides
 * for each visitor that meets one, it may still count for somebody else.
 */
export function candidates(
  directives: readonly Directive[],
  keyword: string,
  visitors: readonly Visitor[],
): readonly Directive[] {
  const won = new Set(visitors.flatMap((visitor) => winning(directives, keyword, visitor)));
  const inBlocks = linesOf(directives, keyword).filter(({ under }) => under.length > 0);
  const isShadowed = ({ under }: Directive, at: number) =>
    !lists.has(keyword) && inBlocks.slice(0, at).some((earlier) => covers(earlier.under, under));
  return [...won, ...inBlocks.filter((line, at) => !won.has(line) && !isShadowed(line, at))];
}

/** Whether whoever meets the narrower lines meets the wider ones, too: by the same criteria. */
function covers(wider: readonly MatchLine[], narrower: readonly MatchLine[]): boolean {
  const criteriaOf = (lines: readonly MatchLine[]) => lines.flatMap(({ criteria }) => criteria);
  const wanted = new Set(criteriaOf(narrower).map(({ name, list }) => `${name} ${list}`));
  return criteriaOf(wider).every(({ name, list }) => name === "all" || wanted.has(`${name} ${list}`));
}

/** The value as `sshd -T` prints it; undefined where no line gives one. */
export function simulated(
  directives: readonly Directive[],
  keyword: string,
  visitor: Visitor,
): string | undefined {
  const wins = winning(directives, keyword, visitor);
  if (wins.length === 0) return undefined;
  return normal(wins.flatMap(({ words }) => words).join(" "));
}

/** Spellings of the same value. */
export function normal(value: string): string {
  const plain = value.trim();
  if (/^(without-password|prohibit-password)$/i.test(plain)) return "prohibit-password";
  return /^(yes|no|true|false)$/i.test(plain) ? (/^(yes|true)$/i.test(plain) ? "yes" : "no") : plain;
}
