/** Whether the kernel holds what containers publish, and whether Docker's next start brings that back. */
import type { UnitFile } from "../../../facts/boot-unit.ts";
import type { CheckResult } from "../../../plan/control.ts";
import { nextBootOf, notLasting } from "../../next-boot/next-start.ts";
import { byOthers, inapplicable, verdicts } from "../../verdict.ts";
import { letIn } from "../let-in.ts";
import type { FirewallInput, View } from "../model.ts";
import { toldOpenings } from "../opening.ts";
import { paths } from "../probes.ts";
import { driftOf, notAtStart } from "./claims.ts";
import { directText, directTo } from "./direct.ts";
import { notAsked, notHeld, notTold } from "./holding.ts";

export function published(view: View, input: FirewallInput): CheckResult {
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
function atStart(view: View, { facts }: FirewallInput): string | undefined {
  const file = notAtStart({ view, facts });
  if (file !== undefined) return `but ${file}`;
  const docker = { fact: facts.dockerBoot, isKnown: ({ path }: UnitFile) => path === paths.publishedDropIn };
  const start = nextBootOf([docker], { fact: facts.others, concern: "firewall" });
  // One that isn't started opens nothing.
  return start.as === "not known" ? notLasting(start, "of Docker's next start") : undefined;
}
