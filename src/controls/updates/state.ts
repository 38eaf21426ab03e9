/** What guard, desired state and checks of this control share. */
import type { Release } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Input } from "../control.ts";
import { accepts, type Distro, distroOf, type Kind, kindOf } from "./origins.ts";
import { overriding } from "./overrides.ts";
import type { probes } from "./probes.ts";
import { dropInEntries, dropInPath, mainPath, type Params } from "./wanted.ts";

export type UpdatesInput = Input<Params, typeof probes>;

/** Settings of later files that would win over our drop-in, `PATH: KEY` each. */
export function overridesOf({ params, facts, host }: UpdatesInput): readonly string[] {
  const main = valueOr(facts.main, undefined)?.content;
  const later = valueOr(facts.later, []).filter(({ path }) => path > dropInPath && isRead(path));
  const files = [...later, ...(main === undefined ? [] : [{ path: mainPath, content: main }])];
  return overriding(files, dropInEntries(params, distroOf(host)));
}

/** Of those, what sets one of these keys, an entry of such a list, or clears what is above it. */
export const wonBy = (input: UpdatesInput, keys: readonly string[]) =>
  overridesOf(input).filter((each) => {
    const won = each.slice(each.lastIndexOf(": ") + 2);
    const isBelow = (a: string, b: string) => a === b || a.startsWith(`${b}::`);
    return keys.map((key) => key.toLowerCase()).some((key) => isBelow(key, won) || isBelow(won, key));
  });

/** APT ignores names with another extension than conf. */
const isRead = (path: string) => /\/([^/.]+|[^/]+\.conf)$/.test(path);

/** Lists of each kind, and whether any of the patterns accepts one. */
export function matched(
  kinds: readonly Kind[],
  {
    patterns,
    releases,
    distro,
  }: { patterns: readonly string[]; releases: readonly Release[]; distro: Distro },
) {
  const accepted = releases.filter((release) => patterns.some((each) => accepts(each, release)));
  return {
    accepted,
    missing: kinds.filter((kind) => !accepted.some((each) => kindOf(each, distro) === kind)),
  };
}
