/** Whether the kernel holds what containers publish, and whether Docker's next start brings that back. */
import type { UnitFile } from "../../../facts/boot-unit.ts";
import type { CheckResult } from "../../../plan/control.ts";
import { nextBootOf, notLasting } from "../../next-boot/next-start.ts";
import { byOthers, inapplicable, verdicts } from "../../verdict.ts";
import { reachedBy } from "../fates.ts";
import { type HostOpening, letIn } from "../let-in.ts";
import type { FamilyRules, FirewallInput, FirewallView } from "../model.ts";
import { toldOpenings } from "../opening.ts";
import { paths } from "../probes.ts";
import { zeroNetwork } from "../tuple.ts";
import { type Ruleset, walk } from "../walk.ts";
import { driftOf, notAtStart } from "./claims.ts";
import { notAsked, notHeld, notTold } from "./holding.ts";

export function published(view: FirewallView, input: FirewallInput): CheckResult {
  const { pass, fail, error, later } = verdicts("Docker asks the profile's rules before it lets anybody in");
  const unread = notTold(input);
  if (unread !== undefined) return error(unread);
  const why = notHeld(input);
  if (why !== undefined) return inapplicable(why);
  const missing = driftOf(input);
  if (missing.length > 0) return fail(missing.join("; "));
  const unasked = view.families.flatMap(notAsked);
  if (unasked.length > 0) return byOthers({ ...fail(unasked.join("; ")), remedy: restart });
  const open = toldOpenings(view, (each) => letIn(each, each.ruleset).openings.filter(isPublished));
  // The chains are as they should be, and something before them lets it in.
  const direct = view.families.flatMap((each) => directTo(each, each.ruleset).map(directText));
  const told = [...open.map(({ text }) => text), ...direct];
  if (told.length > 0) return byOthers(fail(told.join("; ")));
  const lost = atStart(view, input);
  return lost === undefined ? pass("it does") : later(`it does; ${lost}`);
}

const restart =
  "systemctl restart docker sets the way again; where that is not enough, publish nothing by IPv6, or bind it to an address.";

export const isPublished = ({ rule: { chain } }: { readonly rule: { readonly chain: string } }) =>
  chain === "DOCKER";

/** Why Docker's next start would not bring the chains back; undefined where it would. */
function atStart(view: FirewallView, { facts }: FirewallInput): string | undefined {
  const file = notAtStart({ view, facts });
  if (file !== undefined) return `but ${file}`;
  const docker = { fact: facts.dockerBoot, isKnown: ({ path }: UnitFile) => path === paths.publishedDropIn };
  const start = nextBootOf([docker], { fact: facts.others, concern: "firewall" });
  // One that isn't started opens nothing.
  return start.as === "not known" ? notLasting(start, "of Docker's next start") : undefined;
}

/** Who comes to a container by its own address, over the host, though nothing is published: whoever has a route there. */
interface Direct extends HostOpening {
  readonly bridge: string;
}

type Seen = Pick<FamilyRules, "family" | "links" | "bridges">;

/** By the rules of a family, to each of the engine's bridges. */
const directTo = (seen: Seen, ruleset: Ruleset): readonly Direct[] =>
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
const directText = ({ bridge, protocol, family, rule }: Direct): string =>
  `whoever has a route to ${bridge} over this host comes to its containers' own addresses: ${protocol} by "${rule.text}" (IPv${family})`;
