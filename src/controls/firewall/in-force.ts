/** The rules that are in force, to be walked without anything of a profile. Pure. */
import type { RoutesFact } from "../../facts/routes.ts";
import type { RulesFact } from "../../facts/rules.ts";
import { lazy } from "../../once.ts";
import { outerLinks, outgoingLinks } from "./links.ts";
import { enginesBridges } from "./published/bridges.ts";
import { readers } from "./reader.ts";
import type { Family } from "./tuple.ts";
import { type Ruleset, rulesetOf } from "./walk.ts";

export interface InForce {
  /** The interfaces that others than the host and its own containers come in by. */
  readonly links: readonly string[];
  /** Made once for each family. */
  readonly ruleset: (family: Family) => Ruleset;
}

export function inForce(rules: RulesFact, routes: RoutesFact | undefined): InForce {
  const linkTo = outgoingLinks(routes);
  const of = (family: Family) =>
    lazy(() => {
      const [own, other] = family === 4 ? [rules.v4, rules.other4] : [rules.v6, rules.other6];
      return rulesetOf(
        [own, other].filter((each) => each !== undefined),
        readers[family],
        linkTo,
      );
    });
  const [four, six] = [of(4), of(6)];
  return {
    links: outerLinks(rules.links, enginesBridges(rules)),
    ruleset: (family) => (family === 4 ? four() : six()),
  };
}
