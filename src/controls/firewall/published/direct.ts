/** Who comes to a container by its own address, over the host, though nothing is published: whoever has a route there. Pure. */
import { reachedBy } from "../fates.ts";
import type { Opening } from "../let-in.ts";
import type { FamilyRules } from "../model.ts";
import { zeroNetwork } from "../tuple.ts";
import { type Ruleset, walk } from "../walk.ts";

export interface Direct extends Opening {
  readonly bridge: string;
}

type Seen = Pick<FamilyRules, "family" | "links" | "bridges">;

/** By the rules of a family, to each of the engine's bridges. */
export const directTo = (seen: Seen, ruleset: Ruleset): readonly Direct[] =>
  [...new Set(["docker0", ...seen.bridges])].flatMap((bridge) =>
    ["tcp", "udp"].flatMap((protocol) => openings(seen, ruleset, { bridge, protocol })),
  );

function openings(
  { family, links }: Seen,
  ruleset: Ruleset,
  { bridge, protocol }: { readonly bridge: string; readonly protocol: string },
): readonly Direct[] {
  const packets = { family, protocol, hook: "FORWARD", out: bridge, state: "NEW", links } as const;
  const walked = walk(ruleset, { ...packets, peer: zeroNetwork[family] });
  return walked.fates.flatMap((fate): readonly Direct[] => {
    if (fate.ruling !== "accept" || fate.rule === undefined) return [];
    const pieces = reachedBy(walked, fate);
    return pieces.length === 0 ? [] : [{ family, protocol, pieces, fate, rule: fate.rule, bridge }];
  });
}

/** For a person, as ends of a sentence. */
export const directText = ({ bridge, protocol, family, rule }: Direct): string =>
  `whoever has a route to ${bridge} over this host comes to its containers' own addresses: ${protocol} by "${rule.text}" (IPv${family})`;
